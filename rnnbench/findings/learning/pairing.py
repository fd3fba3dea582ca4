"""By how much one cell is better than another: paired by seed, at every rate left to each.

Where a search left a cell several learning rates, the better cell's best rate has to beat each of
the other's, and is itself one of several (`choices`).
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from rnnbench.findings.stats.censoring import ANYTHING, between, log_ratio
from rnnbench.findings.stats.hodges_lehmann import typical
from rnnbench.findings.stats.intersection_union import beats, falls_below, reach
from rnnbench.findings.stats.ranges import Range
from rnnbench.findings.stats.westfall_young import Column

EPOCHS_MARGIN = 1.1
"""Cells whose epochs differ by less than this factor are equivalent."""
SCORE_MARGIN = 0.05
"""Cells whose scores differ by less than this part of the way from the trivial forecast to the
target, or without a target to the best cell, are equivalent."""
Rates = Sequence[Mapping[int, float]]
"""Losses of one cell by seed, at each rate that its search left, the best rate first.

A loss is the figure that decides, turned so that lower is better. A seed that was lost at the best
rate has none; at another rate it is infinitely bad, so that no cell is held back by a rate at which
its rival fails."""
Losses = Mapping[str, Rates]


class Scale(NamedTuple):
    """How two cells are compared.

    ratio:   by the logarithm of the ratio of their losses, or else by the difference.
    margin:  on that scale, differences within it are equivalent.
    nothing: the loss of a seed that did not reach the target; a seed in which both cells have it is
             no evidence. None where there is no such loss.
    """

    ratio: bool
    margin: float
    nothing: float | None = None


class PairEvidence(NamedTuple):
    """By how much the first cell of a pair is better than the second.

    gains:       differences by seed, both cells at their best rates.
    values:      the same on the scale of the comparison.
    effect:      the typical value with its interval; None without common seeds.
    differ:      p-value of the hypothesis that the cells do not differ.
    alike:       p-value of the hypothesis that they differ by more than the margin.
    all_choices: values at every choice of rates at which the cells have to differ.
    """

    gains: list[float]
    values: list[float]
    effect: Range | None = None
    differ: float = 1.0
    alike: float = 1.0
    all_choices: Sequence[Sequence[float]] = ()


class _Gains(NamedTuple):
    """By how much one cell is better than another by seed, at one rate of each.

    plain:  differences.
    values: on the scale of the comparison, for seeds that are evidence.
    lows:   the lowest that each value may be, given that epochs are censored at the budget.
    highs:  the highest that each value may be.
    """

    plain: list[float]
    values: Column
    lows: Column
    highs: Column


def pair_evidence(ours: Rates, theirs: Rates, scale: Scale) -> PairEvidence:
    """Return by how much the first cell is better than the second.

    It is better where its best rate gains over each rate of the other cell, and worse where the
    other cell's best rate gains over each of its own.
    """
    best = _gains(ours[0], theirs[0], scale)
    if not best.values:
        return PairEvidence([], [])
    gaining = [best, *(_gains(ours[0], other, scale) for other in theirs[1:])]
    losing = [best, *(_gains(other, theirs[0], scale) for other in ours[1:])]
    above = [gains.values for gains in gaining]
    below = [gains.values for gains in losing]
    p_above = beats(above, below, 0.0, differ=True)
    p_below = falls_below(below, above, 0.0, differ=True)
    values = list(best.values.values())
    deciding = above if typical(values) > 0 else below
    return PairEvidence(
        gains=best.plain,
        values=values,
        effect=reach(above, below),
        differ=min(1.0, 2 * min(p_above, p_below)),  # exact where nothing differs
        alike=_p_value_alike(gaining, losing, scale.margin),
        all_choices=[list(column.values()) for column in deciding],
    )


def _p_value_alike(gaining: Sequence[_Gains], losing: Sequence[_Gains], margin: float) -> float:
    """Return the p-value of the hypothesis that two cells differ by more than the margin."""
    lows_gaining = [gains.lows for gains in gaining]
    lows_losing = [gains.lows for gains in losing]
    highs_gaining = [gains.highs for gains in gaining]
    highs_losing = [gains.highs for gains in losing]
    above = beats(lows_gaining, lows_losing, -margin)
    below = falls_below(highs_losing, highs_gaining, margin)
    return min(1.0, 2 * max(above, below))


def _gains(ours: Mapping[int, float], theirs: Mapping[int, float], scale: Scale) -> _Gains:
    common = [seed for seed in ours if seed in theirs]
    plain = [theirs[seed] - ours[seed] for seed in common]
    values = _values(ours, theirs, scale)
    if not values:
        plain = []
    if scale.nothing is None:
        return _Gains(plain, values, values, values)
    budgets = (scale.nothing, scale.nothing)
    ends = {seed: between(theirs[seed], ours[seed], budgets) for seed in common}
    lows = _within_bounds({seed: low for seed, (low, _) in ends.items()})
    highs = _within_bounds({seed: high for seed, (_, high) in ends.items()})
    return _Gains(plain, values, lows, highs)


def _values(ours: Mapping[int, float], theirs: Mapping[int, float], scale: Scale) -> Column:
    """Return the gains on the scale, for the common seeds in which some cell got there."""
    values = {}
    for seed in ours:
        if seed not in theirs:
            continue
        if scale.nothing is not None and not min(ours[seed], theirs[seed]) < scale.nothing:
            continue
        if scale.ratio:
            values[seed] = log_ratio(theirs[seed], ours[seed])
        else:
            values[seed] = theirs[seed] - ours[seed]
    return _within_bounds(values)


def _within_bounds(values: Column) -> Column:
    """Replace infinite values by the farthest that any value may be."""
    if all(-ANYTHING <= value <= ANYTHING for value in values.values()):
        return values
    return {seed: min(max(value, -ANYTHING), ANYTHING) for seed, value in values.items()}
