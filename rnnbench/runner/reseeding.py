"""Detect that building a cell sets the seeds of the global generators.

All seeds of a trial would then begin with the same weights.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from rnnbench.generators import States, generator_states, seeded

Built = TypeVar("Built")


@dataclass
class SeedWatch:
    """Builds models, and compares the states of the global generators around two builds of a size.

    reseeded: the names of the generators whose seeds were set by a build.
    """

    reseeded: set[str] = field(default_factory=set)
    _builds: dict[int, tuple[States, States]] = field(default_factory=dict)

    def build(self, make: Callable[[int], Built], size: int) -> Built:
        """Return the model of this size."""
        before = generator_states()
        built = make(size)
        after = generator_states()
        if size in self._builds:
            self.reseeded.update(seeded(*self._builds[size], before, after))
        self._builds[size] = (before, after)
        return built
