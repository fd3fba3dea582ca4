"""What the tables of cost show: ratios to the reference that was named beforehand, and ratios on
one kernel."""

from collections.abc import Sequence
from typing import Any

import rnnbench
from rnnbench_reports.style import spread

REFERENCE_CELL = "torch's LSTM"
SHOWN_OPEN = 15
"""More pairs than this are folded away."""


def timed(
    cost: rnnbench.CostFinding, kind: Any
) -> list[tuple[rnnbench.CostRow, rnnbench.StepTime]]:
    """The rows that have times of this kind of step, the fastest first."""
    found = [(row, row.step_times[kind]) for row in cost.rows if kind in row.step_times]
    return sorted(found, key=lambda pair: pair[1].seconds.centre)


def reference(cost: rnnbench.CostFinding, kind: Any) -> str:
    """Over what the times of this kind of step are stated, in words."""
    return cost.references.get(kind) or REFERENCE_CELL


def asked_for(cost: rnnbench.CostFinding, kind: Any) -> str:
    """A sentence where the reference that the suite names has no such step."""
    if not cost.reference or cost.references.get(kind) == cost.reference:
        return ""
    return (
        f"The suite names {cost.reference} as the reference, which has no such step here;"
        f" {REFERENCE_CELL} stands in."
    )


def over_reference(row: rnnbench.CostRow, cost: rnnbench.CostFinding, kind: Any) -> str:
    """The ratio of a row to the reference; 1 for the reference itself."""
    if row.row == cost.references.get(kind):
        return "1"
    return beside(_over(row, cost, kind), ratios(cost, kind))


def ratios(cost: rnnbench.CostFinding, kind: Any) -> list[rnnbench.Range]:
    """All ratios to the reference in the table of one kind of step."""
    found = [_over(row, cost, kind) for row, _ in timed(cost, kind)]
    return [ratio for ratio in found if ratio]


def beside(ratio: rnnbench.Range | None, others: Sequence[rnnbench.Range]) -> str:
    """A ratio in a table with others. It names its kind where kinds differ, as the head of the
    table then cannot."""
    if ratio is None or one_kind(others):
        return spread(ratio)
    count = f" over {ratio.n}" if ratio.kind == "range" else ""
    return f"{spread(ratio)} ({ratio.kind}{count})"


def one_kind(found: Sequence[rnnbench.Range]) -> str:
    """The kind of ratios, in brackets for the head of a table, where it is the same for all of
    them; otherwise ""."""
    kinds = {ratio.kind for ratio in found}
    return f" [{kinds.pop()}]" if len(kinds) == 1 else ""


def hold_at_once(cost: rnnbench.CostFinding, kind: Any) -> bool:
    """Whether all pairs of rows have intervals: a range of few replicates holds nothing, on one day
    or on several."""
    pairs = [pair for pair in cost.pairs if pair.kind == kind]
    found = [ratio for pair in pairs for ratio in (pair.ratio, *pair.sessions.values())]
    return all(ratio.kind != "range" for ratio in found)


def on_one_kernel(cost: rnnbench.CostFinding, kind: Any) -> list[Any]:
    """Pairs of rows on one kernel, kernel by kernel, the largest ratio first."""
    found = [pair for pair in cost.pairs if pair.kind == kind and pair.kernel]
    return sorted(found, key=lambda pair: (pair.kernel, -pair.ratio.centre))


def _over(row: rnnbench.CostRow, cost: rnnbench.CostFinding, kind: Any) -> rnnbench.Range | None:
    step_time = row.step_times[kind]
    return step_time.over if cost.references.get(kind) else step_time.ratio
