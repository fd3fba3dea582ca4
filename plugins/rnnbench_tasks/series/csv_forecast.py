"""The user's own file: a column is forecast."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar
from zipfile import Path as ZipPath

import numpy as np

import rnnbench
from rnnbench_tasks.series.forecasting import (
    MAPE,
    MASE,
    SKILL,
    answers,
    chronological,
    references,
    windows,
)
from rnnbench_tasks.series.own_file import Table, check_dials, named, read_table
from rnnbench_tasks.series.scaling import Scaling

TRAIN_SHARE, VALIDATION_SHARE = 0.7, 0.15


@dataclass(frozen=True)
class CsvForecast(rnnbench.RecordedTask):
    """Forecast a column of your own file: its next `ahead` rows from the `horizon` rows before
    them.

    visitors:   31   29   40   33 | 35
    sunshine:  0.2  0.1  0.9  0.4 |
    answer at the last row: 35

    `path` is a file of comma-separated values whose first line names its columns; `answer` is the
    column to forecast, `columns` are others to read beside it, with commas. Rows are in the order
    of time, the earliest first, or are brought into it by `time`, a column of dates or numbers. The
    first 70 % of the rows train, the next 15 % validate, the last 15 % test; no answer crosses a
    border, and scaling is fitted on the training rows alone. What can be reached in a file that
    nobody has seen is not known: the target, a tenth less squared error than "it stays as it is",
    is a convention.
    """

    horizon: int = 24
    ahead: int = 1
    path: str = ""
    answer: str = ""
    columns: str = ""
    time: str = ""
    separator: str = ","
    name: ClassVar[str] = "csv-forecast"
    loss: ClassVar[rnnbench.Loss] = "squared-error"
    metrics: ClassVar[tuple[rnnbench.Metric, ...]] = (SKILL, MAPE, MASE)
    target: ClassVar[float] = 0.1
    trivial_forecast: ClassVar[str] = "it stays as it is"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.ahead < 1:
            raise ValueError(f"ahead must be at least 1, got {self.ahead}")
        check_dials(self.path, self.separator)

    @property
    def output_size(self) -> int:
        """The rows that are asked for."""
        return self.ahead

    @property
    def own_files(self) -> tuple[Path, ...]:
        """The file."""
        return (Path(self.path).expanduser(),) if self.path else ()

    def load(self, archives: Mapping[str, ZipPath]) -> rnnbench.Splits:  # noqa: ARG002
        """Inputs (B, T, C), the column to forecast first, and targets (B, `ahead`), scaled on the
        training rows."""
        table = read_table(self.name, self.path, self.separator)
        table = table.in_order_of(self.time, unique=True) if self.time else table
        series_N1 = table.several([self.answer], "answer")
        further = [name for name in named(self.columns) if name != self.answer]
        values_NI = (
            np.column_stack([series_N1, table.several(further, "columns")])
            if further
            else series_N1
        )
        borders = (
            int(TRAIN_SHARE * len(table)),
            int((TRAIN_SHARE + VALIDATION_SHARE) * len(table)),
            len(table),
        )
        parts = chronological(self.horizon, borders, self.ahead)
        self._check(table, series_N1[:, 0], parts)
        scaling = Scaling.fit(values_NI[: borders[0]])
        train, validation, test = (self._part(values_NI, part, scaling, parts[0]) for part in parts)
        return rnnbench.Splits(train, validation, test)

    def _check(self, table: Table, series: np.ndarray, parts: tuple[np.ndarray, ...]) -> None:
        """Raises DataUnavailable where there is nothing to forecast in one of the parts."""
        for name, starts in zip(("training", "validation", "test"), parts, strict=True):
            if not len(starts):
                needs = f"horizon {self.horizon} and {self.ahead} ahead"
                raise table.fault(
                    f"its {len(table)} rows are too few for {needs}: no window is left for {name}"
                    " data"
                )
            if np.ptp(answers(series, starts, self.ahead)) == 0:
                raise table.fault(
                    f"column '{self.answer}' is the same in all rows of the {name} data"
                )

    def _part(
        self, values_NI: np.ndarray, starts: np.ndarray, scaling: Scaling, train_starts: np.ndarray
    ) -> rnnbench.Batch:
        scaled, series = scaling.apply(values_NI), values_NI[:, 0]
        inputs, targets = windows(scaled, scaled[:, 0], starts, self.horizon, self.ahead)
        trivial = np.repeat(series[starts - 1, None], self.ahead, axis=1)
        naive = np.abs(
            answers(series, train_starts, self.ahead) - series[train_starts - 1, None]
        ).mean()
        offset, scale = float(scaling.offset_C[0]), float(scaling.scale_C[0])
        actual = answers(series, starts, self.ahead)
        return rnnbench.Batch(
            inputs, targets, references(actual, trivial, offset, scale, float(naive))
        )

    def trivial(self, train: rnnbench.Batch, test: rnnbench.Batch) -> Mapping[str, float]:  # noqa: ARG002
        """Measured: each row to come is like the last one seen."""
        return rnnbench.score(self.metrics, test.extra["trivial"], test)
