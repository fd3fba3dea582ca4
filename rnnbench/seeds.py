"""Random streams: one for each purpose, derived from the trial's seed, whatever the order of calls.

`generator(3, "delay", "train")` always gives the same numbers, and they are independent of those of
`generator(3, "delay", "test")`: the purposes are hashed into the spawn key of a numpy SeedSequence.
The name of the cell is never among the purposes of a data stream, so all cells get the same
batches.
"""

from hashlib import blake2b

import numpy as np


def sequence(seed: int, *purpose: str) -> np.random.SeedSequence:
    """Return the seed sequence of one purpose (a path of words) under one seed."""
    digest = blake2b("\0".join(purpose).encode(), digest_size=16).digest()
    words = tuple(int.from_bytes(digest[i : i + 4], "little") for i in range(0, 16, 4))
    return np.random.SeedSequence(seed, spawn_key=words)


def generator(seed: int, *purpose: str) -> np.random.Generator:
    """Return a fresh numpy generator for one purpose under one seed."""
    return np.random.default_rng(sequence(seed, *purpose))


def integer(seed: int, *purpose: str) -> int:
    """Return a 63-bit integer, for generators that are seeded by one number (torch)."""
    return int(sequence(seed, *purpose).generate_state(1, np.uint64)[0] >> np.uint64(1))
