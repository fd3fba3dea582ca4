"""How cost grows with the length of sequences."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, pairwise
from typing import Literal, NamedTuple

import numpy as np
from msgspec.structs import replace

from rnnbench.findings.cost import summary
from rnnbench.findings.cost.grouping import (
    by_setting,
    cost_trial,
    named_figures,
    place_words,
    timed_rows,
)
from rnnbench.findings.cost.scaling_records import BreakEven, Longest, Scaling, ScalingCurve
from rnnbench.findings.cost.step_times import that_count
from rnnbench.findings.stats.estimates import INTERVAL_REPLICATES, mean_interval, over_days, spread
from rnnbench.findings.stats.ranges import Range
from rnnbench.records import CostFigure, CostTrial, MemoryRow, Result, Shape, canonical
from rnnbench.records.recipe import LIMIT_MEMORY_MIB

FEWEST_LENGTHS = 3


class Replicate(NamedTuple):
    """A replicate at whatever length: its session, and its trial, the length apart."""

    session: str
    trial: bytes


Values = dict[int, dict[Replicate, float]]
"""By length and replicate."""
TIMES: dict[Literal["train", "inference"], str] = {
    "train": "train-step-time",
    "inference": "inference-time",
}


def scalings(results: Sequence[Result]) -> tuple[Scaling, ...]:
    """One for each shape that was measured at several lengths."""
    found = []
    for group in by_setting(results, shape=Shape(), repeats=1):
        apart = {replace(cost_trial(result).shape, steps=1) for result in group}
        for shape in sorted(apart, key=str):
            same = [
                result for result in group if replace(cost_trial(result).shape, steps=1) == shape
            ]
            if len({cost_trial(result).shape.steps for result in same}) > 1:
                found.append(_scaling(same, shape))
    return tuple(found)


def _scaling(group: Sequence[Result], shape: Shape) -> Scaling:
    figures = named_figures(group)
    curves: list[ScalingCurve] = []
    times: dict[tuple[str, str], Values] = {}
    for row, found in figures.items():
        for figure, measurement in TIMES.items():
            values: Values = {}
            for seen in timed_rows(found, measurement):
                values.setdefault(seen.trial.shape.steps, {})[_replicate(seen.trial)] = float(
                    np.median(seen.seconds)
                )
            times[figure, row] = values
            curves += _curve(row, figure, values)
        curves += _curve(row, "memory", _peaks(found))
    even = tuple(
        point
        for figure in TIMES
        for a, b in combinations(figures, 2)
        for point in _break_evens(figure, a, b, times[figure, a], times[figure, b])
    )
    longest = tuple(_longest(group))
    title = str(shape).partition(" ")[2] + place_words(cost_trial(group[0]))
    return Scaling(
        title=title,
        answer=summary.scaling(curves, even, longest),
        curves=tuple(curves),
        break_evens=even,
        longest=longest,
    )


def _replicate(trial: CostTrial) -> Replicate:
    return Replicate(trial.session, canonical(replace(trial, shape=Shape(), repeats=1)))


def _peaks(figures: Sequence[tuple[CostTrial, CostFigure]]) -> Values:
    values: Values = {}
    for trial, figure in figures:
        if isinstance(figure, MemoryRow) and figure.peak_bytes:
            values.setdefault(trial.shape.steps, {})[_replicate(trial)] = float(figure.peak_bytes)
    return values


def _curve(
    row: str, figure: Literal["train", "inference", "memory"], values: Values
) -> list[ScalingCurve]:
    if len(values) < 2:
        return []
    steps = tuple(sorted(values))
    return [
        ScalingCurve(
            row=row,
            figure=figure,
            steps=steps,
            values=tuple(spread(list(values[length].values())) for length in steps),
            exponent=_exponent(values),
        )
    ]


def _exponent(values: Values) -> Range | None:
    """Of the replicates that were measured at all lengths, each session by itself."""
    if len(values) < FEWEST_LENGTHS:
        return None
    steps = sorted(values)
    whole = set.intersection(*(set(values[length]) for length in steps))
    slopes = {
        replicate: float(
            np.polyfit(np.log(steps), np.log([values[length][replicate] for length in steps]), 1)[0]
        )
        for replicate in sorted(whole)
    }
    return (
        over_days([mean_interval(each) for each in that_count(_by_session(slopes)).values()])
        if slopes
        else None
    )


def _by_session(figures: Mapping[Replicate, float]) -> dict[str, list[float]]:
    found: dict[str, list[float]] = defaultdict(list)
    for replicate, figure in figures.items():
        found[replicate.session].append(figure)
    return found


def _break_evens(figure: str, a: str, b: str, ours: Values, theirs: Values) -> Iterator[BreakEven]:
    """Between lengths that follow each other, of those at which the two are told apart, with
    another one in front."""
    apart = [
        (length, gap)
        for length in sorted(set(ours) & set(theirs))
        if (gap := _gap(ours, theirs, length))
    ]
    for (low, at_low), (high, at_high) in pairwise(apart):
        if at_low * at_high > 0:
            continue
        crossing = _crossing(low, high, at_low, at_high)
        below, above = (a, b) if at_low < 0 else (b, a)
        yield BreakEven(figure, below, above, Range(crossing, low, high, 2))


def _gap(ours: Values, theirs: Values, length: int) -> float:
    """Mean log ratio over the replicates that are shared, over all sessions that have enough of
    them for an interval; 0 where there is none, or where what is known holds 0."""
    shared = sorted(set(ours[length]) & set(theirs[length]))
    logs = _by_session({r: float(np.log(ours[length][r] / theirs[length][r])) for r in shared})
    each = [
        mean_interval(log_ratios)
        for log_ratios in logs.values()
        if len(log_ratios) >= INTERVAL_REPLICATES
    ]
    found = over_days(each) if each else None
    return found.centre if found and found.low * found.high > 0 else 0.0


def _crossing(low: int, high: int, at_low: float, at_high: float) -> float:
    """On lines through log ratio against log length."""
    share = at_low / (at_low - at_high)
    return float(np.exp(np.log(low) + share * np.log(high / low)))


def _longest(group: Sequence[Result]) -> Iterator[Longest]:
    """Of the lengths at which memory was measured under a limit, the longest that fits, and the
    next that does not."""
    outcomes: dict[tuple[str, int], dict[int, str]] = {}
    for result in group:
        trial = cost_trial(result)
        if trial.measurement == "peak-memory" and result.status in ("ok", "out-of-memory"):
            key = trial.cells[0].row, trial.limit_memory_mib
            by_length = outcomes.setdefault(key, {})
            if (
                by_length.get(trial.shape.steps, "ok") == "ok"
            ):  # a length fits where it fits each time
                by_length[trial.shape.steps] = result.status
    for (row, limit), by_length in sorted(outcomes.items()):
        failed = [length for length, status in by_length.items() if status != "ok"]
        fails = min(failed, default=None)
        fits = [
            length
            for length, status in by_length.items()
            if status == "ok" and (fails is None or length < fails)
        ]
        if fails is not None or limit != LIMIT_MEMORY_MIB:
            yield Longest(row, limit, max(fits, default=None), fails)
