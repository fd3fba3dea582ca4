"""Whether building a cell sets the seeds of random generators, so that all seeds of a trial become
one."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from rnnbench.generators import States, generator_states, seeded

Built = TypeVar("Built")


@dataclass
class SeedWatch:
    """Builds models, and compares where the global generators were before and after two of one
    size.

    reseeded: the generators whose seeds are set by building, by name.
    """

    reseeded: set[str] = field(default_factory=set)
    _builds: dict[int, tuple[States, States]] = field(default_factory=dict)

    def build(self, make: Callable[[int], Built], size: int) -> Built:
        """The model of this size."""
        before = generator_states()
        built = make(size)
        after = generator_states()
        if size in self._builds:
            self.reseeded.update(seeded(*self._builds[size], before, after))
        self._builds[size] = (before, after)
        return built
