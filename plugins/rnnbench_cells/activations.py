"""Elementwise activations by the names that suites use."""

from collections.abc import Callable
from difflib import get_close_matches

import torch
from torch import Tensor
from torch.nn import functional

import rnnbench

Activation = Callable[[Tensor], Tensor]


def identity(x: Tensor) -> Tensor:
    """Return x unchanged, of any shape."""
    return x


ACTIVATIONS: dict[str, Activation] = {
    "celu": functional.celu,
    "elu": functional.elu,
    "gelu": functional.gelu,
    "hardsigmoid": functional.hardsigmoid,
    "hardswish": functional.hardswish,
    "hardtanh": functional.hardtanh,
    "identity": identity,
    "leaky_relu": functional.leaky_relu,
    "mish": functional.mish,
    "relu": torch.relu,
    "relu6": functional.relu6,
    "selu": functional.selu,
    "sigmoid": torch.sigmoid,
    "silu": functional.silu,
    "sin": torch.sin,
    "softplus": functional.softplus,
    "softsign": functional.softsign,
    "tanh": torch.tanh,
    "tanhshrink": functional.tanhshrink,
}


def check_activation(cell: str, name: str) -> None:
    """Raise RnnbenchError for an activation that is not in `ACTIVATIONS`.

    The message names the cell, the nearest activation and all activations.
    """
    if name in ACTIVATIONS:
        return
    nearest = get_close_matches(name, ACTIVATIONS, n=1, cutoff=0.5)
    guess = f" Did you mean '{nearest[0]}'?" if nearest else ""
    raise rnnbench.RnnbenchError(
        f"{cell}: no nonlinearity called '{name}'.{guess} There are:"
        f" {', '.join(sorted(ACTIVATIONS))}."
    )
