"""A user's file in arrays: inputs and targets of training, validation and test data."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

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
    actual:     of forecasts, the answers in units of the target, (B, O) float64; of several ones,
                all rows ahead of the first target, then those of the second, and so on.
    references: of forecasts, what outputs are added to, (B, O).
    start:      of forecasts, the row of `Dataset.levels` that each answer begins at, (B,).
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

    levels:  of forecasts, the K targets in all rows, (R, K), series behind each other, each in the
             order of time; missing values are filled where that is asked for.
    series:  of forecasts, the number of the series of each row, (R,).
    times:   of forecasts, (R,) seconds since 1970, or another number; None without times.
    names:   of forecasts, a name for each series.
    """

    inspection: Inspection
    preparation: Preparation
    train: Part
    validation: Part
    test: Part
    levels: Array | None = None
    series: Array | None = None
    times: Array | None = None
    names: Sequence[str] = ()

    @property
    def parts(self) -> tuple[Part, Part, Part]:
        """Training, validation and test data."""
        return self.train, self.validation, self.test

    @property
    def targets(self) -> tuple[str, ...]:
        """Of forecasts, the columns that are forecast."""
        return tuple(answer.column for answer in self.preparation.answers)

    def last_values(self, part: Part) -> Array:
        """Of forecasts, the last value of each target in each window, repeated, (B, O)."""
        assert self.levels is not None
        assert part.start is not None
        ahead = self.preparation.output_size // len(self.targets)
        return np.repeat(self.levels[part.start - 1], ahead, axis=1)

    def by_target(self, values: Array) -> Array:
        """Of forecasts, values (B, O) as (B, K, H): by target and row ahead."""
        return values.reshape(len(values), len(self.targets), -1)

    @property
    def naive_errors(self) -> Array:
        """The mean absolute error of the last value on training data, (K,), in units of each."""
        assert self.train.actual is not None
        errors = np.abs(self.train.actual - self.last_values(self.train))
        means: Array = self.by_target(errors).mean(axis=(0, 2))
        return means
