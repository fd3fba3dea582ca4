"""Random streams: one for each purpose, all from the trial's seed, none from the order of calls.

`generator(3, "delay", "train")` gives the same numbers wherever and whenever it is asked, and
numbers that are independent of `generator(3, "delay", "test")`: the purposes are hashed into the
spawn key of a numpy SeedSequence. The name of the cell is never among the purposes of a data
stream, so that all cells see the same batches.
"""

from hashlib import blake2b

import numpy as np


def sequence(seed: int, *purpose: str) -> np.random.SeedSequence:
    """The seed sequence of one purpose (a path of words) under one seed."""
    digest = blake2b("\0".join(purpose).encode(), digest_size=16).digest()
    words = tuple(int.from_bytes(digest[i : i + 4], "little") for i in range(0, 16, 4))
    return np.random.SeedSequence(seed, spawn_key=words)


def generator(seed: int, *purpose: str) -> np.random.Generator:
    """A fresh numpy generator for one purpose under one seed."""
    return np.random.default_rng(sequence(seed, *purpose))


def integer(seed: int, *purpose: str) -> int:
    """A 63-bit integer, for generators that are seeded by one number (torch)."""
    return int(sequence(seed, *purpose).generate_state(1, np.uint64)[0] >> np.uint64(1))
