"""The table of costs: one row a figure of one cell in one cost trial."""

from collections.abc import Iterator

from rnnbench.records import CellUse, CostTrial, Result, trial_id
from rnnbench.tables.cost_columns import COLUMNS
from rnnbench.tables.cost_kinds import kinds_of, why_absent
from rnnbench.tables.lines import Line, joined, with_prefix
from rnnbench.tables.schema import Table

PREFIXES = {"option_*": "an option of the cell, such as `option_chrono`"}


def _lines(result: Result) -> Iterator[Line]:
    trial = result.trial
    if not isinstance(trial, CostTrial):
        return
    same = _same(trial, result)
    for cell in trial.cells:
        for line in _figures(cell, trial, result):
            yield same | _of_cell(cell) | line


def _same(trial: CostTrial, result: Result) -> Line:
    """What all figures of a trial share."""
    shape = trial.shape
    budgeted = shape.parameters is not None
    return {
        "trial": trial_id(trial),
        "measurement": trial.measurement,
        "steps": shape.steps,
        "batch": shape.batch,
        "hidden": None if budgeted else shape.hidden,
        "inputs": None if shape.frame else shape.inputs,
        "frame": "x".join(map(str, shape.frame)) if shape.frame else None,
        "parameters_budget": shape.parameters,
        "session": trial.session,
        "replicate": trial.round,
        "threads": trial.threads,
        "device": trial.device,
        "executor": result.provenance.executor,
        "shared": result.provenance.shared,
        "machine": result.provenance.machine.processor,
        "accelerator": result.provenance.machine.accelerator,
    }


def _of_cell(cell: CellUse) -> Line:
    return {
        "row": cell.row,
        "cell": cell.name,
        "implementation": cell.implementation,
        **with_prefix("option", cell.options),
    }


def _figures(cell: CellUse, trial: CostTrial, result: Result) -> Iterator[Line]:
    """Each figure of a cell, or why it is absent."""
    row = next((row for row in result.costs if row.row == cell.row), None)
    for kind in kinds_of(trial):
        line: Line = {"figure": kind.name, "unit": kind.unit}
        line |= {"statistic": kind.statistic, "repeats": 0}
        if row is None:
            reason = result.absent.get(cell.row) or result.reason
            yield line | {"reason": joined([reason]) or result.status}
            continue
        value = kind.value(row)
        line |= {"kernel": row.kernel, "parameters": row.parameters}
        if value is None:
            yield line | {"reason": why_absent(kind, row, result)}
        else:
            yield line | {"value": float(value), "repeats": kind.repeats(row), "reason": ""}


COSTS = Table(name="costs", row="figure of cost", columns=COLUMNS, prefixes=PREFIXES, lines=_lines)
"""A row a figure, of each cell in each replicate. A cell without a row, and a figure that a row
lacks, have a reason in place of the value."""
