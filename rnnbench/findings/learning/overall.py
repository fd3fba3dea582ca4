"""What two cells reach over all seeds, and whether that says the same as the verdict on the typical
one.

A verdict is about the typical seed. A cell that is quicker there may reach the target less often,
so that its mean up to the budget is larger. Both are compared as they were seen, on the seeds that
both cells have: their intervals are too wide to decide anything at ten seeds (docs/decisions/0016).
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from msgspec.structs import replace

from rnnbench.findings.learning.comparing import Losses, Scale
from rnnbench.findings.learning.overall_records import Measure, Overall
from rnnbench.findings.learning.records import Answered, Comparison
from rnnbench.records import MetricNote

SEEDS_APART = 2
"""Solve rates disagree with a verdict by so many seeds; by one where the other cell misses none."""
Solved = Mapping[str, Collection[int]]
"""The seeds in which each cell reached the target."""


class Deciding(NamedTuple):
    """The figure that decides: its losses, the seeds that were solved (None where scores decide),
    the metric, and the scale on which cells are compared."""

    losses: Losses
    solved: Solved | None
    metric: MetricNote
    scale: Scale


def with_overall(
    leader: str, comparisons: Sequence[Comparison], deciding: Deciding
) -> tuple[Comparison, ...]:
    """The comparisons, each with what both cells reach over all seeds."""
    return tuple(
        (
            replace(comparison, overall=_overall(leader, comparison, deciding))
            if comparison.pairs
            else comparison
        )
        for comparison in comparisons
    )


def _overall(leader: str, comparison: Comparison, deciding: Deciding) -> Overall:
    ours, theirs = deciding.losses[leader][0], deciding.losses[comparison.other][0]
    seeds = [seed for seed in ours if seed in theirs]
    losses = (
        float(np.mean([ours[seed] for seed in seeds])),
        float(np.mean([theirs[seed] for seed in seeds])),
    )
    solved, mean = None, losses
    if deciding.solved is None:
        mean = deciding.metric.loss(losses[0]), deciding.metric.loss(losses[1])
    else:
        ours_solved, theirs_solved = (
            deciding.solved.get(leader, ()),
            deciding.solved.get(comparison.other, ()),
        )
        solved = (
            sum(seed in ours_solved for seed in seeds),
            sum(seed in theirs_solved for seed in seeds),
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


def measures_against(
    answer: Answered,
    solved: tuple[int, int] | None,
    seeds: int,
    losses: tuple[float, float],
    scale: Scale,
) -> tuple[Measure, ...]:
    """Those that do not say of two cells over all seeds what this answer says of the typical one.

    solved: seeds in which each cell reached the target; None where scores decide.
    losses: the means of the figure that decides, turned so that lower is better.
    """
    against: list[Measure] = []
    if solved and _solve_rates_disagree(answer, solved, seeds):
        against.append("solve rate")
    if _means_disagree(answer, losses, scale):
        against.append("mean")
    return tuple(against)


def _not_worse(answer: Answered) -> Iterator[int]:
    """The places of the cells that the verdict holds to be as good as the other one, or better."""
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
    """The better cell has the larger loss, and not in digits alone that nobody prints; of cells
    that are equivalent one is larger by more than the margin."""
    if answer == "equivalent" and scale.ratio:
        return max(losses) > float(np.exp(scale.margin)) * min(losses)
    if answer == "equivalent":
        return max(losses) - min(losses) > scale.margin
    shown = [float(f"{loss:.3g}") for loss in losses]
    return any(shown[place] > shown[1 - place] for place in _not_worse(answer))
