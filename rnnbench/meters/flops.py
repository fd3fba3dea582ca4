"""Floating-point operations: a count without noise."""

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch
from torch.utils.flop_counter import FlopCounterMode


def count_flops(subject: Callable[[], object]) -> int:
    """Operations of the matrix products and convolutions in one call, a multiplication and an
    addition counted as two.

    torch's counter does not look into the kernel that oneDNN has for torch's LSTM and would give 0:
    it is switched off, and torch's own loop, which is the same mathematics, is counted. Elementwise
    operations are not in it.
    """
    counter = FlopCounterMode(display=False)
    with _without_onednn(), counter:
        subject()
    return int(counter.get_total_flops())


@contextmanager
def _without_onednn() -> Iterator[None]:
    """Its flags are set all together, and torch warns of one of them that is none of ours."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="TF32 acceleration")
        with torch.backends.mkldnn.flags(enabled=False):
            yield
