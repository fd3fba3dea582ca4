"""Diagnostics: measurements of a cell inside a fresh or a trained model."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from rnnbench.contracts.places import imported
from rnnbench.records import Diagnosis


@dataclass(frozen=True)
class Diagnostic:
    """A diagnostic as a plugin provides it.

    measure: `measure(cell, x_BTI, rng) -> Diagnosis`, or its place as "module:attribute". The cell
    is the model's first one, in evaluation mode. x_BTI is what the encoder gives it for sequences
    of the validation data, all of one length. rng is a numpy generator that is the same for all
    cells. The function raises rnnbench.Refused where the measurement makes no sense.
    """

    name: str
    measure: str | Callable[..., Diagnosis]
    summary: str
    source: str

    def load(self) -> Callable[[Any, Any, Any], Diagnosis]:
        """Return the function, imported if need be."""
        return imported(self.measure)
