"""Cells: recurrent layers, and the description under which a plugin brings one in. Torch is not needed to read it.

The cell contract: any `nn.Module` with `forward(x_BTI, state=None) -> (y_BTH, state)`, batch first. The state is an
opaque tree; `state=None` means the cell's initial state. A cell may declare `param_groups()`.

Shape letters, used everywhere: B batch, T steps, I input features, H hidden units, O outputs, V vocabulary.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pkgutil import resolve_name
from typing import Any, Literal, Protocol, runtime_checkable

Option = bool | int | float | str | None


@dataclass(frozen=True)
class ParameterGroup:
    """Parameters that want to be trained in their own way.

    parameters:           tensors of the cell.
    learning_rate_factor: times the learning rate of the trial.
    learning_rate:        a rate of their own instead, whatever the trial's is.
    weight_decay:         whether the recipe's weight decay applies.
    """

    parameters: Sequence[Any]
    learning_rate_factor: float = 1.0
    learning_rate: float | None = None
    weight_decay: bool = True


@runtime_checkable
class DeclaresParameterGroups(Protocol):
    """A cell that says which of its parameters want their own learning rate or no weight decay."""

    def param_groups(self) -> Sequence[ParameterGroup]:
        """The groups; parameters in none of them are trained as the recipe says."""


@dataclass(frozen=True)
class CellSpec:
    """A cell as a plugin brings it.

    name:     what suites and the command line call it.
    build:    `build(input_size, hidden_size, **options)` giving an `nn.Module` that keeps the cell contract, or the
              place of such a function as "module:attribute", imported when a trial needs it.
    source:   where the mathematics comes from (author, year, equation).
    options:  the options that `build` takes, with their defaults; a suite may set these and no others.
    summary:  one line for `rnnbench list`.
    hidden_multiple: hidden sizes must be multiples of this (heads, chunks).
    inputs:   "features" for cells over (B, T, I); "frames" for those over (B, T, C, H, W), whose `input_size` is
              (C, H, W) and whose hidden size counts channels.
    """

    name: str
    build: str | Callable[..., Any]
    source: str
    summary: str = ""
    options: Mapping[str, Option] = field(default_factory=dict)
    hidden_multiple: int = 1
    inputs: Literal["features", "frames"] = "features"

    def load(self) -> Callable[..., Any]:
        """The build function, imported if need be."""
        build: Callable[..., Any] = resolve_name(self.build) if isinstance(self.build, str) else self.build
        return build
