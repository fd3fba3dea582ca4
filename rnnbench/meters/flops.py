"""Count floating-point operations, which have no noise."""

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch
from torch.utils.flop_counter import FlopCounterMode


def count_flops(subject: Callable[[], object]) -> int:
    """Return the operations of the matrix products and convolutions in one call.

    A multiplication and an addition count as two; elementwise operations are not counted. torch's
    counter would count 0 for oneDNN's kernel of torch's LSTM. oneDNN is therefore switched off, and
    torch's own loop, which is the same mathematics, is counted.
    """
    counter = FlopCounterMode(display=False)
    with _without_onednn(), counter:
        subject()
    return int(counter.get_total_flops())


@contextmanager
def _without_onednn() -> Iterator[None]:
    """Switch oneDNN off; torch sets all its flags at once, and warns of one that is not changed."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="TF32 acceleration")
        with torch.backends.mkldnn.flags(enabled=False):
            yield
