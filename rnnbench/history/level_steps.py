"""Steps of figures that differ from run to run: from one level to another."""

from collections.abc import Iterator, Sequence
from math import exp
from statistics import median

import numpy as np

from rnnbench.compare.judging import CLOSEST
from rnnbench.compare.peaks import SMALLEST_BYTES
from rnnbench.history.levels import Rise, Sensitivity, Values, noise, rises
from rnnbench.history.records import Point, Series, Step, by_sign

SENSITIVITIES = {
    "time": Sensitivity(shortest=3, smallest=0.01, least=0.001),
    "peak": Sensitivity(shortest=3, smallest=0.01, least=0.0005),
    "bytes": Sensitivity(shortest=1, smallest=CLOSEST, least=CLOSEST / 10),
    "instructions": Sensitivity(shortest=1, smallest=CLOSEST, least=CLOSEST / 10),
}
"""By what is tolerated. Bytes and instructions hardly differ from run to run, so that one commit
makes a level, from four commits on; an outlier among times does not."""


def sensitivity_of(series: Series) -> Sensitivity | None:
    """Return which steps are looked for in a series; None where its figure has no levels."""
    return SENSITIVITIES.get(series.tolerated) if series.tolerated else None


def share_of_noise(points: Sequence[Point]) -> float:
    """Return the robust standard deviation of commits around their level, as a share of it."""
    return noise(_logarithms(points))


def between_levels(
    series: Series, points: Sequence[Point], sensitivity: Sensitivity
) -> Iterator[Step]:
    """Yield the steps of bytes, instructions and ratios of times, on the scale of logarithms."""
    for rise in rises(_logarithms(points), sensitivity):
        step = _step_of_rise(series, points, rise)
        if not _is_tiny(series, step):
            yield step


def _logarithms(points: Sequence[Point]) -> Values:
    """Return the logarithms of positive figures, (commits,); a peak of 0 bytes counts as one."""
    return np.log([float(point.value or 1.0) for point in points])


def _step_of_rise(series: Series, points: Sequence[Point], rise: Rise) -> Step:
    start = rise.start
    old, new = rise.counts
    return Step(
        commit=points[start].commit,
        after=points[start - 1].commit,
        verdict=by_sign(rise.size, series.direction),
        before=_level(series, points[start - old : start], rise.before),
        now=_level(series, points[start : start + new], rise.now),
        scale="ratio",
        change=exp(rise.size),
        low=exp(rise.low),
        high=exp(rise.high),
        p_value=rise.p_value,
        commits=rise.counts,
    )


def _level(series: Series, points: Sequence[Point], mean: float) -> float:
    """Return the level of commits between two steps: of times the mean of logarithms, and of what
    hardly differs the median."""
    if series.kind == "time":
        return exp(mean)
    return median(float(point.value or 0.0) for point in points)


def _is_tiny(series: Series, step: Step) -> bool:
    """Whether a peak moved by less than a gate looks at."""
    if series.tolerated != "peak":
        return False
    assert isinstance(step.before, float)
    assert isinstance(step.now, float)
    return abs(step.now - step.before) < SMALLEST_BYTES
