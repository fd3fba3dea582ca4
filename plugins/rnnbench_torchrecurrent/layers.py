"""Builds the layers of torchrecurrent (Martinuzzi 2025, arXiv:2510.21252), with their own
mathematics and defaults.

Each layer has a place of its own, such as `rnnbench_torchrecurrent.layers:MGU`, and `build` serves
them all.
"""

from collections.abc import Callable
from difflib import get_close_matches
from functools import partial
from typing import Any

import torchrecurrent
from torch import nn

import rnnbench

INITIALISERS = (
    "kaiming_normal",
    "kaiming_uniform",
    "normal",
    "ones",
    "orthogonal",
    "uniform",
    "uniform_centered",
    "xavier_normal",
    "xavier_uniform",
    "zeros",
)
"""By the names that torchrecurrent resolves; "uniform_centered" is U(-0.1, 0.1)."""


def __getattr__(layer: str) -> Callable[..., nn.Module]:
    """What builds the layer of this name. Raises AttributeError where torchrecurrent has none."""
    if layer not in torchrecurrent.__all__ or layer.endswith("Cell"):
        raise AttributeError(f"torchrecurrent {layer!r}: there is no such layer")
    return partial(build, layer)


def build(
    layer: str, input_size: int, hidden_size: int, **options: bool | float | str
) -> nn.Module:
    """One layer, batch first: (B, T, I) to (B, T, H) and its state, each tensor of it with a batch
    axis.

    options: those of its spec, by the names of torchrecurrent. Raises RnnbenchError for an option
    that torchrecurrent does not take, and for sizes that the layer cannot have.
    """
    for option, value in options.items():
        if option.endswith("_init") and isinstance(value, str) and value not in INITIALISERS:
            nearest = get_close_matches(value, INITIALISERS, n=1, cutoff=0.5)
            guess = f" Did you mean '{nearest[0]}'?" if nearest else ""
            raise rnnbench.RnnbenchError(
                f"{layer} of torchrecurrent: no initialiser called '{value}' for {option}.{guess} "
                f"There are: {', '.join(INITIALISERS)}."
            )
    try:
        made: nn.Module = getattr(torchrecurrent, layer)(
            input_size, hidden_size, batch_first=True, **options
        )
    except ValueError as error:
        raise rnnbench.RnnbenchError(f"{layer} of torchrecurrent: {error}") from None
    made.register_forward_pre_hook(refuse_no_steps)
    return made


def refuse_no_steps(_: nn.Module, given: tuple[Any, ...]) -> None:
    """Raises ValueError where T is 0: torchrecurrent would stack an empty list, and say so."""
    if given and given[0].shape[1] == 0:
        raise ValueError(f"a sequence needs at least one step, got shape {tuple(given[0].shape)}")
