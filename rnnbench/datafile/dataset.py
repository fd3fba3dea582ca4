"""A user's file in arrays: inputs and targets of training, validation and test data."""

from collections.abc import Sequence
from dataclasses import dataclass

from rnnbench.datafile.preparation import Preparation
from rnnbench.datafile.records import Inspection
from rnnbench.datafile.table import Array


@dataclass(frozen=True)
class Part:
    """One part of the split.

    inputs:     (B, T, I) float32 of forecasts and sequences; (B, T) int64 codes of texts with
                classes; (1, N) int64 codes of a text for a language model.
    targets:    (B, O) float32 of forecasts, in the scale of a model's outputs; (B,) int64 classes;
                (1, N) int64 codes, one symbol later than `inputs`.
    lengths:    (B,) int64, the number of real steps; later ones are padding. None: all are real.
    actual:     of forecasts, the answers in units of the target, (B, O) float64.
    references: of forecasts, what outputs are added to, (B, O).
    start:      of forecasts, the row of `Dataset.level` that each answer begins at, (B,).
    lines:      the line of the file of each answer, sequence or text, (B,); None of one text.
    """

    inputs: Array
    targets: Array
    lengths: Array | None = None
    actual: Array | None = None
    references: Array | None = None
    start: Array | None = None
    lines: Array | None = None

    def __len__(self) -> int:
        return len(self.inputs)


@dataclass(frozen=True)
class Dataset:
    """A file in arrays.

    level:   of forecasts, the target in all rows, (R,), series behind each other, each in the order
             of time; missing values are filled where that is asked for.
    series:  of forecasts, the number of the series of each row, (R,).
    times:   of forecasts, (R,) seconds since 1970, or another number; None without times.
    names:   of forecasts, a name for each series.
    """

    inspection: Inspection
    preparation: Preparation
    train: Part
    validation: Part
    test: Part
    level: Array | None = None
    series: Array | None = None
    times: Array | None = None
    names: Sequence[str] = ()

    @property
    def parts(self) -> tuple[Part, Part, Part]:
        """Training, validation and test data."""
        return self.train, self.validation, self.test
