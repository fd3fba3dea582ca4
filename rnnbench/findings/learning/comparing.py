"""Compares the leading cell with each other cell of a condition.

The answer is: better, worse, equivalent within the margin, or undecided.
"""

from collections.abc import Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np
from msgspec.structs import replace

from rnnbench.findings.learning.looks import Looks, Schedule, noted, together
from rnnbench.findings.learning.multiplicity import adjusted
from rnnbench.findings.learning.pairing import Losses, PairEvidence, Scale, pair_evidence
from rnnbench.findings.learning.records import Answered, Comparison
from rnnbench.findings.stats.hodges_lehmann import typical
from rnnbench.findings.stats.power import WORTHWHILE, more_seeds
from rnnbench.findings.stats.ranges import Range, exponential


class _Tested(NamedTuple):
    """A pair of cells at a look, with adjusted p-values; None below the seeds that are needed."""

    pair: tuple[str, str]
    evidence: PairEvidence
    differ: float | None
    alike: float | None
    look: Schedule


def compare(
    leader: str, losses: Losses, scale: Scale, looks: Looks | None = None
) -> tuple[Comparison, ...]:
    """Compare the leader with each other cell.

    P-values are adjusted over all pairs, as the data picked the leader, and are compared with the
    level of this look. Without `looks`, this look is the only one.
    """
    rows = sorted(row for row in losses if losses[row][0])
    pairs = list(combinations(rows, 2))
    evidence = {pair: pair_evidence(losses[pair[0]], losses[pair[1]], scale) for pair in pairs}
    only_look = {pair: Schedule(len(evidence[pair].gains)) for pair in pairs}
    at = together(looks or only_look, pairs)
    testable = [
        pair for pair in pairs if at[pair].level and len(evidence[pair].values) >= at[pair].needed
    ]
    differ = adjusted({pair: evidence[pair].differ for pair in testable}, at)
    alike = adjusted({pair: evidence[pair].alike for pair in testable}, at)
    comparisons = []
    for pair in pairs:
        if leader in pair:
            tested = _Tested(pair, evidence[pair], differ.get(pair), alike.get(pair), at[pair])
            comparisons.append(noted(_comparison(leader, tested, scale), at[pair]))
    return tuple(comparisons)


def _comparison(leader: str, tested: _Tested, scale: Scale) -> Comparison:
    """Return the comparison of a pair, as the leader sees it."""
    first, second = tested.pair
    sign = 1 if leader == first else -1
    gains = [sign * gain for gain in tested.evidence.gains]
    values = [sign * value for value in tested.evidence.values]
    answered = _answer(values, tested)
    return Comparison(
        other=second if sign == 1 else first,
        wins=sum(gain > 0 for gain in gains),
        pairs=len(gains),
        gain=float(np.mean(gains)) if gains else None,
        p_value=tested.differ,
        effect=_effect(tested.evidence.effect, sign, scale),
        answer=answered,
        more_seeds=_more_seeds(tested, scale) if answered == "undecided" else None,
    )


def _effect(effect: Range | None, sign: int, scale: Scale) -> Range | None:
    """Return the effect in the leader's favour, as a ratio where the scale is one of ratios."""
    if effect is None:
        return None
    if sign == -1:
        effect = replace(effect, centre=-effect.centre, low=-effect.high, high=-effect.low)
    return exponential(effect) if scale.ratio else effect


def _answer(values: Sequence[float], tested: _Tested) -> Answered:
    """Return the answer at this look.

    A difference within the margin is equivalence, even where it is surely not zero.
    """
    level = tested.look.level
    if tested.differ is None or tested.alike is None:
        return "too few seeds"
    if tested.alike <= level:
        return "equivalent"
    if tested.differ <= level:
        return "better" if typical(values) > 0 else "worse"
    return "undecided"


def _more_seeds(tested: _Tested, scale: Scale) -> int | None:
    """Return how many more seeds would probably decide at the next look.

    None where there is little sign of a decision. A difference has to be decided at every choice of
    rates at which the cells have to differ.
    """
    evidence = tested.evidence
    if evidence.differ <= WORTHWHILE:
        each = [
            _seeds_to_decide(values, abs(typical(values)), tested.look)
            for values in evidence.all_choices
            if values
        ]
        known = [more for more in each if more is not None]
        return max(known) if len(known) == len(evidence.all_choices) else None
    if evidence.alike <= WORTHWHILE:
        gap = scale.margin - abs(typical(evidence.values))
        return _seeds_to_decide(evidence.values, gap, tested.look)
    return None


def _seeds_to_decide(values: Sequence[float], gap: float, look: Schedule) -> int | None:
    return look.more_seeds(lambda level: more_seeds(values, [gap], level))
