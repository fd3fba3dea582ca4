"""The cells of a condition as a contest: the figure that decides, and the ranking by it."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from rnnbench.findings.learning.losses import Figures, epoch_losses, score_losses
from rnnbench.findings.learning.pairing import Losses
from rnnbench.findings.learning.records import Arm
from rnnbench.findings.learning.summary import Goal
from rnnbench.findings.learning.targets import target_of
from rnnbench.records import Learning


class Contest(NamedTuple):
    """The cells of a condition, and the figure that decides between them.

    fair:      cells whose median test score beats the trivial forecast, if there is one.
    confirmed: fair cells that reached the target; with any of them, epochs to target decide.
    """

    arms: Sequence[Arm]
    goal: Goal
    budget: int
    fair: set[str]
    confirmed: set[str]
    losses: Losses


def contest_of(arms: Sequence[Arm], figures: Figures, budget: int) -> Contest:
    """Return the contest of these arms; some trial must have a learning record."""
    goal = _goal(figures)
    fair = {arm.row for arm in arms if _beats_trivial(arm, goal)}
    confirmed = {arm.row for arm in arms if arm.solved and arm.row in fair}
    losses = epoch_losses(figures, goal, budget) if confirmed else score_losses(figures)
    return Contest(arms, goal, budget, fair, confirmed, losses)


def _goal(figures: Figures) -> Goal:
    """Return what to reach, if anything, and what to beat: the median over test sets of the
    trivial forecast."""
    records: list[Learning] = []
    for rates in figures.values():
        for by_seed in rates:
            records += [learning for learning in by_seed.values() if learning]
    first = records[0]
    metric = first.metrics[0]
    trivial = [record.trivial[metric.name] for record in records if metric.name in record.trivial]
    median = float(np.median(trivial)) if trivial else None
    return Goal(metric, target_of(records), median, first.trivial_forecast)


def _beats_trivial(arm: Arm, goal: Goal) -> bool:
    """Whether the median test score beats that of the trivial forecast, where there is one."""
    score = arm.test.get(goal.metric.name)
    if score is None:
        return False
    return goal.trivial is None or goal.metric.better(score.centre, goal.trivial)


def candidates(contest: Contest, figures: Figures) -> set[str]:
    """Return the cells that may be ranked first, those that lost no seed before all others."""
    with_figures = {row for row, rates in contest.losses.items() if rates[0]}
    eligible = contest.confirmed or (contest.fair & with_figures) or with_figures
    diverged = {arm.row for arm in contest.arms if arm.diverged}
    whole = {
        row for row in eligible - diverged if len(contest.losses[row][0]) == len(figures[row][0])
    }
    return whole or eligible


def rank(rows: set[str], contest: Contest) -> dict[str, float]:
    """Return the figure of each row over the seeds that all of them have, the best first.

    The result is empty where they have no seed in common.
    """
    losses = {row: contest.losses[row][0] for row in rows}
    common = set.intersection(*(set(by_seed) for by_seed in losses.values())) if rows else set()
    if not common:
        return {}
    statistic = np.mean if contest.confirmed else np.median
    values = {}
    for row, by_seed in losses.items():
        values[row] = float(statistic([by_seed[seed] for seed in common]))
    return dict(sorted(values.items(), key=lambda item: (item[1], item[0])))
