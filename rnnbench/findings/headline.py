"""The answer of a suite in one headline of at most 30 words."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain

from rnnbench import text
from rnnbench.findings.claims.records import ClaimFinding
from rnnbench.findings.cost.records import CostFinding
from rnnbench.findings.learning.records import Condition

MOST_NAMED = 2
"""Cells that are named in a clause; more would not be read at a glance."""
DECIDED = ("better", "worse", "equivalent")


def headline(
    claims: Sequence[ClaimFinding],
    conditions: Sequence[Condition],
    costs: Sequence[CostFinding],
) -> str:
    """Return the answer in at most 30 words; claims before cells, and learning before cost."""
    if claims:
        return _of_claims(claims)
    clauses = [*_of_learning(conditions), *_of_cost(costs)]
    return " ".join(clauses) or "No trial gave figures."


def _of_claims(claims: Sequence[ClaimFinding]) -> str:
    counts: Counter[str] = Counter(claim.verdict for claim in claims)
    verdicts = ("supported", "refuted", "mixed", "undecided", "untested")
    parts = [f"{counts[verdict]} {verdict}" for verdict in verdicts if counts[verdict]]
    return f"Of {text.counted(len(claims), 'claim')}: {text.enumerated(parts)}."


def _of_learning(conditions: Sequence[Condition]) -> Iterator[str]:
    if not conditions:
        return
    leaders = [condition.leader for condition in conditions if condition.leader]
    ahead = Counter(leaders)
    if not ahead:
        where = f"on {conditions[0].title}" if len(conditions) == 1 else "anywhere"
        yield f"No cell is ahead {where}."
        return
    if len(conditions) == 1:
        yield f"{next(iter(ahead))} is ahead on {conditions[0].task}."
    else:
        yield f"{_counts(ahead, len(conditions), 'is ahead in')} conditions."
    led = [condition for condition in conditions if condition.leader]
    comparisons = list(chain.from_iterable(condition.comparisons for condition in led))
    decided = sum(comparison.answer in DECIDED for comparison in comparisons)
    if comparisons:
        yield f"Decided: {decided or 'none'} of {text.counted(len(comparisons), 'comparison')}."


def _of_cost(costs: Sequence[CostFinding]) -> Iterator[str]:
    fastest = Counter(cost.fastest for cost in costs if cost.fastest)
    if fastest:
        shapes = fastest.total()
        if shapes == 1:
            yield f"{next(iter(fastest))} takes the shortest step."
        else:
            yield f"{_counts(fastest, shapes, 'takes the shortest step at')} shapes."


def _counts(by_row: Counter[str], all_: int, verb: str) -> str:
    """Return how often the most frequent cells come first: `gru is ahead in 3 of 5, lstm in 1`."""
    (first, most), *others = by_row.most_common(MOST_NAMED)
    named = [f"{first} {verb} {most}", *(f"{row} in {count}" for row, count in others)]
    return f"{', '.join(named)} of {all_}"
