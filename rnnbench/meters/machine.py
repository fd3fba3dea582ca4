"""Calls that show the machine's limits: a matrix product and a copy of known size."""

from collections.abc import Callable

import torch

SIDE = 512
COPIED_BYTES = 32 * 2**20
MATRIX_FLOPS = 2 * SIDE**3
MOVED_BYTES = 2 * COPIED_BYTES


def matrix_product(device: str) -> Callable[[], object]:
    """Return a call of `MATRIX_FLOPS` operations; a multiplication and an addition count as two."""
    a = torch.randn(SIDE, SIDE, device=device)
    b = torch.randn(SIDE, SIDE, device=device)
    out = torch.empty(SIDE, SIDE, device=device)
    return lambda: torch.mm(a, b, out=out)


def copy(device: str) -> Callable[[], object]:
    """Return a call that reads and writes `MOVED_BYTES` in total, more than caches hold."""
    source = torch.randn(COPIED_BYTES // 4, device=device)
    out = torch.empty_like(source)
    return lambda: out.copy_(source)
