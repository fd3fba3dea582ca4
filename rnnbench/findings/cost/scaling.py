"""How cost grows with the length of sequences."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, pairwise
from typing import NamedTuple

import numpy as np
from msgspec.structs import replace

from rnnbench.findings.cost import scaling_summary
from rnnbench.findings.cost.grouping import (
    by_setting,
    cost_trial,
    named_figures,
    place_words,
    timed_rows,
)
from rnnbench.findings.cost.memory_limits import longest_lengths
from rnnbench.findings.cost.scaling_records import (
    BreakEven,
    LengthFigure,
    Scaling,
    ScalingCurve,
)
from rnnbench.findings.cost.step_times import TimedRow, sessions_that_count, step_seconds
from rnnbench.findings.stats.estimates import (
    INTERVAL_REPLICATES,
    mean_interval,
    over_sessions,
    spread,
)
from rnnbench.findings.stats.ranges import Range
from rnnbench.records import CostFigure, CostTrial, MemoryRow, Result, Shape, canonical, trial_id

FEWEST_LENGTHS = 3


class Replicate(NamedTuple):
    """A replicate at any length: its session, and the key of its trial without the length."""

    session: str
    trial: bytes


Values = dict[int, dict[Replicate, float]]
"""By length and replicate."""
Keys = Mapping[str, Replicate]
"""By the id of a trial: the replicate that it is, at any length."""
TIMES: dict[LengthFigure, str] = {
    "train": "train-step-time",
    "inference": "inference-time",
}


def scalings(results: Sequence[Result]) -> tuple[Scaling, ...]:
    """Return one finding for each shape that was measured at several lengths."""
    findings = []
    for group in by_setting(results, shape=Shape(), repeats=1):
        by_shape: dict[Shape, list[Result]] = defaultdict(list)
        for result in group:
            by_shape[replace(cost_trial(result).shape, steps=1)].append(result)
        for shape in sorted(by_shape, key=str):
            lengths = {cost_trial(result).shape.steps for result in by_shape[shape]}
            if len(lengths) > 1:
                findings.append(_scaling(by_shape[shape], shape))
    return tuple(findings)


def _scaling(group: Sequence[Result], shape: Shape) -> Scaling:
    figures = named_figures(group)
    keys = {trial_id(result.trial): _replicate(cost_trial(result)) for result in group}
    curves: list[ScalingCurve] = []
    times: dict[tuple[LengthFigure, str], Values] = {}
    for row, row_figures in figures.items():
        for figure, measurement in TIMES.items():
            values = _median_seconds(timed_rows(row_figures, measurement), keys)
            times[figure, row] = values
            curves += _curve(row, figure, values)
        curves += _curve(row, "memory", _peaks(row_figures, keys))
    break_evens: list[BreakEven] = []
    for figure in TIMES:
        for first, second in combinations(figures, 2):
            gaps = _gaps(times[figure, first], times[figure, second])
            break_evens += _break_evens(figure, first, second, gaps)
    longest = tuple(longest_lengths(group))
    return Scaling(
        title=str(shape).partition(" ")[2] + place_words(cost_trial(group[0])),
        answer=scaling_summary.scaling(curves, break_evens, longest),
        curves=tuple(curves),
        break_evens=tuple(break_evens),
        longest=longest,
    )


def _median_seconds(replicates: Sequence[TimedRow], keys: Keys) -> Values:
    values: Values = defaultdict(dict)
    for replicate, seconds in zip(replicates, step_seconds(replicates), strict=True):
        trial = replicate.trial
        values[trial.shape.steps][keys[trial_id(trial)]] = seconds
    return values


def _peaks(figures: Sequence[tuple[CostTrial, CostFigure]], keys: Keys) -> Values:
    values: Values = defaultdict(dict)
    for trial, figure in figures:
        if isinstance(figure, MemoryRow) and figure.peak_bytes:
            values[trial.shape.steps][keys[trial_id(trial)]] = float(figure.peak_bytes)
    return values


def _replicate(trial: CostTrial) -> Replicate:
    return Replicate(trial.session, canonical(replace(trial, shape=Shape(), repeats=1)))


def _curve(row: str, figure: LengthFigure, values: Values) -> list[ScalingCurve]:
    """Return the curve of a figure that was measured at two lengths or more."""
    if len(values) < 2:
        return []
    steps = tuple(sorted(values))
    ranges = tuple(spread(list(values[length].values())) for length in steps)
    exponent = _exponent(values)
    return [ScalingCurve(row=row, figure=figure, steps=steps, values=ranges, exponent=exponent)]


def _exponent(values: Values) -> Range | None:
    """Return the exponent over the replicates that were measured at all lengths, by session."""
    if len(values) < FEWEST_LENGTHS:
        return None
    steps = sorted(values)
    slopes: dict[Replicate, float] = {}
    for replicate in sorted(set.intersection(*(set(values[length]) for length in steps))):
        figures = [values[length][replicate] for length in steps]
        slopes[replicate] = float(np.polyfit(np.log(steps), np.log(figures), 1)[0])
    if not slopes:
        return None
    by_session = sessions_that_count(_by_session(slopes))
    return over_sessions([mean_interval(of_session) for of_session in by_session.values()])


def _by_session(figures: Mapping[Replicate, float]) -> dict[str, list[float]]:
    by_session: dict[str, list[float]] = defaultdict(list)
    for replicate, figure in figures.items():
        by_session[replicate.session].append(figure)
    return by_session


def _gaps(ours: Values, theirs: Values) -> dict[int, float]:
    """Return the mean log-ratio by length, of the lengths at which two cells clearly differ."""
    gaps = {}
    for length in sorted(set(ours) & set(theirs)):
        gap = _gap(ours[length], theirs[length])
        if gap:
            gaps[length] = gap
    return gaps


def _gap(ours: Mapping[Replicate, float], theirs: Mapping[Replicate, float]) -> float:
    """Return the mean log-ratio over the replicates that two cells share.

    Sessions with too few replicates for an interval are left out; 0 where no session remains, or
    where the interval contains 0.
    """
    shared = sorted(set(ours) & set(theirs))
    log_ratios = {each: float(np.log(ours[each] / theirs[each])) for each in shared}
    intervals = [
        mean_interval(of_session)
        for of_session in _by_session(log_ratios).values()
        if len(of_session) >= INTERVAL_REPLICATES
    ]
    if not intervals:
        return 0.0
    gap = over_sessions(intervals)
    return gap.centre if gap.low * gap.high > 0 else 0.0


def _break_evens(
    figure: LengthFigure, first: str, second: str, gaps: Mapping[int, float]
) -> Iterator[BreakEven]:
    """Yield a break-even between neighbouring lengths at which different cells are faster."""
    for (low, low_gap), (high, high_gap) in pairwise(gaps.items()):
        if low_gap * high_gap > 0:
            continue
        crossing = _crossing(low, high, low_gap, high_gap)
        below, above = (first, second) if low_gap < 0 else (second, first)
        yield BreakEven(figure, below, above, Range(crossing, low, high, 2))


def _crossing(low: int, high: int, low_gap: float, high_gap: float) -> float:
    """Return where the line through log-ratios against log length crosses 0."""
    share = low_gap / (low_gap - high_gap)
    return float(np.exp(np.log(low) + share * np.log(high / low)))
