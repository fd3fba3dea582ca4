"""The usual step of time in a series, and where it is not kept."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from rnnbench.datafile.table import Array
from rnnbench.text import counted, rounded

MINUTE = 60.0
HOUR = 3600.0
DAY = 86400.0
LONGER = 1.5
"""Usual steps from which a step is a gap."""
NEAR = 0.05
"""The share by which a usual step may differ from another."""
USUAL_SHARE = 0.5
"""The share of steps that a usual step needs."""
CALENDAR: Mapping[str, tuple[float, float]] = {
    "every month": (28, 31),
    "every quarter": (90, 92),
    "every year": (365, 366),
}
"""Steps of unequal length, by their least and their most days."""
MOST_BUSINESS_DAYS = 4
"""Business days from one row to the next of which none is a gap: holidays are none."""
UNITS = ((DAY, "day"), (HOUR, "hour"), (MINUTE, "minute"), (1.0, "second"))


@dataclass(frozen=True)
class Steps:
    """The steps of series.

    words:  the usual step, in words; None where there is none.
    gaps:   (R,) whether a gap is before the row.
    uneven: (R,) whether the step before the row is neither usual nor a gap.
    """

    words: str | None
    gaps: Array
    uneven: Array


def find_steps(times: Array, starts: Array, *, calendar: bool) -> Steps:
    """The steps of sorted times, (R,), in seconds where they are of a calendar.

    starts: (R,) whether a row is the first one of a series.
    """
    none = np.zeros(len(times), dtype=bool)
    differences = np.diff(times, prepend=times[:1])
    inner = ~starts
    inner[:1] = False
    steps = differences[inner]
    if not len(steps):
        return Steps(None, none, none)
    if calendar:
        by_calendar = _by_calendar(times, differences, inner)
        if by_calendar:
            return by_calendar
    usual = _most_frequent(steps)
    near = np.abs(differences - usual) <= NEAR * usual
    if usual <= 0 or near[inner].mean() < USUAL_SHARE:
        return Steps(None, none, none)
    gaps = inner & (differences > LONGER * usual)
    return Steps(words_of_step(usual, calendar=calendar), gaps, inner & ~near & ~gaps)


def _by_calendar(times: Array, differences: Array, inner: Array) -> Steps | None:
    """Steps of months, quarters, years or business days."""
    days = differences / DAY
    none = np.zeros(len(times), dtype=bool)
    for words, (least, most) in CALENDAR.items():
        fits = (days >= least - 0.1) & (days <= most + 0.1)
        if fits[inner].mean() >= 0.8:
            gaps = inner & (days > most * LONGER)
            return Steps(words, gaps, inner & ~fits & ~gaps)
    dates = np.floor(times / DAY).astype("datetime64[D]")
    on_weekends = ~np.is_busday(dates)
    if on_weekends.any() or _most_frequent(days[inner]) != 1 or not (days[inner] == 3).any():
        return None
    business_days = np.busday_count(np.roll(dates, 1), dates)
    return Steps("every business day", inner & (business_days > MOST_BUSINESS_DAYS), none)


def clock_changes(times: Array, step: float) -> Array:
    """Seconds, (R,), to add to local times so that they go on over changes of the clock.

    A change is an hour that a Sunday in spring lacks or one in autumn has twice, before 4 o'clock.
    """
    differences = np.diff(times, prepend=times[:1])
    dates = np.floor(times / DAY).astype("datetime64[D]")
    months = dates.astype("datetime64[M]").astype(int) % 12 + 1
    sunday = np.is_busday(dates, weekmask="Sun")
    night = sunday & (times % DAY < 4 * HOUR) & np.isin(months, (3, 4, 9, 10, 11))
    back = night & (np.abs(differences - (step - HOUR)) < 1)
    on = night & (np.abs(differences - (step + HOUR)) < 1)
    back[:1] = False
    shift: Array = np.cumsum(HOUR * back.astype(float) - HOUR * on.astype(float))
    return shift


def usual_step(times: Array) -> float:
    """The most frequent difference of consecutive times; 0 of a single one."""
    steps = np.diff(times)
    return _most_frequent(steps) if len(steps) else 0.0


def _most_frequent(steps: Array) -> float:
    values, counts = np.unique(np.round(steps, 3), return_counts=True)
    return float(values[counts.argmax()])


def words_of_step(step: float, *, calendar: bool) -> str:
    """A step in words: `every hour`, or `in steps of 0.5` where it is no duration."""
    return f"every {_duration(step)}" if calendar else f"in steps of {rounded(step)}"


def _duration(seconds: float) -> str:
    """A duration without a leading one: `day`, `30 minutes`, `0.5 seconds`."""
    for size, unit in UNITS:
        if seconds >= size and seconds % size == 0:
            count = int(seconds // size)
            return unit if count == 1 else counted(count, unit)
    return f"{rounded(seconds)} seconds"
