"""The random generators that all code of a process shares: torch's, Python's and numpy's."""

import random

import numpy as np
import torch

States = dict[str, bytes]


def generator_states() -> States:
    """Where each of them is, by its name in sentences: equal bytes, and only those, are one
    state."""
    kind, keys, position, has_gauss, gauss = np.random.get_state(legacy=True)
    numpys = f"{kind} {position} {has_gauss} {gauss}".encode() + np.asarray(keys).tobytes()
    return {
        "torch's generator": torch.get_rng_state().numpy().tobytes(),
        "Python's `random`": repr(random.getstate()).encode(),
        "numpy's generator": numpys,
    }


def seeded(
    before: dict[str, bytes],
    after: dict[str, bytes],
    again: dict[str, bytes],
    end: dict[str, bytes],
) -> list[str]:
    """The generators that the same work has set: it began from two states, `before` and `again`,
    and came to one.

    One that is drawn from, or left alone, comes to two.
    """
    return [name for name in before if before[name] != again[name] and after[name] == end[name]]
