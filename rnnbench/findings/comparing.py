"""The leading cell against each other one: better, worse, equivalent within the margin, or undecided."""

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np

from rnnbench.findings.effects import between, effect, evidence, more_seeds, p_above, p_below, typical
from rnnbench.findings.estimates import LEVEL, holm, seeds_needed
from rnnbench.findings.ranges import Range
from rnnbench.findings.records import Answered, Comparison
from rnnbench.findings.weights import exponential
from rnnbench.records import Region

EPOCHS_MARGIN = 1.1
"""Cells whose epochs differ by less than this factor come to the same thing."""
SCORE_MARGIN = 0.05
"""Likewise scores, as a part of the way from the trivial forecast to the target."""
Losses = Mapping[str, Mapping[int, float]]
"""For each cell and seed the figure that decides, turned so that lower is better."""


class Scale(NamedTuple):
    """How two cells are held against each other: by the logarithm of their ratio, or by their difference; how little is
    nothing on that scale; and the loss of a seed that did not get there, which where both did not says nothing."""

    ratio: bool
    margin: float
    nothing: float | None = None


class _Pair(NamedTuple):
    """By how much the first cell is better than the second, seed by seed, with p-values that it differs at all, and
    that it does not by more than the margin."""

    gains: list[float]
    values: list[float]
    differ: float
    alike: float


def compare(leader: str, losses: Losses, scale: Scale) -> tuple[Comparison, ...]:
    """The leader against each other cell; p-values are adjusted over all pairs, as the data picked the leader."""
    pairs = list(combinations(sorted(row for row in losses if losses[row]), 2))
    found = {pair: _pair(losses[pair[0]], losses[pair[1]], scale) for pair in pairs}
    testable = [pair for pair in pairs if len(found[pair].values) >= seeds_needed(len(pairs))]
    differ = dict(zip(testable, holm([found[pair].differ for pair in testable]), strict=True))
    alike = dict(zip(testable, holm([found[pair].alike for pair in testable]), strict=True))
    return tuple(
        _comparison(leader, pair, found[pair], scale, differ.get(pair), alike.get(pair))
        for pair in pairs
        if leader in pair
    )


def _pair(ours: Mapping[int, float], theirs: Mapping[int, float], scale: Scale) -> _Pair:
    common = [seed for seed in ours if seed in theirs]
    gains = [theirs[seed] - ours[seed] for seed in common]
    telling = [seed for seed in common if scale.nothing is None or min(ours[seed], theirs[seed]) < scale.nothing]
    if scale.ratio:
        values = [float(np.log(theirs[seed] / ours[seed])) for seed in telling]
    else:
        values = [theirs[seed] - ours[seed] for seed in telling]
    if not values:
        return _Pair([], [], 1.0, 1.0)
    lows, highs = _ends(ours, theirs, common, scale) if scale.nothing is not None else (values, values)
    differ = min(
        1.0, 2 * min(p_above(values, 0.0, differ=True), p_below(values, 0.0, differ=True))
    )  # exact where nothing differs
    alike = evidence(lows, Region(-scale.margin, scale.margin), highs)[0]
    return _Pair(gains, values, differ, alike)


def _ends(
    ours: Mapping[int, float], theirs: Mapping[int, float], common: Sequence[int], scale: Scale
) -> tuple[list[float], list[float]]:
    """From where to where the log-ratio of each seed may lie: one that did not get there may have needed any number."""
    budget = scale.nothing or 0.0
    ends = [between(theirs[seed], ours[seed], (budget, budget)) for seed in common]
    return [low for low, _ in ends], [high for _, high in ends]


def _comparison(
    leader: str, pair: tuple[str, str], found: _Pair, scale: Scale, differ: float | None, alike: float | None
) -> Comparison:
    sign = 1 if leader == pair[0] else -1
    gains, values = [sign * gain for gain in found.gains], [sign * value for value in found.values]
    answered = _answer(values, differ, alike)
    gap = abs(typical(values)) if values else 0.0
    return Comparison(
        other=pair[1] if sign == 1 else pair[0],
        wins=sum(gain > 0 for gain in gains),
        pairs=len(gains),
        gain=float(np.mean(gains)) if gains else None,
        p_value=differ,
        effect=_effect(values, scale),
        answer=answered,
        more_seeds=more_seeds(values, [gap, scale.margin - gap]) if answered == "undecided" else None,
    )


def _answer(values: Sequence[float], differ: float | None, alike: float | None) -> Answered:
    """What comes to the same thing is equivalent, also where it surely differs by a little."""
    if differ is None or alike is None:
        return "too few seeds"
    if alike <= LEVEL:
        return "equivalent"
    if differ <= LEVEL:
        return "better" if typical(values) > 0 else "worse"
    return "undecided"


def _effect(values: Sequence[float], scale: Scale) -> Range | None:
    if not values:
        return None
    return exponential(effect(values)) if scale.ratio else effect(values)
