"""Puts rows on even steps of time: the mean of each step, in place of rows at any time."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from rnnbench.datafile.arrange import Arranged, Clock
from rnnbench.datafile.cells import Values
from rnnbench.datafile.kinds import agreeing, notice
from rnnbench.datafile.steps import DAY, HOUR, MINUTE, NEAR, words_of_step
from rnnbench.datafile.table import Array, Table
from rnnbench.errors import RnnbenchError
from rnnbench.text import counted

UNITS = {"s": 1.0, "min": MINUTE, "h": HOUR, "d": DAY, "w": 7 * DAY}
STEP = re.compile(r"(\d+(?:\.\d+)?)\s*([a-z]*)", re.IGNORECASE)
MOST_STEPS = 20_000_000
ROUNDING = 1e-9
"""The part of a step by which rounded arithmetic may put a time before the border it is at."""


@dataclass(frozen=True)
class Resampled:
    """Even steps of series in place of rows.

    arranged: the steps, N of all series behind each other, none of them over a gap.
    places:   (R,) the step of each row.
    lines:    (N,) the line of its first row; of a step without a row, that of the next row.
    """

    arranged: Arranged
    places: Array
    lines: Array

    def means(self, values: Array) -> Array:
        """The means, (N,), of the values of rows, (R,); NaN of a step without a value."""
        means = pd.Series(values).groupby(self.places).mean()
        of_steps: Array = means.reindex(np.arange(len(self.lines))).to_numpy(dtype=np.float64)
        return of_steps

    def columns(self, columns: Mapping[str, Values], rows: Array) -> dict[str, Values]:
        """All columns of numbers, each with its means; `rows` are those of the table, (R,)."""
        found = {}
        for name, values in columns.items():
            if values.kind == "numbers":
                means = self.means(values.numbers[rows])
                found[name] = replace(values, numbers=means, missing=np.isnan(means))
        return found


def resample(table: Table, clock: Clock | None, arranged: Arranged, step: str) -> Resampled:
    """Take the means of steps, which begin at whole multiples of the step since 1970 (or since 0).

    step: a number with s, min, h, d or w; a bare number where times are numbers.

    Raises RnnbenchError for a step that is none or is finer than the data, and without times.
    """
    where = f"{table.file}: --resample {step}"
    if clock is None or arranged.times is None:
        raise RnnbenchError(f"{where}: no column holds times: name one with --order")
    size = _size(step, clock, where)
    elapsed = arranged.elapsed
    middle = float(np.nanmedian(elapsed)) if np.isfinite(elapsed).any() else size
    if size < (1 - NEAR) * middle:
        longer = words_of_step(middle, calendar=clock.calendar).removeprefix("every ")
        raise RnnbenchError(
            f"{where}: the step is finer than the data, whose median step is {longer}"
        )
    numbers = np.floor(arranged.times / size + ROUNDING).astype(np.int64)
    starts = np.flatnonzero(np.diff(arranged.series, prepend=-1) != 0)
    ends = np.append(starts[1:], len(numbers)) - 1
    lengths = numbers[ends] - numbers[starts] + 1
    if lengths.sum() > MOST_STEPS:
        raise RnnbenchError(
            f"{where}: {lengths.sum():,} steps are too many, expected at most {MOST_STEPS:,}"
        )
    begins = np.cumsum(lengths) - lengths
    rows_of = ends - starts + 1
    places = numbers - np.repeat(numbers[starts] - begins, rows_of)
    count = int(lengths.sum())
    first = np.diff(places, prepend=-1) > 0
    lines = pd.Series(table.lines[arranged.rows[first]], index=places[first])
    within = np.arange(count) - np.repeat(begins, lengths)
    times = (np.repeat(numbers[starts], lengths) + within) * size
    words = words_of_step(size, calendar=clock.calendar)
    empty = count - len(lines)
    kept = [noticed for noticed in arranged.notices if noticed.kind != "irregular-times"]
    sentence = (
        f"{counted(len(places), 'row')} become {counted(count, 'step')}, {words};"
        f" {agreeing(empty, 'step', 'has', 'have')} no row."
    )
    noticed = notice("resampled", sentence, column=clock.column, count=count)
    even = replace(
        arranged,
        rows=np.arange(count),
        series=np.repeat(arranged.series[starts], lengths),
        breaks=np.zeros(count, dtype=bool),
        step=words,
        ends=(clock.words(times.min()), clock.words(times.max())),
        times=times,
        notices=(*kept, noticed),
    )
    all_lines = lines.reindex(np.arange(count)).bfill().to_numpy(dtype=np.int64)
    return Resampled(even, places, all_lines)


def _size(step: str, clock: Clock, where: str) -> float:
    """The step in seconds, or in the numbers of the column."""
    matched = STEP.fullmatch(step.strip())
    unit = matched.group(2).lower() if matched else ""
    known = unit in UNITS if clock.calendar else not unit
    if matched is None or not known or float(matched.group(1)) == 0:
        expected = "a number with s, min, h, d or w, such as 1h"
        if not clock.calendar:
            expected = f"a number, since those of column '{clock.column}' are no dates"
        raise RnnbenchError(f"{where}: expected {expected}")
    return float(matched.group(1)) * UNITS.get(unit, 1.0)
