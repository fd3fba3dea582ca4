"""Reads columns of times in the formats that people write."""

from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd

from rnnbench.datafile.table import Array, Cells

EPOCH = pd.Timestamp(0, tz="UTC").as_unit("s")
SECOND = pd.Timedelta(seconds=1).as_unit("s")
LOOKED_AT = 200
ISO = "ISO8601"
DATES = (
    *("%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y/%m/%d", "%Y.%m.%d"),
    *("%d %b %Y", "%b %d %Y", "%b %d, %Y", "%d %B %Y", "%B %d %Y", "%B %d, %Y", "%b %Y"),
    *("%d.%m.%y", "%d/%m/%y", "%m/%d/%y", "%Y%m%d"),
)
CLOCKS = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p")
FORMATS = (ISO, *(f"{date}{clock}" for clock, date in product(CLOCKS, DATES)))
READABLE = {
    "%d": "day",
    "%m": "month",
    "%b": "month",
    "%B": "month",
    "%Y": "year",
    "%y": "year",
    "%H": "hour",
    "%I": "hour",
    "%M": "minute",
    "%S": "second",
    "%p": "am/pm",
}


@dataclass(frozen=True)
class Times:
    """A column of times.

    seconds: (N,) since 1970 in UTC; NaN for what is no time.
    format:  the format of most of them, in words.
    others:  rows whose format is another one.
    either:  both readings of dates that can be read as day/month and as month/day; else empty.
    """

    seconds: Array
    format: str
    others: Array
    either: tuple[str, ...]


def read_times(cells: Cells) -> Times:
    """Read a column; each row by the format that fits most rows, or by another that fits it."""
    present = cells.dropna()
    sample = present.iloc[:: max(1, len(present) // LOOKED_AT)]
    shares = _shares(sample)
    best_share = max(shares.values())
    if best_share == 0:
        return Times(np.full(len(cells), np.nan), ISO, np.zeros(0, dtype=int), ())
    best = [form for form in FORMATS if shares[form] == best_share]
    seconds = _seconds(cells, best[0])
    format_ = best[0]
    either: tuple[str, ...] = ()
    other_reading = _months_first(format_)
    if other_reading in best:
        months_first = _seconds(cells, other_reading)
        parsed = np.isfinite(seconds).sum()
        parsed_so = np.isfinite(months_first).sum()
        if parsed == parsed_so:
            either = (readable(format_), readable(other_reading))
        more_even = _unevenness(months_first) < _unevenness(seconds)
        if parsed_so > parsed or (parsed == parsed_so and more_even):
            seconds = months_first
            format_ = other_reading
            either = either[::-1]
    left = np.flatnonzero(np.isnan(seconds) & cells.notna().to_numpy())
    others = _read_others(cells, seconds, left)
    return Times(seconds, readable(format_), others, either)


def _shares(sample: Cells) -> dict[str, float]:
    """The share of words that each format fits; where ISO 8601 fits all, no other is tried."""
    shares = dict.fromkeys(FORMATS, 0.0)
    for form in FORMATS:
        shares[form] = float(_parsed(sample, form).notna().mean())
        if form == ISO and shares[form] == 1:
            break
    return shares


def readable(form: str) -> str:
    """A format in words: `day.month.year hour:minute`."""
    for code, word in READABLE.items():
        form = form.replace(code, word)
    return "ISO 8601" if form == ISO else form


def moment(seconds: float) -> str:
    """A time in ISO 8601, as short as it can be: `2024-03-31`, `2024-03-31 02:00`."""
    written = str(np.datetime64(round(seconds * 1000), "ms"))
    return written.removesuffix(".000").removesuffix(":00").removesuffix("T00:00").replace("T", " ")


def _read_others(cells: Cells, seconds: Array, left: Array) -> Array:
    """Read rows by other formats, in place; returns those that one fits."""
    read: list[int] = []
    for form in FORMATS:
        if not len(left):
            break
        moments = _seconds(cells.iloc[left], form)
        fits = np.isfinite(moments)
        seconds[left[fits]] = moments[fits]
        read += left[fits].tolist()
        left = left[~fits]
    return np.array(sorted(read), dtype=int)


def _parsed(words: Cells, form: str) -> pd.Series:
    """Words as times; NaT for those that do not fit, and for numbers with a sign."""
    unsigned = words.where(~words.str.match(r"\s*[+-]").fillna(False).astype(bool))
    return pd.to_datetime(unsigned, format=form, utc=True, errors="coerce")


def _seconds(words: Cells, form: str) -> Array:
    parsed = (_parsed(words, form) - EPOCH) / SECOND
    seconds: Array = parsed.to_numpy(dtype=np.float64, copy=True)
    return seconds


def _months_first(form: str) -> str:
    """The format with day and month exchanged; "" where it has no such pair."""
    for day, month in (("%d/%m/", "%m/%d/"), ("%d-%m-", "%m-%d-"), ("%d.%m.", "%m.%d.")):
        if form.startswith(day):
            return form.replace(day, month)
    return ""


def _unevenness(seconds: Array) -> float:
    """The longest step from row to row over the median one; infinite where most steps are 0."""
    steps = np.abs(np.diff(seconds[np.isfinite(seconds)]))
    middle = float(np.median(steps)) if len(steps) else 0.0
    return float(steps.max()) / middle if middle else np.inf
