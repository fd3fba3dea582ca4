"""The model around a cell: encoder, cell, readout at the last step; and the hidden size that a budget allows."""

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from rnnbench.errors import CellContractError, Refused
from rnnbench.records import Recipe
from rnnbench.task import Batch

BuildCell = Callable[[int, int], nn.Module]
"""From input size and hidden size to a cell; the options are bound already."""
LARGEST_HIDDEN = 1 << 16


class Model(nn.Module):
    """inputs -> encoder -> cell -> linear readout of the last step: (B, T, I) or tokens (B, T) to (B, O).

    Tokens are embedded in as many numbers as the cell has hidden units; features go in as they are.
    """

    def __init__(self, build: BuildCell, example: Batch, vocabulary: int | None, outputs: int, hidden: int) -> None:
        super().__init__()
        self.encoder: nn.Module = nn.Identity() if vocabulary is None else nn.Embedding(vocabulary, hidden)
        self.cell = build(example.inputs.shape[-1] if vocabulary is None else hidden, hidden)
        with torch.no_grad():
            width, self.state_floats = probe(self.cell, self.encoder(tensor(example.inputs[:1, :2])))
        self.readout = nn.Linear(width, outputs)

    def forward(self, inputs: Tensor) -> Tensor:
        y_BTH, _ = self.cell(self.encoder(inputs))
        return self.readout(y_BTH[:, -1])  # type: ignore[no-any-return]


def tensor(array: np.ndarray[Any, Any]) -> Tensor:
    """The array as a tensor, without a copy where it is contiguous."""
    return torch.from_numpy(np.ascontiguousarray(array))


def count_parameters(module: nn.Module) -> int:
    """Numbers that training may change, each counted once."""
    return sum(parameter.numel() for parameter in module.parameters() if parameter.requires_grad)


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


def hidden_size(recipe: Recipe, count: Callable[[int], int]) -> int:
    """The hidden size that a recipe gives a cell, where `count(H)` says how many parameters the whole model has.

    For a budget of parameters: the size whose count is nearest to it. Raises Refused where even the smallest model
    has more than twice the budget, or the count does not grow with the size.
    """
    if recipe.match == "hidden":
        return recipe.hidden_size
    budget = recipe.parameters
    if count(1) > 2 * budget:
        raise Refused(f"the smallest model has {count(1)} parameters, the budget is {budget}")
    above = 2
    while count(above) <= budget:
        above *= 2
        if above > LARGEST_HIDDEN:
            raise Refused(f"a hidden size of {above // 2} still has only {count(above // 2)} of {budget} parameters")
    below = above // 2
    while above - below > 1:
        middle = (above + below) // 2
        below, above = (middle, above) if count(middle) <= budget else (below, middle)
    return min(below, above, key=lambda size: abs(count(size) - budget))


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
