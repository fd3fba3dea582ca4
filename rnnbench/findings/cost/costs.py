"""Cost findings: the results of each setting, with replicates as the unit."""

from collections.abc import Sequence
from itertools import chain
from typing import Any, NamedTuple

from rnnbench.findings.cost import summary
from rnnbench.findings.cost.absences import absences
from rnnbench.findings.cost.cost_rows import cost_row, matrix_rates
from rnnbench.findings.cost.grouping import (
    asked_reference,
    by_setting,
    cost_trial,
    learners,
    named_figures,
    place_words,
    served_reference,
    timed,
)
from rnnbench.findings.cost.pairs import kernel_pairs, pairs
from rnnbench.findings.cost.records import CostFinding, CostPair, KernelPair, StepKind, StepTime
from rnnbench.findings.cost.step_times import KINDS, TimedRow, step_times
from rnnbench.findings.cost.stopping_reasons import stopping_reasons
from rnnbench.findings.stats.estimates import spread
from rnnbench.findings.stats.ranges import Range
from rnnbench.records import CostTrial, Result


class _StepFigures(NamedTuple):
    """The figures of one kind of step: its reference, times by row, and pairs of rows."""

    reference: str
    table: dict[str, StepTime]
    pairs: Sequence[CostPair]
    kernel_pairs: Sequence[KernelPair]


def costs(results: Sequence[Result]) -> tuple[CostFinding, ...]:
    """Return one finding for each setting of the measurement, with a row for each cell.

    Replicates of different settings (or of cells with other options) are never pooled.
    """
    return tuple(_finding(group, title) for title, group in titled(results))


def titled(results: Sequence[Result]) -> list[tuple[str, list[Result]]]:
    """Return title and results of each setting with figures, in the order of shape and place."""
    groups = by_setting(result for result in results if result.costs)
    ordered = sorted(groups, key=lambda group: _order(cost_trial(group[0])))
    shapes = [cost_trial(group[0]).shape for group in ordered]
    found = []
    for group, shape in zip(ordered, shapes, strict=True):
        title = _title(cost_trial(group[0]), shares_shape=shapes.count(shape) > 1)
        found.append((title, group))
    return found


def _order(trial: CostTrial) -> tuple[Any, ...]:
    """Return a key that sorts settings: by shape, then by place, then by steps a replicate."""
    shape = trial.shape
    size = (
        shape.frame is not None,
        shape.batch,
        shape.parameters or 0,
        shape.hidden,
        shape.inputs,
        shape.steps,
    )
    return (*size, trial.threads, trial.device, trial.label), trial.repeats


def _finding(group: Sequence[Result], title: str) -> CostFinding:
    trial = cost_trial(group[0])
    figures = named_figures(group)
    asked = asked_reference(group)
    steps: dict[StepKind, _StepFigures] = {}
    for measurement, kind in KINDS.items():
        times = timed(measurement, figures)
        if times:
            steps[kind] = _step_figures(kind, times, asked)
    tables = {kind: of_kind.table for kind, of_kind in steps.items()}
    references = {kind: of_kind.reference for kind, of_kind in steps.items()}
    all_pairs = tuple(chain.from_iterable(of_kind.pairs for of_kind in steps.values()))
    on_kernels = tuple(chain.from_iterable(of_kind.kernel_pairs for of_kind in steps.values()))
    rates = matrix_rates(group)
    rows = tuple(cost_row(name, figures[name], rates, tables) for name in figures)
    return CostFinding(
        shape=trial.shape,
        threads=trial.threads,
        device=trial.device,
        title=title,
        answer=summary.costs(rows, references, all_pairs, on_kernels),
        rows=rows,
        pairs=all_pairs,
        reference=asked,
        references=references,
        kernel_pairs=on_kernels,
        stopping_reasons=dict(stopping_reasons(group)),
        absent=tuple(absences(group)),
        matrix_flops_per_second=_machine_figure(group, "matrix_flops_per_second"),
        copied_bytes_per_second=_machine_figure(group, "copied_bytes_per_second"),
        energy_meter=_energy_meter(group),
    )


def _step_figures(kind: StepKind, times: dict[str, list[TimedRow]], asked: str) -> _StepFigures:
    reference = served_reference(kind, times, asked)
    table = step_times(times, reference)
    learning = learners(kind, times)
    found = pairs(kind, learning)
    on_kernels = tuple(kernel_pairs(kind, learning, found, reference, table))
    return _StepFigures(reference, table, found, on_kernels)


def _title(trial: CostTrial, *, shares_shape: bool) -> str:
    """Return the setting in words; steps a replicate tell apart settings that share a shape."""
    repeats = f", {trial.repeats} steps a replicate" if shares_shape else ""
    return f"{trial.shape}{repeats}{place_words(trial)}"


def _energy_meter(group: Sequence[Result]) -> str:
    meters = {result.surroundings.energy_meter for result in group if result.surroundings}
    return " or ".join(sorted(filter(None, meters)))


def _machine_figure(group: Sequence[Result], figure: str) -> Range | None:
    """Return a figure of the machine around each trial, with its range; None where unknown."""
    values = [getattr(result.surroundings, figure) for result in group if result.surroundings]
    known = [float(value) for value in values if value is not None]
    return spread(known) if known else None
