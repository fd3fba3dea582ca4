"""Diagnostics: measurements of a cell inside a fresh or a trained model."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from rnnbench.contracts.places import imported
from rnnbench.records import Diagnosis


@dataclass(frozen=True)
class Diagnostic:
    """A measurement as a plugin brings it.

    measure: `measure(cell, x_BTI, rng) -> Diagnosis`, or its place as "module:attribute". The cell
             is the model's first one, in evaluation; x_BTI what the encoder gives it for sequences
             of the validation data, all of one length; rng a numpy generator that is the same for
             all cells. It raises rnnbench.Refused where it makes no sense.
    """

    name: str
    measure: str | Callable[..., Diagnosis]
    summary: str
    source: str

    def load(self) -> Callable[[Any, Any, Any], Diagnosis]:
        """The function, imported if need be."""
        return imported(self.measure)
