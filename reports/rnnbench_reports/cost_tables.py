"""What the tables of cost show: ratios to the reference that was named beforehand, and ratios on one kernel."""

from typing import Any

import rnnbench
from rnnbench_reports.style import spread

RULER = "torch's LSTM"
SHOWN_OPEN = 15
"""More pairs than this are folded away."""


def timed(cost: rnnbench.CostFinding, kind: Any) -> list[tuple[rnnbench.CostRow, rnnbench.Pace]]:
    """The rows that have times of this kind of step, the fastest first."""
    found = [(row, row.paces[kind]) for row in cost.rows if kind in row.paces]
    return sorted(found, key=lambda pair: pair[1].seconds.centre)


def reference(cost: rnnbench.CostFinding, kind: Any) -> str:
    """Over what the times of this kind of step are stated, in words."""
    return cost.references.get(kind) or RULER


def asked_for(cost: rnnbench.CostFinding, kind: Any) -> str:
    """A sentence where the reference that the suite names has no such step."""
    if not cost.reference or cost.references.get(kind) == cost.reference:
        return ""
    return f"The suite names {cost.reference} as the reference, which has no such step here; {RULER} stands in."


def over_reference(row: rnnbench.CostRow, cost: rnnbench.CostFinding, kind: Any) -> str:
    """The ratio of a row to the reference; 1 for the reference itself."""
    if row.row == cost.references.get(kind):
        return "1"
    return spread(_over(row, cost, kind))


def intervals(cost: rnnbench.CostFinding, kind: Any) -> str:
    """What lies around the ratios of a table, where it is the same for all of them."""
    found = [_over(row, cost, kind) for row, _ in timed(cost, kind)]
    kinds = {ratio.kind for ratio in found if ratio}
    return kinds.pop() if len(kinds) == 1 else "intervals"


def on_one_kernel(cost: rnnbench.CostFinding, kind: Any) -> list[Any]:
    """Pairs of rows on one kernel, kernel by kernel, the largest ratio first."""
    found = [pair for pair in cost.pairs if pair.kind == kind and pair.kernel]
    return sorted(found, key=lambda pair: (pair.kernel, -pair.ratio.centre))


def _over(row: rnnbench.CostRow, cost: rnnbench.CostFinding, kind: Any) -> rnnbench.Range | None:
    pace = row.paces[kind]
    return pace.over if cost.references.get(kind) else pace.ratio
