"""Builds layers of torchrecurrent (Martinuzzi 2025, arXiv:2510.21252), whose code runs unchanged.

Each layer has its own place for specs, such as `rnnbench_torchrecurrent.layers:MGU`, which this
module looks up as an attribute; one function builds them all.
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
"""Names of initialisers that torchrecurrent accepts; "uniform_centered" is U(-0.1, 0.1)."""


def __getattr__(layer: str) -> Callable[..., nn.Module]:
    """Return the function that builds the layer of this name.

    Raises AttributeError where torchrecurrent has no such layer.
    """
    if layer not in torchrecurrent.__all__ or layer.endswith("Cell"):
        raise AttributeError(f"torchrecurrent has no layer called {layer!r}")
    return partial(build, layer)


def build(
    layer: str, input_size: int, hidden_size: int, **options: bool | float | str
) -> nn.Module:
    """Return one layer, which maps (B, T, I) to outputs, (B, T, H), and a state.

    layer:   name of its class in torchrecurrent.
    options: the options of its spec, by torchrecurrent's names.

    Raises RnnbenchError for a value of an option or a size that torchrecurrent refuses.
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
    """Raise ValueError for a sequence without steps.

    torchrecurrent's own error concerns an empty list of tensors, not the sequence.
    """
    if given and given[0].shape[1] == 0:
        raise ValueError(f"a sequence needs at least one step, got shape {tuple(given[0].shape)}")
