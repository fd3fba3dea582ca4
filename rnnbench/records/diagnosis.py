"""Diagnostics: measurements of a cell inside a fresh or a trained model, and what they give."""

from collections.abc import Callable
from dataclasses import dataclass
from pkgutil import resolve_name
from typing import Any

from msgspec import Struct


class Diagnosis(Struct, frozen=True, kw_only=True):
    """What one measurement of one cell gave: a curve, and figures drawn from it.

    x_name, y_name: what the axes are, with units.
    absent:         reason by figure, for each figure that does not exist.
    log_y:          whether y is read on a logarithmic axis.
    """

    x_name: str
    y_name: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    figures: dict[str, float] = {}
    absent: dict[str, str] = {}
    log_y: bool = False


class Diagnosed(Struct, frozen=True, kw_only=True):
    """One measurement of the model as initialised, and at the epoch that was chosen; why one of them is missing."""

    fresh: Diagnosis | None = None
    trained: Diagnosis | None = None
    reason: str = ""


@dataclass(frozen=True)
class Diagnostic:
    """A measurement as a plugin brings it.

    measure: `measure(cell, x_BTI, rng) -> Diagnosis`, or its place as "module:attribute". The cell is the model's first
             one, in evaluation; x_BTI what the encoder gives it for sequences of the validation data, all of one
             length; rng a numpy generator that is the same for all cells. It raises rnnbench.Refused where it makes no
             sense.
    """

    name: str
    measure: str | Callable[..., Diagnosis]
    summary: str
    source: str

    def load(self) -> Callable[[Any, Any, Any], Diagnosis]:
        """The function, imported if need be."""
        found: Callable[[Any, Any, Any], Diagnosis] = (
            resolve_name(self.measure) if isinstance(self.measure, str) else self.measure
        )
        return found
