"""What a cell gives, learned by running it: the contract is checked here, in its own words."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from torch import Tensor, nn

from rnnbench.errors import CellContractError


def probe(cell: nn.Module, x_1TI: Tensor) -> tuple[int, int]:
    """Output size, and numbers in the state of one sequence, learned by running a cell once at two batch sizes.

    Raises CellContractError where the cell does not keep the contract.
    """
    states = []
    width = 0
    for batch in (2, 3):
        x_BTI = x_1TI.expand(batch, *x_1TI.shape[1:])
        returned = cell(x_BTI)
        name = type(cell).__name__
        if not isinstance(returned, tuple) or len(returned) != 2:
            raise CellContractError(f"{name}: forward should return (y, state), got {type(returned).__name__}")
        y_BTH, state = returned
        if not isinstance(y_BTH, Tensor) or y_BTH.ndim != 3 or y_BTH.shape[:2] != x_BTI.shape[:2]:
            got = tuple(y_BTH.shape) if isinstance(y_BTH, Tensor) else type(y_BTH).__name__
            raise CellContractError(f"{name}: for input {tuple(x_BTI.shape)}, y should be (B, T, H), got {got}")
        width = y_BTH.shape[2]
        states.append(_count_floats(state))
    return width, states[1] - states[0]


def _count_floats(tree: Any) -> int:
    """Real numbers in a tree of tensors; complex ones count twice."""
    if isinstance(tree, Tensor):
        return tree.numel() * (2 if tree.is_complex() else 1)
    if isinstance(tree, Mapping):
        return sum(_count_floats(branch) for branch in tree.values())
    if isinstance(tree, list | tuple):
        return sum(_count_floats(branch) for branch in tree)
    if is_dataclass(tree) and not isinstance(tree, type):
        return sum(_count_floats(getattr(tree, field.name)) for field in fields(tree))
    return 0
