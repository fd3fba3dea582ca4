"""The optimiser of a recipe, with the parameter groups of cells; its schedule and clipping."""

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
"""The key of the learning rate without schedule in the parameter groups of an optimiser."""


def make_optimiser(model: Model, recipe: Recipe, learning_rate: float) -> torch.optim.Optimizer:
    """Return an optimiser over all parameters of the model, each in one group.

    Raises CellContractError where a cell's `param_groups()` holds a tensor that is none of its
    parameters, or a parameter twice.
    """
    weight_decay = _weight_decay(recipe)
    declared = []
    grouped: set[int] = set()
    for cell in model.cells:
        for group in _declared_groups(cell):
            _check_group(group, cell, grouped)
            own_decay = weight_decay if group.weight_decay else 0.0
            own_rate = _own_rate(group, learning_rate)
            declared.append(_torch_group(list(group.parameters), own_rate, own_decay))
    remaining = [parameter for parameter in model.parameters() if id(parameter) not in grouped]
    groups = [_torch_group(remaining, learning_rate, weight_decay), *declared]
    return OPTIMISERS[recipe.optimiser](groups, lr=learning_rate)


def set_rates(optimiser: torch.optim.Optimizer, recipe: Recipe, step: int, steps: int) -> None:
    """Set the learning rates of the next step, after `step` of `steps` steps.

    The schedule "cosine" is half a period from the full rate to zero.

    source: Loshchilov & Hutter 2017, arXiv:1608.03983, equation 5, without restarts.
    """
    if recipe.schedule == "cosine":
        share = 0.5 * (1 + math.cos(math.pi * step / steps))
        for group in optimiser.param_groups:
            group["lr"] = group[PEAK_RATE] * share


def clip_gradient(model: nn.Module, norm: float) -> None:
    """Scale the gradient of all parameters together to at most this norm; 0 means no clipping."""
    if norm:
        torch.nn.utils.clip_grad_norm_(model.parameters(), norm)


def _weight_decay(recipe: Recipe) -> float:
    if recipe.weight_decay is not None:
        return recipe.weight_decay
    return ADAMW_WEIGHT_DECAY if recipe.optimiser == "adamw" else 0.0


def _own_rate(group: ParameterGroup, learning_rate: float) -> float:
    if group.learning_rate is None:
        return learning_rate * group.learning_rate_factor
    return group.learning_rate


def _declared_groups(cell: nn.Module) -> list[ParameterGroup]:
    if not isinstance(cell, DeclaresParameterGroups):
        return []
    declared: list[object] = list(cell.param_groups())
    groups = []
    for group in declared:
        if not isinstance(group, ParameterGroup):
            actual = type(group).__name__
            raise CellContractError(
                f"{type(cell).__name__}: param_groups() should give rnnbench.ParameterGroup, got"
                f" {actual}"
            )
        groups.append(group)
    return groups


def _check_group(group: ParameterGroup, cell: nn.Module, grouped: set[int]) -> None:
    """Check a group, and add the ids of its parameters to `grouped`."""
    name = type(cell).__name__
    own = {id(parameter) for parameter in cell.parameters()}
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


def _torch_group(parameters: list[Any], rate: float, weight_decay: float) -> dict[str, Any]:
    return {"params": parameters, "lr": rate, PEAK_RATE: rate, "weight_decay": weight_decay}
