"""Cells: recurrent layers, and the specs under which plugins provide them. Reading this needs no
torch.

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
"""The implementation that a cell uses where none is requested."""
COMPILED = "compiled"
"""The implementation of a `StepCell` that torch.compile makes; other cells may use the name too."""
FASTEST = "fastest"
"""The implementation that is chosen by measuring all of them."""


@dataclass(frozen=True)
class ParameterGroup:
    """Parameters that are trained in their own way.

    parameters:           tensors of the cell.
    learning_rate_factor: multiplies the learning rate of the trial.
    learning_rate:        replaces the learning rate of the trial.
    weight_decay:         whether the recipe's weight decay applies.
    """

    parameters: Sequence[Any]
    learning_rate_factor: float = 1.0
    learning_rate: float | None = None
    weight_decay: bool = True


@runtime_checkable
class DeclaresParameterGroups(Protocol):
    """A cell that declares parameters with their own learning rate or without weight decay."""

    def param_groups(self) -> Sequence[ParameterGroup]:
        """Return the groups; parameters in no group are trained as the recipe says."""


@dataclass(frozen=True)
class CellSpec:
    """A cell as a plugin provides it. Raises RnnbenchError where a field has a wrong value.

    name:             name in suites and on the command line.
    build:            `build(input_size, hidden_size, **options)` returning an `nn.Module` that
                      keeps the cell contract, or the place of such a function as
                      "module:attribute", imported when a trial needs it.
    source:           where the mathematics comes from (author, year, equation).
    options:          the options of `build` with their defaults; a suite may set these only.
    summary:          one line for `rnnbench list`.
    inputs:           "features" for cells over (B, T, I); "frames" for cells over (B, T, C, H, W),
                      whose `input_size` is (C, H, W) and whose hidden size counts channels.
    implementations:  names of implementations of the same mathematics, with the same parameters
                      under the same names. Where there are any, `build` takes one of them as
                      `implementation`, and has a default for it.
    parallel:         how the cell runs over time if it need not go step by step: as a "scan", or a
                      "chunk" at a time.
    carries_state:    whether the returned state can be passed to the next call.
    hidden_multiple:  hidden sizes must be multiples of this: a number, or the name of the option
                      that has it ("heads").
    smallest:         the smallest hidden size that `build` accepts; the harness tries no smaller
                      one.
    same_size:        whether input size and hidden size must be equal; the harness then projects
                      the inputs.
    straight_through: whether its gradients are, by design, not those of its outputs (quantised or
                      binary units), so they are not compared with finite differences.
    longest:          the longest sequence that it accepts, if there is one.
    packages:         distributions whose code it runs, besides its own and torch's; results record
                      their versions.
    parameters:       number of trained parameters (complex ones counted twice), as a function
                      `(input_size, hidden_size, **options)`. Checked where given.
    state_floats:     numbers carried for one sequence, as a function of the same arguments. Checked
                      where given.
    reference:        `reference(cell, x_BTI) -> y_BTH`, the same cell as a plain loop over steps,
                      or the place of that function. Checked where given.
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
    hidden_multiple: int | str = 1
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
        values = {field_info.name: getattr(self, field_info.name) for field_info in fields(self)}
        validate(values, reserved=(DEFAULT, FASTEST))

    def multiple(self, options: Mapping[str, Option] | None = None) -> int:
        """Return the number of which hidden sizes are multiples under these options."""
        if isinstance(self.hidden_multiple, int):
            return self.hidden_multiple
        chosen = {**self.options, **(options or {})}[self.hidden_multiple]
        return chosen if isinstance(chosen, int) and chosen > 0 else 1

    def hidden_size(self, wanted: int, options: Mapping[str, Option] | None = None) -> int:
        """Return the smallest hidden size that the cell accepts and that is at least this one."""
        multiple = self.multiple(options)
        return -(-max(wanted, self.smallest) // multiple) * multiple

    def load(
        self, options: Mapping[str, Option] | None = None, implementation: str = DEFAULT
    ) -> Callable[..., Any]:
        """Return the build function with options and implementation bound, imported if need be."""
        build: Callable[..., Any] = imported(self.build)
        bound = dict(options or {})
        if implementation != DEFAULT:
            bound["implementation"] = implementation
        return partial(build, **bound) if bound else build

    def load_reference(self) -> Callable[..., Any] | None:
        """Return the reference function, imported if need be; None where there is none."""
        return None if self.reference is None else imported(self.reference)
