"""The leading cell against each other one: better, worse, equivalent within the margin, or
undecided.

Where a search left a cell several learning rates, the better cell's best rate has to beat each of
the other's, and is itself one of several (`choices`).
"""

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np
from msgspec.structs import replace

from rnnbench.findings.learning.looks import Looks, Schedule, adjusted, noted, together
from rnnbench.findings.learning.records import Answered, Comparison
from rnnbench.findings.stats.censoring import ANYTHING, between
from rnnbench.findings.stats.hodges_lehmann import typical
from rnnbench.findings.stats.intersection_union import beats, falls_below, reach
from rnnbench.findings.stats.power import WORTHWHILE, more_seeds
from rnnbench.findings.stats.ranges import Range, exponential
from rnnbench.findings.stats.signed_rank import two_sided
from rnnbench.findings.stats.westfall_young import Column
from rnnbench.records import Region

EPOCHS_MARGIN = 1.1
"""Cells whose epochs differ by less than this factor come to the same thing."""
SCORE_MARGIN = 0.05
"""Likewise scores, as a part of the way from the trivial forecast to the target."""
Rates = Sequence[Mapping[int, float]]
"""Of one cell, at each rate that its search left, the best first: by seed the figure that decides,
turned so that lower is better. A seed that was lost at the best rate has none; at another one it is
infinitely bad, so that nobody is held back by a rate at which the other cell fails."""
Losses = Mapping[str, Rates]


class Scale(NamedTuple):
    """How two cells are held against each other: by the logarithm of their ratio, or by their
    difference; how little is nothing on that scale; and the loss of a seed that did not get there,
    which where both did not says nothing.
    """

    ratio: bool
    margin: float
    nothing: float | None = None


class _Pair(NamedTuple):
    """By how much the first cell is better than the second, seed by seed, both at their best rates;
    typically; with p-values that it differs at all, and that it does not by more than the margin;
    and the values at every choice of rates at which it has to differ."""

    gains: list[float]
    values: list[float]
    effect: Range | None = None
    differ: float = 1.0
    alike: float = 1.0
    all_choices: Sequence[Sequence[float]] = ()


def compare(
    leader: str, losses: Losses, scale: Scale, looks: Looks | None = None
) -> tuple[Comparison, ...]:
    """The leader against each other cell; p-values are adjusted over all pairs, as the data picked
    the leader, and held against the level of this look. Without `looks` it is the only one."""
    pairs = list(combinations(sorted(row for row in losses if losses[row][0]), 2))
    found = {pair: _pair(losses[pair[0]], losses[pair[1]], scale) for pair in pairs}
    at = together(looks or {pair: Schedule(len(found[pair].gains)) for pair in pairs}, pairs)
    testable = [
        pair for pair in pairs if at[pair].level and len(found[pair].values) >= at[pair].needed
    ]
    differ = adjusted({pair: found[pair].differ for pair in testable}, at)
    alike = adjusted({pair: found[pair].alike for pair in testable}, at)
    return tuple(
        noted(
            _comparison(
                leader, pair, found[pair], scale, differ.get(pair), alike.get(pair), at[pair]
            ),
            at[pair],
        )
        for pair in pairs
        if leader in pair
    )


class _Gains(NamedTuple):
    """By how much one cell is better than another, at one rate each, by seed: as a difference; on
    the scale of the comparison; and from where to where that may lie."""

    plain: list[float]
    values: Column
    lows: Column
    highs: Column


