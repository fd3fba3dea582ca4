"""Skew-symmetric matrices, A = -A^T, stored as the entries above their diagonal."""

import torch
from torch import Tensor


def skew_size(size: int) -> int:
    """Return the number of entries above the diagonal of a (size, size) matrix."""
    return size * (size - 1) // 2


def skew_matrix(above: Tensor, size: int) -> Tensor:
    """Return the skew-symmetric matrix, (size, size), with the strictly upper triangle `above`.

    above: the entries row by row, (size (size - 1) / 2,).
    """
    rows, columns = torch.triu_indices(size, size, 1, device=above.device)
    upper = above.new_zeros(size, size).index_put((rows, columns), above)
    return upper - upper.T


def skew_blocks(angles: Tensor, size: int) -> Tensor:
    """Return the strictly upper triangle of a matrix with blocks (0, s; -s, 0) on its diagonal.

    angles: one s for each block, (size // 2,).
    The result lists the entries row by row, (size (size - 1) / 2,).
    """
    rows, columns = torch.triu_indices(size, size, 1)
    upper = torch.zeros(size, size)
    even = torch.arange(0, 2 * len(angles), 2)
    upper[even, even + 1] = angles
    return upper[rows, columns]
