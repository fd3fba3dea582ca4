"""Cost results gathered by their setting; replicates are the unit."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from msgspec.structs import replace

from rnnbench.findings import wording
from rnnbench.findings.estimates import INTERVAL_REPLICATES, ratio, spread
from rnnbench.findings.grouping import rows
from rnnbench.findings.records import CostFinding, CostRow
from rnnbench.records import CostTrial, MemoryRow, Result, TimeRow, canonical

STEADY_CLOCK = 0.95
NO_LIMITS: dict[str, Any] = {"limit_seconds": 0.0, "limit_memory_mib": 0, "limit_output_mib": 0}


def costs(results: Sequence[Result]) -> tuple[CostFinding, ...]:
    """One finding for each setting of the measurement, with a row for each cell. Replicates of different settings (or
    of cells with other options) are never pooled."""
    groups: dict[bytes, list[Result]] = defaultdict(list)
    for result in results:
        if result.costs:
            setting = replace(cost_trial(result), cells=(), round=0, measurement="train-step-time", **NO_LIMITS)
            groups[canonical(setting)].append(result)
    ordered = sorted(groups.values(), key=lambda group: (str(cost_trial(group[0]).shape), cost_trial(group[0]).repeats))
    shapes = [cost_trial(group[0]).shape for group in ordered]
    return tuple(_finding(group, crowded=shapes.count(shape) > 1) for group, shape in zip(ordered, shapes, strict=True))


def cost_trial(result: Result) -> CostTrial:
    """The trial of a cost result."""
    assert isinstance(result.trial, CostTrial)
    return result.trial


def _finding(group: Sequence[Result], *, crowded: bool) -> CostFinding:
    trial = cost_trial(group[0])
    named = rows(cell for result in group for cell in cost_trial(result).cells)
    figures: dict[str, list[TimeRow | MemoryRow]] = defaultdict(list)
    for result in group:
        keys = {cell.row: canonical(cell) for cell in cost_trial(result).cells}
        for figure in result.costs:
            figures[named[keys[figure.row]]].append(figure)
    title = f"{trial.shape}" + (f", {trial.repeats} steps a replicate" if crowded else "")
    found = tuple(_row(name, figures[name]) for name in sorted(figures))
    return CostFinding(shape=trial.shape, title=title, answer=wording.costs(found), rows=found)


def _row(name: str, figures: Sequence[TimeRow | MemoryRow]) -> CostRow:
    times = [figure for figure in figures if isinstance(figure, TimeRow)]
    memories = [figure for figure in figures if isinstance(figure, MemoryRow)]
    peaks = [float(memory.peak_bytes) for memory in memories if memory.peak_bytes is not None]
    return CostRow(
        row=name,
        kernel=figures[0].kernel,
        parameters=figures[0].parameters,
        parameter_bytes=memories[0].parameter_bytes if memories else None,
        step_seconds=spread([float(np.median(t.cpu_seconds)) for t in times]) if times else None,
        ratio_to_ruler=ratio([t.log_ratio_to_ruler for t in times]) if times else None,
        first_call_seconds=spread([t.first_call_seconds for t in times]) if times else None,
        peak_bytes=spread(peaks) if peaks else None,
        memory_meter=memories[0].meter if memories else "",
    )


def cost_doubts(results: Sequence[Result], costs: Sequence[CostFinding]) -> Iterator[str]:
    """What to hold against cost figures."""
    timed = [row for finding in costs for row in finding.rows if row.step_seconds]
    replicates = [row.step_seconds.n for row in timed if row.step_seconds]
    if replicates and min(replicates) < INTERVAL_REPLICATES:
        few = min(replicates)
        yield f"Cost figures rest on {few} replicates; from {INTERVAL_REPLICATES} on they carry an interval."
    if len({row.row for row in timed}) > 1:
        yield (
            "A ratio of times between different kinds of cells moves with the speed of the machine: "
            "it holds to 5-15 % from one occasion to another, whatever its range here."
        )
    rows = [row for result in results for row in result.costs if isinstance(row, TimeRow)]
    unsteady = sum(float(np.sum(r.cpu_seconds)) < STEADY_CLOCK * float(np.sum(r.wall_seconds)) for r in rows)
    if unsteady:
        yield f"{unsteady} of {len(rows)} time measurements lost over 5 % of wall time to other work on the machine."
    shared = {result.provenance.executor for result in results if result.costs and result.provenance.shared}
    if shared:
        yield f"Cost figures were measured on machines shared with other work ({', '.join(sorted(shared))})."
