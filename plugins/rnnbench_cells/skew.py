"""Skew-symmetric matrices, A = -A^T, from the numbers above their diagonal."""

import torch
from torch import Tensor


def skew_size(size: int) -> int:
    """How many numbers a skew-symmetric matrix of this size holds."""
    return size * (size - 1) // 2


def skew_matrix(above: Tensor, size: int) -> Tensor:
    """The matrix whose strictly upper triangle is `above`, row by row: (size (size - 1) / 2,) to
    (size, size)."""
    rows, columns = torch.triu_indices(size, size, 1, device=above.device)
    upper = above.new_zeros(size, size).index_put((rows, columns), above)
    return upper - upper.T


def skew_blocks(angles: Tensor, size: int) -> Tensor:
    """`above` of the block-diagonal matrix with blocks (0, s; -s, 0), one for each of size // 2
    angles s."""
    rows, columns = torch.triu_indices(size, size, 1)
    upper = torch.zeros(size, size)
    even = torch.arange(0, 2 * len(angles), 2)
    upper[even, even + 1] = angles
    return upper[rows, columns]
