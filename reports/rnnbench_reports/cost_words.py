"""The tables of cost: ratios to the reference that was named beforehand, and ratios on one
kernel."""

from collections.abc import Collection, Sequence
from typing import Any

import rnnbench
from rnnbench_reports.style import spread

REFERENCE_CELL = "torch's LSTM"
MOST_PAIRS = 100
"""Of more pairs, the page shows those of featured cells."""
MOST_PAIRS_UNFOLDED = 15
"""A table with more pairs than this is folded."""


def timed(
    cost: rnnbench.CostFinding, kind: Any
) -> list[tuple[rnnbench.CostRow, rnnbench.StepTime]]:
    """Return the rows that have times of this kind of step, the fastest first."""
    rows = [(row, row.step_times[kind]) for row in cost.rows if kind in row.step_times]
    return sorted(rows, key=lambda pair: pair[1].seconds.centre)


def reference(cost: rnnbench.CostFinding, kind: Any) -> str:
    """Return the name of the reference for times of this kind of step."""
    return cost.references.get(kind) or REFERENCE_CELL


def missing_reference(cost: rnnbench.CostFinding, kind: Any) -> str:
    """Return a sentence where the suite's reference has no such step; otherwise ""."""
    if not cost.reference or cost.references.get(kind) == cost.reference:
        return ""
    return (
        f"The suite names {cost.reference} as the reference, which has no such step here;"
        f" {REFERENCE_CELL} is the reference instead."
    )


def over_reference(row: rnnbench.CostRow, cost: rnnbench.CostFinding, kind: Any) -> str:
    """Return the ratio of a row to the reference; "1" for the reference itself."""
    if row.row == cost.references.get(kind):
        return "1"
    return beside(ratio_to_reference(row, cost, kind), ratios(cost, kind))


def ratios(cost: rnnbench.CostFinding, kind: Any) -> list[rnnbench.Range]:
    """Return all ratios to the reference in the table of one kind of step."""
    found = [ratio_to_reference(row, cost, kind) for row, _ in timed(cost, kind)]
    return [ratio for ratio in found if ratio]


def beside(ratio: rnnbench.Range | None, others: Sequence[rnnbench.Range]) -> str:
    """Return a ratio for a table with others, with its kind where the kinds differ.

    Where all kinds are equal, the head of the table names the kind.
    """
    return with_kind(ratio, one_kind(others))


def with_kind(ratio: rnnbench.Range | None, kind_of_all: str) -> str:
    """Return a ratio for a table, with its kind unless all have one."""
    if ratio is None or kind_of_all:
        return spread(ratio)
    count = f" over {ratio.n}" if ratio.kind == "range" else ""
    return f"{spread(ratio)} ({ratio.kind}{count})"


def one_kind(ratios: Sequence[rnnbench.Range]) -> str:
    """Return the common kind of ratios in brackets, for the head of a table; "" where they
    differ."""
    kinds = {ratio.kind for ratio in ratios}
    return f" [{kinds.pop()}]" if len(kinds) == 1 else ""


def hold_at_once(cost: rnnbench.CostFinding, kind: Any) -> bool:
    """Return whether all pairs of rows have intervals, in each session and over all.

    The range of a few replicates bounds nothing.
    """
    for pair in cost.pairs:
        if pair.kind != kind:
            continue
        if any(ratio.kind == "range" for ratio in (pair.ratio, *pair.sessions.values())):
            return False
    return True


def on_one_kernel(cost: rnnbench.CostFinding, kind: Any) -> list[Any]:
    """Return the pairs of rows on one kernel, kernel by kernel, the largest ratio first."""
    pairs = [pair for pair in cost.pairs if pair.kind == kind and pair.kernel]
    return sorted(pairs, key=lambda pair: (pair.kernel, -pair.ratio.centre))


def ratio_to_reference(
    row: rnnbench.CostRow, cost: rnnbench.CostFinding, kind: Any
) -> rnnbench.Range | None:
    """Return the ratio of a row to the reference; None without one."""
    step_time = row.step_times[kind]
    return step_time.over if cost.references.get(kind) else step_time.ratio


def few_pairs(pairs: Sequence[Any], featured: Collection[str]) -> list[Any]:
    """Return the pairs to show on the page: of many, those of two featured cells."""
    if len(pairs) <= MOST_PAIRS:
        return list(pairs)
    return [pair for pair in pairs if pair.slow in featured and pair.fast in featured]


def about_pairs(cost: rnnbench.CostFinding, kind: Any) -> str:
    """Return sentences on the ratios of pairs of rows on one kernel."""
    number = sum(pair.kind == kind for pair in cost.pairs)
    at_once = (
        f"These intervals hold for all {number} pairs of rows at once, including those on different"
        " kernels. "
    )
    return (
        f"{at_once if hold_at_once(cost, kind) else ''}“rnnbench export DIR"
        " --format cost-ratios” writes all pairs, including those on different kernels. Between"
        " different cells, a ratio varies by 5 to 15 % from one session to another."
    )
