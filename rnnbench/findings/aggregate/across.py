"""What a run says over all its conditions, one aspect at a time: capacity, trainability,
extrapolation, speed, memory.

A score is of one run: a cell on a condition at a seed. 0 is what needs no learning, 1 the target; a
run that diverged has 0. Only a complete set is aggregated: every cell, every condition, every seed,
of one version of the suite, one source of cells and tasks, and one torch.
"""

import re
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from msgspec.structs import replace

from rnnbench.findings.aggregate import summary
from rnnbench.findings.aggregate.cost_aspects import memory, speed
from rnnbench.findings.aggregate.coverage import Runs, Score, is_known, mixed, runs, table
from rnnbench.findings.aggregate.records import Aspect, AspectName, AspectRow, Improvement, Profile
from rnnbench.findings.cost.records import CostFinding
from rnnbench.findings.learning.conditions import evaluated
from rnnbench.findings.learning.grouping import learning_of
from rnnbench.findings.learning.targets import share_of_the_way
from rnnbench.findings.stats import aggregates
from rnnbench.findings.stats.aggregates import FEWEST_SEEDS, THRESHOLDS, Array, Interval
from rnnbench.findings.stats.estimates import LEVEL, solve_rate
from rnnbench.findings.stats.ranges import Range
from rnnbench.records import Learning, LearningTrial, Result

MIDDLE, GAP, SOLVED = "interquartile mean", "optimality gap", "solve rate"
UNKNOWN = "the trivial forecast is not known, or reaches the target"
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


def across(results: Sequence[Result], costs: Sequence[CostFinding]) -> tuple[Aspect, ...]:
    """One record for each aspect, of the learning results of one version of a suite; none where
    there is one condition alone."""
    groups = dict(evaluated(results))
    if len(groups) < 2:
        return ()
    conditions = {title: runs(group) for title, group in groups.items()}
    of_several = mixed([result for group in groups.values() for result in group])
    learned = [_aspect(aspect, conditions) for aspect in (CAPACITY, TRAINABILITY, EXTRAPOLATION)]
    if of_several:
        learned = [
            (
                found
                if found.absent
                else replace(found, rows=(), pairs=(), missing=(*of_several, *found.missing))
            )
            for found in learned
        ]
    return tuple(
        replace(found, answer=summary.answer(found))
        for found in (*learned, speed(costs), memory(costs))
    )


def _capacity(result: Result) -> float | None:
    return share_of_the_way(learning) if (learning := learning_of(result)) else None


def _trained(result: Result) -> float | None:
    """The target is watched on validation data: it counts where the test score, too, beats the
    trivial forecast. A rung of a ladder that was not tried is one that is not solved, by the rule
    of ladders."""
    assert isinstance(result.trial, LearningTrial)
    learning = learning_of(result)
    if learning is None:
        return 0.0 if result.status == "stopped" else None
    if (way := share_of_the_way(learning)) is None:
        return None
    confirmed = learning.epochs_to_target if way > 0 else None
    return 0.0 if confirmed is None else 1.0 - confirmed / result.trial.recipe.epochs


def _extrapolated(result: Result) -> float | None:
    learning = learning_of(result)
    if learning is None:
        return None
    ways = [share_of_the_way(learning, setting) for setting in longer(learning)]
    known = [way for way in ways if way is not None]
    return float(np.mean(known)) if known and len(known) == len(ways) else None


def longer(learning: Learning) -> list[str]:
    """The settings on which the model was tested that are longer than those of training: those that
    the task calls `2x`, `4x`, ..., so many times the longest."""
    settings = [metric.name.partition("@")[2] for metric in learning.metrics]
    known = {name: match for name in settings if (match := re.fullmatch(r"(\d+(?:\.\d+)?)x", name))}
    return [f"@{name}" for name, match in known.items() if float(match[1]) > 1]


SCORES: dict[AspectName, Score] = {
    "capacity": _capacity,
    "trainability": _trained,
    "extrapolation": _extrapolated,
}


def _aspect(aspect: Aspect, conditions: Mapping[str, Runs]) -> Aspect:
    """What the conditions say whose score is known wherever there are figures; the others are left
    out."""
    score, why = SCORES[aspect.name], NOT_LONGER if aspect is EXTRAPOLATION else UNKNOWN
    known = {title: by_row for title, by_row in conditions.items() if is_known(by_row, score)}
    left_out = {title: why for title in conditions if title not in known}
    if len(known) < 2:
        return replace(
            aspect,
            absent=f"{'one condition alone' if known else 'no condition'} has a score: {why}",
        )
    got = table(known, score)
    aspect = replace(
        aspect, conditions=got.conditions, seeds=got.seeds, left_out=left_out, missing=got.missing
    )
    if not got.scores:
        return aspect
    rows = [
        _row(row, scores, solves=aspect.name == "trainability")
        for row, scores in got.scores.items()
    ]
    rows.sort(key=lambda row: (-row.figures[MIDDLE].centre, row.figures[GAP].centre, row.row))
    pairs = _pairs({row.row: got.scores[row.row] for row in rows})
    return replace(aspect, thresholds=THRESHOLDS, rows=tuple(rows), pairs=pairs)


def _row(row: str, scores: Array, *, solves: bool) -> AspectRow:
    figures = {
        MIDDLE: _figure(
            scores, aggregates.interquartile_mean, aggregates.interquartile_mean_interval
        ),
        GAP: _figure(scores, aggregates.optimality_gap, aggregates.optimality_gap_interval),
    }
    if solves:
        figures[SOLVED] = solve_rate(int((scores > 0).sum()), scores.size)
    shares = aggregates.profile(scores)
    low, high = aggregates.share_intervals(shares, scores.size)
    return AspectRow(
        row=row,
        figures=figures,
        profile=Profile(*(tuple(line.tolist()) for line in (shares, low, high))),
    )


def _figure(
    scores: Array, statistic: Callable[[Array], float], interval: Callable[[Array], Interval]
) -> Range:
    """With its interval; below the seeds that carry one, with the range of what single seeds
    say."""
    centre = statistic(scores)
    if scores.shape[1] >= FEWEST_SEEDS:
        return Range(centre, *interval(scores), scores.size, "95 % interval")
    each = [statistic(scores[:, [seed]]) for seed in range(scores.shape[1])]
    return Range(centre, min(*each, centre), max(*each, centre), scores.size)


def _pairs(scores: Mapping[str, Array]) -> tuple[Improvement, ...]:
    """The first row over each other one, at a level that holds for all pairs together (Bonferroni),
    as the data picked the first."""
    (first, ours), *others = scores.items()
    level = LEVEL / max(len(others) * len(scores) / 2, 1)
    chances = np.array([aggregates.improvement(ours, theirs) for _, theirs in others])
    found = zip(
        others, chances, *aggregates.share_intervals(chances, ours.size, level), strict=True
    )
    return tuple(
        Improvement(
            first,
            over,
            Range(float(centre), float(low), float(high), ours.size, "95 % over all pairs"),
        )
        for (over, _), centre, low, high in found
    )
