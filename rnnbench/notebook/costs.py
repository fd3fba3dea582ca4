"""The frame of costs: one row a figure of one cell in one cost trial."""

from collections.abc import Iterator, Sequence
from itertools import chain

import pandas as pd

from rnnbench.notebook.cost_kinds import kinds_of, why_absent
from rnnbench.notebook.frames import COUNT, FLAG, NUMBER, TEXT, Line, frame, joined, with_prefix
from rnnbench.records import CellUse, CostTrial, Result, trial_id

COLUMNS = {
    "trial": TEXT,
    "row": TEXT,
    "cell": TEXT,
    "implementation": TEXT,
    "measurement": TEXT,
    "steps": COUNT,
    "batch": COUNT,
    "hidden": COUNT,
    "inputs": COUNT,
    "frame": TEXT,
    "parameters_budget": COUNT,
    "session": TEXT,
    "replicate": COUNT,
    "figure": TEXT,
    "unit": TEXT,
    "statistic": TEXT,
    "value": NUMBER,
    "repeats": COUNT,
    "reason": TEXT,
    "kernel": TEXT,
    "parameters": COUNT,
    "threads": COUNT,
    "device": TEXT,
    "executor": TEXT,
    "shared": FLAG,
    "machine": TEXT,
    "accelerator": TEXT,
}


def costs(results: Sequence[Result]) -> pd.DataFrame:
    """One row a figure, such as `cpu_seconds` or `peak_bytes`, of each cell in each replicate.

    `value` is in `unit`, the `statistic` of so many `repeats` in one process; replicates are
    processes. A cell without a row, and a figure that a row lacks, have a `reason` in place of the
    value. Sizes are those that were asked for: `steps` of each of `batch` sequences, `hidden` units
    (or, where there is a `parameters_budget`, what it gives), and `inputs` features (or a `frame`,
    CxHxW). `parameters` are those of the layer.
    """
    return frame(chain.from_iterable(map(_lines, results)), COLUMNS)


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
