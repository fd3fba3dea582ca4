"""The random generators that all code of a process shares: torch's, Python's and numpy's."""

import random
from functools import cache

import numpy as np
import torch

States = dict[str, bytes]


def seed_torch(seed: int) -> None:
    """Seed torch's generator, and those of the devices that torch can use.

    Where there is no device, `torch.manual_seed` would keep the seed for it, each time with a trace
    of the stack, which takes as long as to build a small cell.
    """
    if _has_device():
        torch.manual_seed(seed)
    else:
        torch.default_generator.manual_seed(seed)


@cache
def _has_device() -> bool:
    return torch.accelerator.is_available()


def generator_states() -> States:
    """Return the state of each generator, by its name in sentences; equal bytes mean equal
    states."""
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
    """Return the generators that some work has seeded, from its states before and after two runs.

    A seeded generator ends in one state although the runs began from two, `before` and `again`. A
    generator that is drawn from, or left alone, ends in two states.
    """
    return [name for name in before if before[name] != again[name] and after[name] == end[name]]
