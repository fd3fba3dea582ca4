"""What two cells reach over all seeds, and whether that agrees with the verdict on the typical one.

A verdict is about the typical seed. A cell that is quicker there may reach the target less often,
so that its mean up to the budget is larger. Solve rates and means are compared as point estimates,
on the seeds that both cells have: their intervals are too wide to decide anything at ten seeds
(docs/decisions/0016).
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from msgspec.structs import replace

from rnnbench import text
from rnnbench.findings.learning.overall_records import Measure, Overall
from rnnbench.findings.learning.pairing import Losses, Scale
from rnnbench.findings.learning.records import Answered, Comparison
from rnnbench.records import MetricNote

SEEDS_APART = 2
"""Solve rates that differ by so many seeds disagree with a verdict.

One seed is enough where the cell that solves more misses none."""
Solved = Mapping[str, Collection[int]]
"""The seeds in which each cell reached the target."""


class Deciding(NamedTuple):
    """The figure that decides between cells.

    losses: of each cell, by rate and seed.
    solved: seeds in which each cell reached the target; None where scores decide.
    metric: the deciding metric.
    scale:  on which cells are compared.
    """

    losses: Losses
    solved: Solved | None
    metric: MetricNote
    scale: Scale


def with_overall(
    leader: str, comparisons: Sequence[Comparison], deciding: Deciding
) -> tuple[Comparison, ...]:
    """Add to each comparison what both cells reach over all seeds."""
    completed = []
    for comparison in comparisons:
        if comparison.pairs:
            overall = _overall(leader, comparison, deciding)
            completed.append(replace(comparison, overall=overall))
        else:
            completed.append(comparison)
    return tuple(completed)


def _overall(leader: str, comparison: Comparison, deciding: Deciding) -> Overall:
    ours = deciding.losses[leader][0]
    theirs = deciding.losses[comparison.other][0]
    seeds = [seed for seed in ours if seed in theirs]
    losses = (
        float(np.mean([ours[seed] for seed in seeds])),
        float(np.mean([theirs[seed] for seed in seeds])),
    )
    solved = None
    mean = losses
    if deciding.solved is None:
        mean = (deciding.metric.loss(losses[0]), deciding.metric.loss(losses[1]))
    else:
        solved = (
            _count_solved(leader, seeds, deciding.solved),
            _count_solved(comparison.other, seeds, deciding.solved),
        )
    return Overall(
        seeds=len(seeds),
        ahead=(
            sum(ours[seed] < theirs[seed] for seed in seeds),
            sum(theirs[seed] < ours[seed] for seed in seeds),
        ),
        solved=solved,
        mean=mean,
        against=measures_against(comparison.answer, solved, len(seeds), losses, deciding.scale),
    )


def _count_solved(row: str, seeds: Sequence[int], solved: Solved) -> int:
    solved_by_row = solved.get(row, ())
    return sum(seed in solved_by_row for seed in seeds)


def measures_against(
    answer: Answered,
    solved: tuple[int, int] | None,
    seeds: int,
    losses: tuple[float, float],
    scale: Scale,
) -> tuple[Measure, ...]:
    """Return the measures over all seeds that disagree with the answer on the typical one.

    solved: how many seeds each cell solved; None where scores decide.
    seeds:  how many seeds both cells have.
    losses: the mean of each cell's figure that decides, turned so that lower is better.
    """
    against: list[Measure] = []
    if solved and _solve_rates_disagree(answer, solved, seeds):
        against.append("solve rate")
    if _means_disagree(answer, losses, scale):
        against.append("mean")
    return tuple(against)


def _not_worse(answer: Answered) -> Iterator[int]:
    """Yield the places, 0 or 1, of cells that the answer holds to be better or equivalent."""
    if answer in ("better", "equivalent"):
        yield 0
    if answer in ("worse", "equivalent"):
        yield 1


def _solve_rates_disagree(answer: Answered, solved: tuple[int, int], seeds: int) -> bool:
    for place in _not_worse(answer):
        other = solved[1 - place]
        fewer = other - solved[place]
        if fewer >= SEEDS_APART or (fewer > 0 and other == seeds):
            return True
    return False


def _means_disagree(answer: Answered, losses: tuple[float, float], scale: Scale) -> bool:
    """Whether mean losses contradict the answer.

    They do where the better cell has the larger loss, in the digits that are printed. For
    equivalent cells, they do where the losses differ by more than the margin.
    """
    if answer == "equivalent" and scale.ratio:
        return max(losses) > float(np.exp(scale.margin)) * min(losses)
    if answer == "equivalent":
        return max(losses) - min(losses) > scale.margin
    shown = [float(f"{loss:.{text.DIGITS}g}") for loss in losses]
    return any(shown[place] > shown[1 - place] for place in _not_worse(answer))
