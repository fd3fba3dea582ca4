"""For a paper: the table of scores against the numbers in the state, and who misses a budget."""

from collections.abc import Sequence

import rnnbench
from rnnbench_reports.paper_table import Entry, PaperTable

STATES = (
    "State: numbers that the model carries from one step to the next for one sequence, all layers"
    " together. Off: how far the model is from the budget that its condition has for all cells."
    " Test score: median over seeds."
)

OFF = " Off the budget by over 2 %: {}."


def states(findings: rnnbench.Findings) -> PaperTable:
    """Return the table of scores against the numbers in the state."""
    groups = []
    for finding in findings.state_sizes:
        rows: list[tuple[Entry, ...]] = []
        for curve in finding.curves:
            rows += [_row(finding, curve.row, point) for point in curve.points]
        groups.append(tuple(rows))
    return PaperTable(
        name="states",
        caption=f"Scores against numbers in the state, suite {findings.suite}"
        f" {findings.suite_version}",
        heading=("task", "cell", "state", "parameters", "off", "test score"),
        groups=tuple(groups),
        note=STATES,
    )


def _row(
    finding: rnnbench.StateSizeFinding, row: str, point: rnnbench.SizedScore
) -> tuple[Entry, ...]:
    off = None if point.off_budget is None else rnnbench.text.deviation(point.off_budget)
    title = f"{finding.title} ({finding.metric.name})"
    return title, row, point.state_floats, point.parameters, off, point.score


def off_budgets(conditions: Sequence[rnnbench.Condition]) -> str:
    """Return a note on the cells that miss a budget, each with its deviation; "" without any."""
    found = []
    for condition in conditions:
        cells = [arm for arm in condition.arms if arm.misses_budget]
        if cells:
            deviations = [
                f"{arm.row} {rnnbench.text.deviation(arm.off_budget or 0)}" for arm in cells
            ]
            found.append(f"{condition.title}, {rnnbench.text.listed(deviations)}")
    return OFF.format("; ".join(found)) if found else ""
