"""Aggregates over all conditions of a run, one aspect at a time.

Aspects are capacity, trainability, extrapolation, speed and memory. A score is of one training: a
cell on a condition at a seed. 0 is what needs no learning, 1 the target; a training that diverged
has 0. A task without a target takes no part. Only a complete set is aggregated: every cell, every
condition, every seed, of one version of the suite, one source of cells and tasks, and one torch.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import chain

import numpy as np
from msgspec.structs import replace

from rnnbench.findings.aggregate import summary
from rnnbench.findings.aggregate.cost_aspects import memory, speed
from rnnbench.findings.aggregate.coverage import Runs, is_known, mixed, runs, table
from rnnbench.findings.aggregate.records import Aspect, AspectRow, Improvement, Profile
from rnnbench.findings.aggregate.scores import SCORES
from rnnbench.findings.cost.records import CostFinding
from rnnbench.findings.learning.conditions import Groups
from rnnbench.findings.stats import aggregates
from rnnbench.findings.stats.aggregates import FEWEST_SEEDS, THRESHOLDS, Array, Interval
from rnnbench.findings.stats.estimates import LEVEL, solve_rate
from rnnbench.findings.stats.ranges import Range

MIDDLE = "interquartile mean"
GAP = "optimality gap"
SOLVED = "solve rate"
UNKNOWN = "the trivial forecast is not known, or reaches the target"
NO_TARGET = "it needs a target, and there is none"
NOT_LONGER = "there is no test on longer sequences"
CAPACITY = Aspect(
    name="capacity",
    measures="test score at the chosen epoch: 0 is the trivial forecast, 1 the target",
    better="higher",
)
TRAINABILITY = Aspect(
    name="trainability",
    measures=(
        "share of the budget of epochs that is left when the target is reached, 0 where it is not"
    ),
    better="higher",
)
EXTRAPOLATION = Aspect(
    name="extrapolation",
    measures=(
        "test score on longer sequences than those of training, mean over their lengths: 0 is the"
        " trivial forecast there, 1 the target"
    ),
    better="higher",
)


def across(groups: Groups, costs: Sequence[CostFinding]) -> tuple[Aspect, ...]:
    """Return one record for each aspect; none where there is one condition alone.

    groups: the evaluations of one version of a suite, by setting.
    """
    if len(groups) < 2:
        return ()
    conditions = {title: runs(group) for title, group in groups}
    mixtures = mixed(list(chain.from_iterable(group for _, group in groups)))
    aspects = []
    for kind in (CAPACITY, TRAINABILITY, EXTRAPOLATION):
        aspect = _aspect(kind, conditions)
        if mixtures and not aspect.absent:
            missing = (*mixtures, *aspect.missing)
            aspect = replace(aspect, rows=(), pairs=(), missing=missing)
        aspects.append(aspect)
    aspects += [speed(costs), memory(costs)]
    return tuple(replace(aspect, answer=summary.answer(aspect)) for aspect in aspects)


def _aspect(aspect: Aspect, conditions: Mapping[str, Runs]) -> Aspect:
    """Fill an aspect from the conditions in which every trial with figures has a score."""
    score = SCORES[aspect.name]
    known = {title: by_row for title, by_row in conditions.items() if is_known(by_row, score)}
    left_out = {
        title: _why_left_out(aspect, by_row)
        for title, by_row in conditions.items()
        if title not in known
    }
    if len(known) < 2:
        which = "one condition alone" if known else "no condition"
        reasons = "; or ".join(dict.fromkeys(left_out.values()))
        return replace(aspect, absent=f"{which} has a score: {reasons}")
    scores = table(known, score)
    aspect = replace(
        aspect,
        conditions=scores.conditions,
        seeds=scores.seeds,
        left_out=left_out,
        missing=scores.missing,
    )
    if not scores.scores:
        return aspect
    solves = aspect.name == "trainability"
    rows = [_row(row, by_seed, solves=solves) for row, by_seed in scores.scores.items()]
    rows.sort(key=lambda row: (-row.figures[MIDDLE].centre, row.figures[GAP].centre, row.row))
    pairs = _pairs({row.row: scores.scores[row.row] for row in rows})
    return replace(aspect, thresholds=THRESHOLDS, rows=tuple(rows), pairs=pairs)


def _why_left_out(aspect: Aspect, by_row: Runs) -> str:
    """Return why a condition has no score.

    Scores are shares of the way to the target; without one, they have no scale that is the same on
    all tasks.
    """
    results = chain.from_iterable(by_seed.values() for by_seed in by_row.values())
    records = [result.learning for result in results if result.learning]
    if any(learning.target is None for learning in records):
        return NO_TARGET
    return NOT_LONGER if aspect is EXTRAPOLATION else UNKNOWN


def _row(row: str, scores: Array, *, solves: bool) -> AspectRow:
    """Return the figures of one cell, from its scores by (conditions, seeds)."""
    middle = _figure(scores, aggregates.interquartile_mean, aggregates.interquartile_mean_interval)
    gap = _figure(scores, aggregates.optimality_gap, aggregates.optimality_gap_interval)
    figures = {MIDDLE: middle, GAP: gap}
    if solves:
        figures[SOLVED] = solve_rate(int((scores > 0).sum()), scores.size)
    shares = aggregates.profile(scores)
    low, high = aggregates.share_intervals(shares, scores.size)
    profile = Profile(tuple(shares.tolist()), tuple(low.tolist()), tuple(high.tolist()))
    return AspectRow(row=row, figures=figures, profile=profile)


def _figure(
    scores: Array, statistic: Callable[[Array], float], interval: Callable[[Array], Interval]
) -> Range:
    """Return a figure with its interval.

    Below the seeds that carry an interval, the range is that of the figure over single seeds.
    """
    centre = statistic(scores)
    if scores.shape[1] >= FEWEST_SEEDS:
        return Range(centre, *interval(scores), scores.size, "95 % interval")
    each = [statistic(scores[:, [seed]]) for seed in range(scores.shape[1])]
    return Range(centre, min(*each, centre), max(*each, centre), scores.size)


def _pairs(scores: Mapping[str, Array]) -> tuple[Improvement, ...]:
    """Compare the first row with each other row.

    The level holds for all pairs of cells together (Bonferroni), as the data picked the first.
    """
    (first, ours), *others = scores.items()
    level = LEVEL / max(len(others) * len(scores) / 2, 1)
    chances = np.array([aggregates.improvement(ours, theirs) for _, theirs in others])
    lows, highs = aggregates.share_intervals(chances, ours.size, level)
    improvements = []
    for (over, _), centre, low, high in zip(others, chances, lows, highs, strict=True):
        probability = Range(
            float(centre), float(low), float(high), ours.size, "95 % over all pairs"
        )
        improvements.append(Improvement(first, over, probability))
    return tuple(improvements)
