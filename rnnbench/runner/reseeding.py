"""Whether building a cell sets the seeds of random generators, so that all seeds of a trial become one."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
import torch

Built = TypeVar("Built")
State = tuple[bytes, ...]
GENERATORS = ("torch", "random", "numpy.random")


@dataclass
class SeedWatch:
    """Builds models, and compares where the global generators were before and after two of one size.

    A generator whose seed is set comes to one state from any other; one that is drawn from, or left alone, does not.

    reseeded: the generators whose seeds are set by building, by name.
    """

    reseeded: set[str] = field(default_factory=set)
    _builds: dict[int, tuple[State, State]] = field(default_factory=dict)

    def build(self, make: Callable[[int], Built], size: int) -> Built:
        """The model of this size."""
        before = _states()
        built = make(size)
        after = _states()
        if size in self._builds:
            before_first, after_first = self._builds[size]
            for number, name in enumerate(GENERATORS):
                if before[number] != before_first[number] and after[number] == after_first[number]:
                    self.reseeded.add(name)
        self._builds[size] = (before, after)
        return built


def _states() -> State:
    """Where torch's, Python's and numpy's global generators are."""
    kind, keys, position, has_gauss, gauss = np.random.get_state(legacy=True)
    numbers = f"{kind} {position} {has_gauss} {gauss}".encode() + np.asarray(keys).tobytes()
    return torch.get_rng_state().numpy().tobytes(), repr(random.getstate()).encode(), numbers
