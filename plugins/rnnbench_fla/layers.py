"""Builds layers of flash-linear-attention (Yang & Zhang 2024), whose code runs unchanged on CUDA.

Each layer has its own place for specs, such as `rnnbench_fla.layers:GatedDeltaNet`, which this
module looks up as an attribute; one function builds them all.
"""

from collections.abc import Callable
from functools import partial
from importlib import import_module
from inspect import signature
from typing import Any

import torch
from torch import Tensor, nn

import rnnbench

NO_CUDA = (
    "the layers of flash-linear-attention run on CUDA alone, and this machine has no CUDA device"
)


class Layer(nn.Module):
    """A layer of flash-linear-attention as a cell over (B, T, H), whose state is not carried.

    Its state is kept in a cache of its own that is changed in place; a cell's state must not be.
    """

    def __init__(self, name: str, layer: nn.Module) -> None:
        super().__init__()
        self.name = name
        self.layer = layer

    def forward(self, x_BTH: Tensor, state: object = None) -> tuple[Tensor, Tensor]:
        """Map (B, T, H) to outputs, (B, T, H), and an empty state.

        Raises ValueError where T is 0, and RnnbenchError for inputs that are not on a CUDA device.
        """
        del state
        if x_BTH.shape[1] == 0:
            raise ValueError(f"a sequence needs at least one step, got shape {tuple(x_BTH.shape)}")
        if not x_BTH.is_cuda:
            raise rnnbench.RnnbenchError(
                f"{self.name} of flash-linear-attention runs on CUDA alone; its inputs are on"
                f" {x_BTH.device.type}"
            )
        y_BTH = self.layer(x_BTH)[0]
        return y_BTH, x_BTH.new_zeros(len(x_BTH), 0)


def __getattr__(layer: str) -> Callable[..., nn.Module]:
    """Return the function that builds the layer of this name.

    Raises AttributeError for names that no layer can have.
    """
    if not layer[:1].isupper():
        raise AttributeError(f"flash-linear-attention has no layer called {layer!r}")
    return partial(build, layer)


def build(layer: str, input_size: int, hidden_size: int, **options: Any) -> Layer:
    """Return one layer, as wide as its inputs.

    layer:   name of its class in `fla.layers`.
    options: the options of its spec, by its own names. The size of a head is the width over the
             number of heads, unless it is an option.

    Raises DataUnavailable where there is no CUDA device or no such layer, and RnnbenchError where
    sizes do not fit.
    """
    if not torch.cuda.is_available():
        raise rnnbench.DataUnavailable(NO_CUDA)
    if input_size != hidden_size:
        raise rnnbench.RnnbenchError(
            f"{layer} of flash-linear-attention is as wide as its inputs, got {input_size} inputs"
            f" and {hidden_size} units"
        )
    made = getattr(import_module("fla.layers"), layer, None)
    if made is None:
        raise rnnbench.DataUnavailable(
            f"the installed flash-linear-attention has no layer called {layer}"
        )
    named = {"hidden_size": hidden_size, "layer_idx": 0, **options}
    takes_head_size = "head_dim" in signature(made).parameters
    if takes_head_size and "head_dim" not in options:
        named["head_dim"] = hidden_size // options["num_heads"]
    try:
        return Layer(layer, made(**named))
    except (AssertionError, ValueError) as error:
        raise rnnbench.RnnbenchError(f"{layer} of flash-linear-attention: {error}") from None
