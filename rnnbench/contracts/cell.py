"""Cells: recurrent layers, and the description under which a plugin brings one in. Torch is not
needed to read it.

The cell contract: any `nn.Module` with `forward(x_BTI, state=None) -> (y_BTH, state)`, batch first,
for T >= 1. The state is an opaque tree; `state=None` means the cell's initial state. A cell may
declare `param_groups()`.

Shape letters, used everywhere: B batch, T steps, I input features, H hidden units, O outputs, V
                                vocabulary.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import partial
from typing import Any, Literal, Protocol, runtime_checkable

from rnnbench.contracts.cell_fields import validate
from rnnbench.contracts.places import imported
from rnnbench.records import Option

DEFAULT = "default"
"""The implementation that a cell takes where none is asked for."""
FASTEST = "fastest"
"""The implementation that is found by measuring all of them."""


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
    """A cell as a plugin brings it. Raises RnnbenchError where a field holds what it should not.

    name:    what suites and the command line call it.
    build:   `build(input_size, hidden_size, **options)` giving an `nn.Module` that keeps the cell
             contract, or the place of such a function as "module:attribute", imported when a trial
             needs it.
    source:  where the mathematics comes from (author, year, equation).
    options: the options that `build` takes, with their defaults; a suite may set these and no
             others.
    summary: one line for `rnnbench list`.
    inputs:  "features" for cells over (B, T, I); "frames" for those over (B, T, C, H, W), whose
             `input_size` is (C, H, W) and whose hidden size counts channels.

    implementations:          names of implementations of the same mathematics, with the same
                              parameters under the same names. Where there are any, `build` takes
                              one of them as `implementation`, and has a default for it.
    parallel:                 how it runs over time where it need not go step by step: a "scan", or
                              in a "chunk" at a time.
    carries_state:            whether the state that it returns can be carried on with.
    hidden_multiple:          hidden sizes must be multiples of this (heads, chunks).
    smallest:                 the smallest hidden size that `build` takes; the harness tries no
                              smaller one.
    same_size:                whether input size and hidden size must be equal; the harness then
                              projects the inputs.
    straight_through:         whether its gradients are, by design, not those of its outputs
                              (quantised or binary units), so that they are not compared with finite
                              differences.
    longest:                  the longest sequence it takes, where there is one.
    packages:                 distributions whose code it runs beside its own and torch's; their
                              versions go with its results.
    parameters, state_floats: how many numbers it has to learn and to carry for one sequence
                              (complex ones counted twice), from what `build` takes: `(input_size,
                              hidden_size, **options)`. Checked where given.
    reference:                `reference(cell, x_BTI) -> y_BTH`, the same by a plain loop over
                              steps, or its place; likewise.
    """

    name: str
    build: str | Callable[..., Any]
    source: str
    summary: str = ""
    options: Mapping[str, Option] = field(default_factory=dict)
    inputs: Literal["features", "frames"] = "features"
    implementations: Sequence[str] = ()
    parallel: Literal["none", "scan", "chunk"] = "none"
    carries_state: bool = True
    hidden_multiple: int = 1
    smallest: int = 1
    same_size: bool = False
    straight_through: bool = False
    longest: int | None = None
    packages: Sequence[str] = ()
    parameters: Callable[..., int] | None = None
    state_floats: Callable[..., int] | None = None
    reference: str | Callable[..., Any] | None = None

    def __post_init__(self) -> None:
        """Check each field."""
        held = {one.name: getattr(self, one.name) for one in fields(self)}
        validate(held, reserved=(DEFAULT, FASTEST))

    def hidden_size(self, wanted: int) -> int:
        """The smallest hidden size that it takes and that is not below this one."""
        return -(-max(wanted, self.smallest) // self.hidden_multiple) * self.hidden_multiple

    def load(
        self, options: Mapping[str, Option] | None = None, implementation: str = DEFAULT
    ) -> Callable[..., Any]:
        """The build function with these options and this implementation bound, imported if need
        be."""
        build: Callable[..., Any] = imported(self.build)
        bound = dict(options or {})
        if implementation != DEFAULT:
            bound["implementation"] = implementation
        return partial(build, **bound) if bound else build

    def load_reference(self) -> Callable[..., Any] | None:
        """The plain loop, imported if need be."""
        return None if self.reference is None else imported(self.reference)
