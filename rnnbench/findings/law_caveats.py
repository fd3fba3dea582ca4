"""Laws that a cell fails, as caveats of every figure that shows it."""

from collections.abc import Iterator, Sequence

from rnnbench.findings.cost_records import CostFinding
from rnnbench.findings.records import Condition
from rnnbench.records import CostTrial, Outcome, Result


def law_caveats(
    checks: Sequence[Outcome],
    results: Sequence[Result],
    conditions: Sequence[Condition],
    costs: Sequence[CostFinding],
) -> Iterator[str]:
    """A sentence for each law that a cell fails, and one for the laws that were not decided; each says where the cell
    is shown. Cells that are shown nowhere are passed over."""
    rows = _rows_by_cell(results)
    for name in sorted({outcome.subject for outcome in checks}):
        where = _where(rows.get(name, set()), conditions, costs)
        if not where:
            continue
        shown = f"It is shown in {', '.join(where)}."
        of_cell = [outcome for outcome in checks if outcome.subject == name and outcome.status == "failed"]
        for outcome in of_cell:
            if outcome.decided:
                yield f"Cell '{name}' fails the law '{outcome.check}': {outcome.sentence}. {shown}"
        open_laws = [outcome for outcome in of_cell if not outcome.decided]
        if open_laws:
            laws = ", ".join(outcome.check for outcome in open_laws)
            yield f"Cell '{name}' was not checked for the laws {laws}: {open_laws[0].sentence}. {shown}"


def _rows_by_cell(results: Sequence[Result]) -> dict[str, set[str]]:
    """The rows under which each cell is shown."""
    rows: dict[str, set[str]] = {}
    for result in results:
        trial = result.trial
        cells = trial.cells if isinstance(trial, CostTrial) else (trial.cell,)
        for cell in cells:
            rows.setdefault(cell.name, set()).add(cell.row)
    return rows


def _where(rows: set[str], conditions: Sequence[Condition], costs: Sequence[CostFinding]) -> list[str]:
    """The titles of what shows one of these rows."""
    found = [condition.title for condition in conditions if any(arm.row in rows for arm in condition.arms)]
    for finding in costs:
        if any(row.row in rows for row in finding.rows):
            found.append(f"cost, {finding.title}")
    return found
