"""Registries of what plugins contribute, each item with the plugin that contributed it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from rnnbench.errors import UnknownName

Item = TypeVar("Item")


@dataclass(frozen=True)
class Plugin:
    """One entry point: where it comes from, and its problem ("" where it has none).

    effects:  sentences on what its import changed in this process, which was set back.
    switches: torch's switches that it changed, where torch was loaded: their new and former values.
    """

    name: str
    distribution: str
    version: str
    module: str
    problem: str = ""
    effects: tuple[str, ...] = ()
    switches: tuple[tuple[str, str], ...] = ()

    @property
    def key(self) -> str:
        """Distribution and entry point, which no two plugins share."""
        return f"{self.distribution}:{self.name}"

    @property
    def origin(self) -> str:
        """Distribution and version, as tables show it."""
        return f"{self.distribution} {self.version}".strip()


@dataclass(frozen=True)
class Contribution(Generic[Item]):
    """An item and the plugin that contributed it."""

    item: Item
    plugin: Plugin


class Registry(Mapping[str, Contribution[Item]]):
    """The contributions of one kind, by name; an unknown name raises UnknownName."""

    def __init__(
        self, kind: str, contributions: Mapping[str, Contribution[Item]], hint: str = ""
    ) -> None:
        self.kind = kind
        self.hint = hint
        self._contributions = dict(sorted(contributions.items()))

    def __getitem__(self, name: str) -> Contribution[Item]:
        return self.find(name)

    def __contains__(self, name: object) -> bool:
        return name in self._contributions

    def __iter__(self) -> Iterator[str]:
        return iter(self._contributions)

    def __len__(self) -> int:
        return len(self._contributions)

    def find(self, name: str, where: str = "") -> Contribution[Item]:
        """Return the contribution of this name. Raises UnknownName, which reports `where` it was
        read."""
        try:
            return self._contributions[name]
        except KeyError:
            raise UnknownName(self.kind, name, self._contributions, where, self.hint) from None
