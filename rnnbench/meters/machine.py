"""Calls that show the machine's limits: a matrix product and a copy of known size.

Those of an accelerator are larger: on small ones it waits for the processor, and its caches are as
large as the memory that a processor copies here.
"""

from collections.abc import Callable

import torch

SIDE = 512
COPIED_BYTES = 32 * 2**20
ACCELERATOR_SIDE = 4096
ACCELERATOR_COPIED_BYTES = 512 * 2**20


def matrix_flops(device: str) -> int:
    """Return the operations of `matrix_product`: a multiplication and an addition are two."""
    return 2 * _side(device) ** 3


def moved_bytes(device: str) -> int:
    """Return the bytes that `copy` reads and writes in total, more than caches hold."""
    return 2 * _copied_bytes(device)


def matrix_product(device: str) -> Callable[[], object]:
    """Return a call of `matrix_flops` operations."""
    side = _side(device)
    a = torch.randn(side, side, device=device)
    b = torch.randn(side, side, device=device)
    out = torch.empty(side, side, device=device)
    return lambda: torch.mm(a, b, out=out)


def copy(device: str) -> Callable[[], object]:
    """Return a call that moves `moved_bytes`."""
    source = torch.randn(_copied_bytes(device) // 4, device=device)
    out = torch.empty_like(source)
    return lambda: out.copy_(source)


def _side(device: str) -> int:
    return SIDE if device == "cpu" else ACCELERATOR_SIDE


def _copied_bytes(device: str) -> int:
    return COPIED_BYTES if device == "cpu" else ACCELERATOR_COPIED_BYTES
