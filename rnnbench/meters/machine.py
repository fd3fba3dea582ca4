"""What the machine itself can do, in work whose size is known: a product of matrices and a copy."""

from collections.abc import Callable

import torch

SIDE = 512
COPIED_BYTES = 32 * 2**20
MATRIX_FLOPS = 2 * SIDE**3
MOVED_BYTES = 2 * COPIED_BYTES


def matrix_product(device: str) -> Callable[[], object]:
    """A call of `MATRIX_FLOPS` operations, a multiplication and an addition counted as two."""
    a, b = torch.randn(SIDE, SIDE, device=device), torch.randn(SIDE, SIDE, device=device)
    out = torch.empty(SIDE, SIDE, device=device)
    return lambda: torch.mm(a, b, out=out)


def copy(device: str) -> Callable[[], object]:
    """A call that reads and writes `MOVED_BYTES` in all, more than caches hold."""
    source = torch.randn(COPIED_BYTES // 4, device=device)
    out = torch.empty_like(source)
    return lambda: out.copy_(source)
