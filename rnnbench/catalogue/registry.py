"""What plugins brought, each thing with the plugin that brought it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from rnnbench.errors import UnknownName

Item = TypeVar("Item")


@dataclass(frozen=True)
class Plugin:
    """One entry point: where it comes from, and what is wrong with it ("" where nothing is).

    effects:  what its import changed in this process, and was set back.
    switches: torch's switches that it turned, where torch was loaded: how each was left, and how it
              had been.
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
    """A thing and the plugin that brought it."""

    item: Item
    plugin: Plugin


class Registry(Mapping[str, Contribution[Item]]):
    """What plugins brought of one kind, by name. A name that is not there is a clear error."""

    def __init__(self, kind: str, things: Mapping[str, Contribution[Item]], hint: str = "") -> None:
        self.kind, self.hint = kind, hint
        self._things = dict(sorted(things.items()))

    def __getitem__(self, name: str) -> Contribution[Item]:
        return self.find(name)

    def __contains__(self, name: object) -> bool:
        return name in self._things

    def __iter__(self) -> Iterator[str]:
        return iter(self._things)

    def __len__(self) -> int:
        return len(self._things)

    def find(self, name: str, where: str = "") -> Contribution[Item]:
        """The thing of this name. Raises UnknownName, saying `where` the name was read."""
        try:
            return self._things[name]
        except KeyError:
            raise UnknownName(self.kind, name, self._things, where, self.hint) from None
