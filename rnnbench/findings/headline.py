"""The answer of a suite in one headline of at most 30 words."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain

from rnnbench import text
from rnnbench.findings.claims.records import ClaimFinding
from rnnbench.findings.cost.records import CostFinding, CostRow
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
    if not any(condition.is_compared for condition in conditions):
        yield _uncompared(conditions)
        return
    led = [condition for condition in conditions if condition.leader and condition.is_compared]
    ahead = Counter(condition.leader for condition in led if condition.leader)
    if not ahead:
        where = f"on {conditions[0].title}" if len(conditions) == 1 else "anywhere"
        yield f"No cell is ahead {where}."
        return
    if len(conditions) == 1:
        yield f"{next(iter(ahead))} is ahead on {conditions[0].task}."
    else:
        yield f"{_counts(ahead, len(conditions), 'is ahead in')} conditions."
    comparisons = list(chain.from_iterable(condition.comparisons for condition in led))
    decided = sum(comparison.answer in DECIDED for comparison in comparisons)
    if comparisons:
        yield f"Decided: {decided or 'none'} of {text.counted(len(comparisons), 'comparison')}."


def _uncompared(conditions: Sequence[Condition]) -> str:
    """Return what a single cell reached, which is ahead of nobody."""
    arms = list(chain.from_iterable(condition.arms for condition in conditions))
    cells = {arm.row for arm in arms if arm.seeds}
    if len(cells) != 1:
        return "No two cells were trained at a common seed."
    with_target = [condition for condition in conditions if condition.target is not None]
    if not with_target:
        return f"{cells.pop()}, the only cell, {_score(conditions)}."
    reached = 0
    trained = 0
    for condition in with_target:
        reached += sum(arm.solved for arm in condition.arms if condition.confirms(arm))
        trained += sum(len(arm.seeds) for arm in condition.arms)
    trainings = text.counted(trained, "training")
    return (
        f"{cells.pop()}, the only cell, reached the target in {reached or 'none'} of {trainings}."
    )


def _score(conditions: Sequence[Condition]) -> str:
    """Return the median test score of the only cell, or under how many conditions it has one."""
    first = conditions[0]
    metric = first.metrics[0].name
    scores = [arm.test[metric].centre for arm in first.arms if metric in arm.test]
    if len(conditions) > 1 or not scores:
        return f"was trained on {text.counted(len(conditions), 'condition')} without a target"
    return f"has test {metric} {text.rounded(scores[0])} on {first.task}"


def _of_cost(costs: Sequence[CostFinding]) -> Iterator[str]:
    timed = [[row for row in cost.rows if row.train] for cost in costs]
    if timed and max(map(len, timed)) == 1:
        yield from _of_one_cell(list(chain.from_iterable(timed)))
        return
    fastest = Counter(cost.fastest for cost in costs if cost.fastest)
    if fastest:
        shapes = fastest.total()
        if shapes == 1:
            yield f"{next(iter(fastest))} takes the shortest step."
        else:
            yield f"{_counts(fastest, shapes, 'takes the shortest step at')} shapes."


def _of_one_cell(timed: Sequence[CostRow]) -> Iterator[str]:
    """Yield the time of a step of the only cell that was timed at each shape."""
    if len({row.row for row in timed}) > 1:
        return
    seconds = [row.train.seconds.centre for row in timed if row.train]
    shortest = text.step_time(min(seconds))
    longest = text.step_time(max(seconds))
    time = shortest if shortest == longest else f"{shortest} to {longest}"
    yield f"A training step of {timed[0].row} takes {time}."


def _counts(by_row: Counter[str], all_: int, verb: str) -> str:
    """Return how often the most frequent cells come first: `gru is ahead in 3 of 5, lstm in 1`."""
    (first, most), *others = by_row.most_common(MOST_NAMED)
    named = [f"{first} {verb} {most}", *(f"{row} in {count}" for row, count in others)]
    return f"{', '.join(named)} of {all_}"
