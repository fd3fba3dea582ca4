"""Cells: recurrent layers, and the description under which a plugin brings one in. Torch is not needed to read it.

The cell contract: any `nn.Module` with `forward(x_BTI, state=None) -> (y_BTH, state)`, batch first. The state is an
opaque tree; `state=None` means the cell's initial state.

Shape letters, used everywhere: B batch, T steps, I input features, H hidden units, O outputs, V vocabulary.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pkgutil import resolve_name
from typing import Any

Option = bool | int | float | str | None


@dataclass(frozen=True)
class CellSpec:
    """A cell as a plugin brings it.

    name:     what suites and the command line call it.
    build:    `build(input_size, hidden_size, **options)` giving an `nn.Module` that keeps the cell contract, or the
              place of such a function as "module:attribute", imported when a trial needs it.
    source:   where the mathematics comes from (author, year, equation).
    options:  the options that `build` takes, with their defaults; a suite may set these and no others.
    summary:  one line for `rnnbench list`.
    """

    name: str
    build: str | Callable[..., Any]
    source: str
    summary: str = ""
    options: Mapping[str, Option] = field(default_factory=dict)

    def load(self) -> Callable[..., Any]:
        """The build function, imported if need be."""
        build: Callable[..., Any] = resolve_name(self.build) if isinstance(self.build, str) else self.build
        return build
