"""The task `csv-forecast`: forecasts of a column in a file of the user."""

from collections.abc import Mapping
from dataclasses import dataclass, field
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
from rnnbench_tasks.series.own_file import Table, check_dials, check_target, named, read_table
from rnnbench_tasks.series.scaling import Scaling

TRAIN_SHARE = 0.7
VALIDATION_SHARE = 0.15


@dataclass(frozen=True)
class CsvForecast(rnnbench.RecordedTask):
    """Forecast the next `ahead` rows of a column in your own file from the `horizon` rows before.

    visitors:   31   29   40   33 | 35
    sunshine:  0.2  0.1  0.9  0.4 |
    answer at the last row: 35

    `path` is a file of comma-separated values whose first line names the columns. `answer` names
    the column to forecast, and `columns` further columns to read, separated by commas. Rows are in
    the order of time, the earliest first, or are sorted by `time`, a column of dates or numbers.

    The first 70 % of the rows are training data, the next 15 % validation data, the last 15 % test
    data. No answer crosses a border, and scaling is fitted on the training rows alone. What score
    is reachable in a file is unknown, so that there is no target: trainings last for the whole
    budget, and cells are ranked by their test scores. Where a skill is known to be good enough, set
    it as `target`; cells are then ranked by the epochs to it.
    """

    horizon: int = 24
    ahead: int = 1
    path: str = ""
    answer: str = ""
    columns: str = ""
    time: str = ""
    separator: str = ","
    target: float | None = field(default=None, kw_only=True)  # type: ignore[misc]  # here a dial
    name: ClassVar[str] = "csv-forecast"
    loss: ClassVar[rnnbench.Loss] = "squared-error"
    metrics: ClassVar[tuple[rnnbench.Metric, ...]] = (SKILL, MAPE, MASE)
    trivial_forecast: ClassVar[str] = "it stays as it is"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.ahead < 1:
            raise ValueError(f"ahead must be at least 1, got {self.ahead}")
        check_dials(self.path, self.separator)
        check_target(self.target)

    @property
    def output_size(self) -> int:
        """The number of rows to forecast."""
        return self.ahead

    @property
    def own_files(self) -> tuple[Path, ...]:
        """The file, where `path` is set."""
        return (Path(self.path).expanduser(),) if self.path else ()

    def load(self, archives: Mapping[str, ZipPath]) -> rnnbench.Splits:  # noqa: ARG002
        """Return inputs (B, T, C) with the forecast column first, and targets (B, `ahead`).

        Both are scaled on the training rows.
        """
        table = read_table(self.name, self.path, self.separator)
        if self.time:
            table = table.in_order_of(self.time, unique=True)
        values_NI = self._values(table)
        rows = len(table)
        borders = (
            int(TRAIN_SHARE * rows),
            int((TRAIN_SHARE + VALIDATION_SHARE) * rows),
            rows,
        )
        parts = chronological(self.horizon, borders, self.ahead)
        self._check(table, values_NI[:, 0], parts)
        scaling = Scaling.fit(values_NI[: borders[0]])
        train, validation, test = (self._part(values_NI, part, scaling, parts[0]) for part in parts)
        return rnnbench.Splits(train, validation, test)

    def _values(self, table: Table) -> np.ndarray:
        """Return the column to forecast and then the further columns, (N, I)."""
        series_N1 = table.several([self.answer], "answer")
        further = [name for name in named(self.columns) if name != self.answer]
        if not further:
            return series_N1
        return np.column_stack([series_N1, table.several(further, "columns")])

    def _check(self, table: Table, series: np.ndarray, parts: tuple[np.ndarray, ...]) -> None:
        """Raise DataUnavailable where a part has no window, or a series that never changes."""
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
        scaled = scaling.apply(values_NI)
        series = values_NI[:, 0]
        inputs, targets = windows(scaled, scaled[:, 0], starts, self.horizon, self.ahead)
        trivial = np.repeat(series[starts - 1, None], self.ahead, axis=1)
        changes = answers(series, train_starts, self.ahead) - series[train_starts - 1, None]
        naive_error = float(np.abs(changes).mean())
        offset = float(scaling.offset_C[0])
        scale = float(scaling.scale_C[0])
        actual = answers(series, starts, self.ahead)
        extra = references(actual, trivial, offset, scale, naive_error)
        return rnnbench.Batch(inputs, targets, extra)

    def trivial(self, train: rnnbench.Batch, test: rnnbench.Batch) -> Mapping[str, float]:  # noqa: ARG002
        """Return the measured scores of the last row of the window, repeated."""
        return rnnbench.score(self.metrics, test.extra["trivial"], test)
