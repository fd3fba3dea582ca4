"""What a cell gives, learned by running it: the contract is checked here, in its own words."""

from typing import Any, NamedTuple

from torch import Tensor, nn

from rnnbench.errors import CellContractError
from rnnbench.state import tensors_of


class Probed(NamedTuple):
    """What a cell gives.

    outputs:      the shape of its output behind batch and time: (H,) for features, (C, H, W) for
                  frames.
    state_floats: numbers in the state of one sequence, complex ones counted twice.
    """

    outputs: tuple[int, ...]
    state_floats: int


def probe(cell: nn.Module, x_1T: Tensor) -> Probed:
    """What a cell gives for such inputs, (1, T, I) or (1, T, C, H, W), learned by running it at two
    batch sizes.

    It is run as in evaluation, which leaves running statistics and random streams alone.
    Raises CellContractError where the cell does not keep the contract.
    """
    was_training = cell.training
    cell.eval()
    try:
        return _run(cell, x_1T)
    finally:
        cell.train(was_training)


def _run(cell: nn.Module, x_1T: Tensor) -> Probed:
    floats = []
    shape: tuple[int, ...] = ()
    for batch in (2, 3):
        x_BT = x_1T.expand(batch, *x_1T.shape[1:])
        returned = cell(x_BT)
        name = type(cell).__name__
        if not isinstance(returned, tuple) or len(returned) != 2:
            raise CellContractError(
                f"{name}: forward should return (y, state), got {type(returned).__name__}"
            )
        y_BT, state = returned
        if (
            not isinstance(y_BT, Tensor)
            or y_BT.ndim != x_BT.ndim
            or y_BT.shape[:2] != x_BT.shape[:2]
        ):
            got = tuple(y_BT.shape) if isinstance(y_BT, Tensor) else type(y_BT).__name__
            wanted = "(B, T, H)" if x_BT.ndim == 3 else "(B, T, C, H, W)"
            raise CellContractError(
                f"{name}: for input {tuple(x_BT.shape)}, y should be {wanted}, got {got}"
            )
        shape = tuple(y_BT.shape[2:])
        floats.append(_count_floats(state))
    return Probed(shape, floats[1] - floats[0])


def _count_floats(state: Any) -> int:
    return sum(tensor.numel() * (2 if tensor.is_complex() else 1) for tensor in tensors_of(state))
