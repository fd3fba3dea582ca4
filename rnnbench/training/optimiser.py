"""The optimiser that a recipe asks for, with what cells ask for their own parameters; schedule and
clipping."""

import math
from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import nn

from rnnbench.contracts import DeclaresParameterGroups, ParameterGroup
from rnnbench.errors import CellContractError
from rnnbench.model import Model
from rnnbench.records import Recipe

OPTIMISERS: Mapping[str, Callable[..., torch.optim.Optimizer]] = {
    "adam": torch.optim.Adam,
    "adamw": torch.optim.AdamW,
    "rmsprop": torch.optim.RMSprop,
    "sgd": torch.optim.SGD,
}
ADAMW_WEIGHT_DECAY = 0.01
PEAK_RATE = "peak_rate"


def make_optimiser(model: Model, recipe: Recipe, learning_rate: float) -> torch.optim.Optimizer:
    """An optimiser over all parameters of the model, each in one group.

    Raises CellContractError where a cell's `param_groups()` name a tensor that is none of its
    parameters, or one twice.
    """
    weight_decay = recipe.weight_decay
    if weight_decay is None:
        weight_decay = ADAMW_WEIGHT_DECAY if recipe.optimiser == "adamw" else 0.0
    groups = []
    grouped: set[int] = set()
    for cell in model.cells:
        for group in _declared(cell):
            _check(group, cell, grouped)
            own = (
                learning_rate * group.learning_rate_factor
                if group.learning_rate is None
                else group.learning_rate
            )
            decay = weight_decay if group.weight_decay else 0.0
            groups.append(_group(list(group.parameters), own, decay))
    rest = [parameter for parameter in model.parameters() if id(parameter) not in grouped]
    return OPTIMISERS[recipe.optimiser](
        [_group(rest, learning_rate, weight_decay), *groups], lr=learning_rate
    )


def set_rates(optimiser: torch.optim.Optimizer, recipe: Recipe, step: int, steps: int) -> None:
    """The rates of the next step, where `step` of `steps` have been taken.

    Cosine: half a period from the rate to zero (Loshchilov & Hutter 2017, arXiv:1608.03983,
            equation 5, no restart).
    """
    if recipe.schedule == "cosine":
        share = 0.5 * (1 + math.cos(math.pi * step / steps))
        for group in optimiser.param_groups:
            group["lr"] = group[PEAK_RATE] * share


def cut_gradient(model: nn.Module, norm: float) -> None:
    """Scale the gradient of all parameters together to at most this norm; 0 leaves it as it is."""
    if norm:
        torch.nn.utils.clip_grad_norm_(model.parameters(), norm)


def _declared(cell: nn.Module) -> list[ParameterGroup]:
    declared: list[object] = (
        list(cell.param_groups()) if isinstance(cell, DeclaresParameterGroups) else []
    )
    groups = []
    for group in declared:
        if not isinstance(group, ParameterGroup):
            found = type(group).__name__
            raise CellContractError(
                f"{type(cell).__name__}: param_groups() should give rnnbench.ParameterGroup, got"
                f" {found}"
            )
        groups.append(group)
    return groups


def _check(group: ParameterGroup, cell: nn.Module, grouped: set[int]) -> None:
    name, own = type(cell).__name__, {id(parameter) for parameter in cell.parameters()}
    if group.learning_rate is not None and group.learning_rate_factor != 1.0:
        raise CellContractError(
            f"{name}: a parameter group has both learning_rate and learning_rate_factor"
        )
    for parameter in group.parameters:
        if id(parameter) not in own:
            raise CellContractError(
                f"{name}: param_groups() holds a tensor that is none of the cell's parameters"
            )
        if id(parameter) in grouped:
            raise CellContractError(f"{name}: param_groups() holds a parameter twice")
        grouped.add(id(parameter))


def _group(parameters: list[Any], rate: float, weight_decay: float) -> dict[str, Any]:
    return {"params": parameters, "lr": rate, PEAK_RATE: rate, "weight_decay": weight_decay}