def _pair(ours: Rates, theirs: Rates, scale: Scale) -> _Pair:
    """The first cell gains where its best rate does over each of the other's, and loses
    likewise."""
    best = _gains(ours[0], theirs[0], scale)
    if not best.values:
        return _Pair([], [])
    gaining = [best, *(_gains(ours[0], other, scale) for other in theirs[1:])]
    losing = [best, *(_gains(other, theirs[0], scale) for other in ours[1:])]
    above, below = ([gains.values for gains in found] for found in (gaining, losing))
    differ = min(beats(above, below, 0.0, differ=True), falls_below(below, above, 0.0, differ=True))
    lows, highs = (
        [[g.lows for g in found] for found in (gaining, losing)],
        [[g.highs for g in f] for f in (losing, gaining)],
    )
    alike, _ = two_sided(
        Region(-scale.margin, scale.margin),
        lambda bound: beats(lows[0], lows[1], bound),
        lambda bound: falls_below(highs[0], highs[1], bound),
    )
    values = list(best.values.values())
    return _Pair(
        gains=best.plain,
        values=values,
        effect=reach(above, below),
        differ=min(1.0, 2 * differ),  # exact where nothing differs
        alike=alike,
        all_choices=[list(column.values()) for column in (above if typical(values) > 0 else below)],
    )


def _gains(ours: Mapping[int, float], theirs: Mapping[int, float], scale: Scale) -> _Gains:
    common = [seed for seed in ours if seed in theirs]
    plain = [theirs[seed] - ours[seed] for seed in common]
    telling = [
        seed
        for seed in common
        if scale.nothing is None or min(ours[seed], theirs[seed]) < scale.nothing
    ]
    if scale.ratio:
        values = _within({seed: np.log(theirs[seed] / ours[seed]) for seed in telling})
    else:
        values = _within({seed: theirs[seed] - ours[seed] for seed in telling})
    if scale.nothing is None:
        return _Gains(plain if values else [], values, values, values)
    budgets = scale.nothing, scale.nothing
    ends = {seed: between(theirs[seed], ours[seed], budgets) for seed in common}
    lows, highs = (_within({seed: end[way] for seed, end in ends.items()}) for way in (0, 1))
    return _Gains(plain if values else [], values, lows, highs)


def _within(values: Column) -> Column:
    """Values of which those that are infinite are as far away as anything may be."""
    return {seed: float(np.clip(value, -ANYTHING, ANYTHING)) for seed, value in values.items()}


def _comparison(
    leader: str,
    pair: tuple[str, str],
    found: _Pair,
    scale: Scale,
    differ: float | None,
    alike: float | None,
    look: Schedule,
) -> Comparison:
    sign = 1 if leader == pair[0] else -1
    gains, values = [sign * gain for gain in found.gains], [sign * value for value in found.values]
    typically = found.effect if sign == 1 or found.effect is None else _turned(found.effect)
    answered = _answer(values, differ, alike, look.level)
    return Comparison(
        other=pair[1] if sign == 1 else pair[0],
        wins=sum(gain > 0 for gain in gains),
        pairs=len(gains),
        gain=float(np.mean(gains)) if gains else None,
        p_value=differ,
        effect=exponential(typically) if scale.ratio and typically else typically,
        answer=answered,
        more_seeds=_more_seeds(found, scale, look) if answered == "undecided" else None,
    )


def _more_seeds(found: _Pair, scale: Scale, look: Schedule) -> int | None:
    """How many more would probably decide at the next look, where something is there to be decided:
    at every choice of rates at which the cells have to differ."""
    if found.differ <= WORTHWHILE:
        each = [
            _reckoned(values, abs(typical(values)), look) for values in found.all_choices if values
        ]
        known = [more for more in each if more is not None]
        return max(known) if len(known) == len(found.all_choices) else None
    if found.alike <= WORTHWHILE:
        return _reckoned(found.values, scale.margin - abs(typical(found.values)), look)
    return None


def _reckoned(values: Sequence[float], gap: float, look: Schedule) -> int | None:
    return look.more_seeds(lambda level: more_seeds(values, [gap], level))


def _answer(
    values: Sequence[float], differ: float | None, alike: float | None, level: float
) -> Answered:
    """What comes to the same thing is equivalent, also where it surely differs by a little."""
    if differ is None or alike is None:
        return "too few seeds"
    if alike <= level:
        return "equivalent"
    if differ <= level:
        return "better" if typical(values) > 0 else "worse"
    return "undecided"


def _turned(found: Range) -> Range:
    return replace(found, centre=-found.centre, low=-found.high, high=-found.low)
