"""Run a cell to learn the shapes of its outputs and state, and check its contract."""

from typing import Any, NamedTuple

from torch import Tensor, nn

from rnnbench.errors import CellContractError
from rnnbench.state import tensors_of


class Probed(NamedTuple):
    """What a cell returns.

    outputs:      the shape of its output after the axes of batch and time: (H,) for features,
                  (C, H, W) for frames.
    state_floats: numbers in the state of one sequence; a complex number counts as two.
    """

    outputs: tuple[int, ...]
    state_floats: int


def probe(cell: nn.Module, x_1T: Tensor) -> Probed:
    """Run a cell at two batch sizes, and return the shapes of its outputs and state.

    x_1T: inputs (1, T, I) or (1, T, C, H, W).

    The cell runs in evaluation mode, which changes no running statistics and draws no dropout.
    Raises CellContractError where the cell does not keep its contract.
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
        y_BT, state = _checked(cell, x_BT, cell(x_BT))
        shape = tuple(y_BT.shape[2:])
        floats.append(_count_floats(state))
    return Probed(shape, floats[1] - floats[0])


def _checked(cell: nn.Module, x_BT: Tensor, returned: object) -> tuple[Tensor, Any]:
    """The outputs and the state that a cell returned for these inputs."""
    name = type(cell).__name__
    if not isinstance(returned, tuple) or len(returned) != 2:
        raise CellContractError(
            f"{name}: forward should return (y, state), got {type(returned).__name__}"
        )
    y_BT, state = returned
    if not isinstance(y_BT, Tensor):
        actual = type(y_BT).__name__
    elif y_BT.ndim != x_BT.ndim or y_BT.shape[:2] != x_BT.shape[:2]:
        actual = str(tuple(y_BT.shape))
    else:
        return y_BT, state
    wanted = "(B, T, H)" if x_BT.ndim == 3 else "(B, T, C, H, W)"
    raise CellContractError(
        f"{name}: for input {tuple(x_BT.shape)}, y should be {wanted}, got {actual}"
    )


def _count_floats(state: Any) -> int:
    floats = 0
    for tensor in tensors_of(state):
        floats += tensor.numel() * (2 if tensor.is_complex() else 1)
    return floats
