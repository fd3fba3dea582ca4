"""Which cell, and how sure: one sentence each, from the arms of a condition.

One figure decides. Where some cell reaches the target: the restricted mean of epochs to target,
with the whole budget for seeds that never get there. Otherwise: the median test score. The target
is watched on validation data, so that reaching it counts only for a cell that beats the trivial
forecast on test data too (prices are forecast well on some year by luck). Only such cells may lead,
and before them those that lost no seed (to a limit, a crash, a divergence): survivors do not win.
Candidates are ranked on the seeds that all of them have.

Comparisons are paired by seed (`comparing`). Signed-rank tests with Holm's adjustment over all
pairs hold their level at any number of seeds, also where seeds are added and looked at again
(`looks`); where too few seeds cannot reach the level of a look, no verdict is given.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, TypedDict

import numpy as np

from rnnbench.findings.learning import summary, verdict_summary
from rnnbench.findings.learning.comparing import EPOCHS_MARGIN, SCORE_MARGIN, Losses, Scale, compare
from rnnbench.findings.learning.look_summary import with_look
from rnnbench.findings.learning.looks import Looks
from rnnbench.findings.learning.overall import Deciding, Solved, with_overall
from rnnbench.findings.learning.records import Arm, Comparison
from rnnbench.findings.learning.summary import Goal
from rnnbench.records import Learning

EPOCHS = "epochs to target"
Figures = Mapping[str, Sequence[Mapping[int, Learning | None]]]
"""For each cell, at each rate that its search left, the best first: by seed the learning record;
None where the trial gave none."""


class Answer(TypedDict):
    """The part of a condition that answers."""

    figure: str
    leader: str | None
    answer: str
    sure: str
    comparisons: tuple[Comparison, ...]


def answer(
    arms: Sequence[Arm], figures: Figures, budget: int, looks: Looks | None = None
) -> Answer:
    """The answer that these arms give, at this look; at least one trial has a learning record."""
    records = [
        found
        for rates in figures.values()
        for by_seed in rates
        for found in by_seed.values()
        if found
    ]
    goal = _goal(records)
    fair = {arm.row for arm in arms if _beats_trivial(arm, goal)}
    confirmed = {arm.row for arm in arms if arm.solved and arm.row in fair}
    losses = _epoch_losses(figures, goal, budget) if confirmed else _test_losses(figures)
    figure = EPOCHS if confirmed else goal.metric.name
    candidates = (
        confirmed
        or {row for row in fair if losses[row][0]}
        or {row for row in losses if losses[row][0]}
    )
    whole = {
        row
        for row in candidates
        if len(losses[row][0]) == len(figures[row][0]) and row not in _diverged(arms)
    }
    ranked = _rank(whole or candidates, losses, np.mean if confirmed else np.median)
    if not ranked:
        return Answer(
            figure=figure,
            leader=None,
            answer="No seed has figures to compare.",
            sure="",
            comparisons=(),
        )
    best = min(ranked.values())
    first, *level = [row for row, value in ranked.items() if value == best]
    by_row = {arm.row: arm for arm in arms}
    others = [arm for arm in arms if arm.row != first]
    deciding = Deciding(
        losses,
        _solved(figures, goal) if confirmed else None,
        goal.metric,
        _scale(goal, confirmed, losses, budget),
    )
    comparisons = with_overall(first, compare(first, losses, deciding.scale, looks), deciding)
    contradicted = any(c.answer == "worse" for c in comparisons)
    surely = bool(comparisons) and all(c.answer == "better" for c in comparisons)
    below_a_verdict = not level and not contradicted and not surely
    if level:
        verb = "shares the lead"
    elif contradicted:
        verb = f"comes first by the {'mean' if confirmed else 'median'} alone"
    elif surely:
        verb = "leads"
    else:
        verb = summary.ahead(comparisons)
    text = (
        summary.solved(by_row[first], others, goal, budget, confirmed, verb=verb)
        if confirmed
        else summary.unsolved(by_row[first], others, goal, beaten=bool(fair), verb=verb)
    )
    nobody = (
        not confirmed and not fair and goal.trivial is not None
    )  # which is all that is said then
    return Answer(
        figure=figure,
        leader=first if fair and not level and not contradicted else None,
        answer=f"{text} {summary.level(first, level)}".strip(),
        sure=with_look(
            verdict_summary.how_sure(
                first,
                comparisons,
                metric=None if confirmed else goal.metric,
                told=below_a_verdict and not nobody,
            ),
            comparisons,
        ),
        comparisons=comparisons,
    )


def _goal(records: Sequence[Learning]) -> Goal:
    """What is to be reached and to be beaten; the trivial forecast is the median over test sets."""
    first = records[0]
    metric = first.metrics[0]
    trivial = [record.trivial[metric.name] for record in records if metric.name in record.trivial]
    return Goal(
        metric, first.target, float(np.median(trivial)) if trivial else None, first.trivial_forecast
    )


def _beats_trivial(arm: Arm, goal: Goal) -> bool:
    """Whether the median test score beats that of the trivial forecast, or there is no such
    forecast to beat."""
    score = arm.test.get(goal.metric.name)
    if score is None:
        return False
    return goal.trivial is None or goal.metric.better(score.centre, goal.trivial)


def _diverged(arms: Sequence[Arm]) -> set[str]:
    return {arm.row for arm in arms if arm.diverged}


def _rank(
    rows: Collection[str], losses: Losses, statistic: Callable[[list[float]], Any]
) -> dict[str, float]:
    """The statistic of each row over the seeds that all of them have, the best first; empty where
    they have none."""
    common = set.intersection(*(set(losses[row][0]) for row in rows)) if rows else set()
    if not common:
        return {}
    values = {row: float(statistic([losses[row][0][seed] for seed in common])) for row in rows}
    return dict(sorted(values.items(), key=lambda item: (item[1], item[0])))


def _epoch_losses(figures: Figures, goal: Goal, budget: int) -> Losses:
    """Epochs to target; the whole budget where it was not reached, or where test data do not
    confirm the rate."""

    def losses(by_seed: Mapping[int, Learning | None]) -> dict[int, float]:
        confirmed = _is_confirmed(by_seed, goal)
        return {
            seed: float((learning.epochs_to_target if confirmed else None) or budget)
            for seed, learning in by_seed.items()
            if learning
        }

    return {
        row: _with_lost(rates, [losses(by_seed) for by_seed in rates])
        for row, rates in figures.items()
    }


def _solved(figures: Figures, goal: Goal) -> Solved:
    """The seeds in which each cell reached the target, at its best rate; none where test data do
    not confirm it."""
    best = {row: rates[0] for row, rates in figures.items()}
    return {
        row: {
            seed
            for seed, learning in by_seed.items()
            if learning and learning.epochs_to_target is not None
        }
        for row, by_seed in best.items()
        if _is_confirmed(by_seed, goal)
    }


def _is_confirmed(by_seed: Mapping[int, Learning | None], goal: Goal) -> bool:
    name = goal.metric.name
    scores = [
        learning.test[name] for learning in by_seed.values() if learning and name in learning.test
    ]
    return bool(scores) and (
        goal.trivial is None or goal.metric.better(float(np.median(scores)), goal.trivial)
    )


def _test_losses(figures: Figures) -> Losses:
    def losses(by_seed: Mapping[int, Learning | None]) -> dict[int, float]:
        return {
            seed: learning.metrics[0].loss(learning.test[learning.metrics[0].name])
            for seed, learning in by_seed.items()
            if learning and learning.metrics[0].name in learning.test
        }

    return {
        row: _with_lost(rates, [losses(by_seed) for by_seed in rates])
        for row, rates in figures.items()
    }


def _with_lost(
    rates: Sequence[Mapping[int, Learning | None]], losses: Sequence[dict[int, float]]
) -> list[dict[int, float]]:
    """The same, in which seeds that were lost at another rate than the best are infinitely bad
    there."""
    best, *others = zip(rates, losses, strict=True)
    return [
        best[1],
        *({seed: known.get(seed, float("inf")) for seed in by_seed} for by_seed, known in others),
    ]


def _scale(goal: Goal, confirmed: Collection[str], losses: Losses, budget: int) -> Scale:
    """Epochs by their ratio; scores by their difference, as a part of the way from the trivial
    forecast to the target, or of the scores themselves where there is no such way."""
    if confirmed:
        return Scale(ratio=True, margin=float(np.log(EPOCHS_MARGIN)), nothing=float(budget))
    way = abs(goal.target - goal.trivial) if goal.trivial is not None else 0.0
    known = [abs(value) for rates in losses.values() for value in rates[0].values()]
    return Scale(ratio=False, margin=SCORE_MARGIN * (way or float(np.median(known or [0.0]))))
