"""One row of a cost finding: all figures of one cell under one setting."""

from collections.abc import Mapping, Sequence
from typing import TypeVar

from rnnbench.findings.cost.grouping import timed_rows
from rnnbench.findings.cost.records import CostRow, StepKind, StepTime, Timeline
from rnnbench.findings.cost.step_times import TimedRow, step_seconds
from rnnbench.findings.stats.estimates import spread
from rnnbench.findings.stats.ranges import Range
from rnnbench.records import (
    CostFigure,
    CostTrial,
    InstructionsRow,
    MemoryRow,
    OperationsRow,
    Result,
    TimelineRow,
    TimeRow,
    trial_id,
)

Figure = TypeVar("Figure", bound=CostFigure)
Figures = Sequence[tuple[CostTrial, CostFigure]]


def cost_row(
    name: str,
    figures: Figures,
    matrix_rates: Mapping[str, float | None],
    tables: Mapping[StepKind, Mapping[str, StepTime]],
) -> CostRow:
    """Return the row of this name.

    figures: those of the cell, with their trials.
    matrix_rates: see `matrix_rates`.
    tables:  the time of each kind of step, by row.
    """
    trial, first = _leading_figure(figures)
    memory = _first(figures, MemoryRow)
    operations = _first(figures, OperationsRow)
    timeline = _first(figures, TimelineRow)
    training = timed_rows(figures, "train-step-time")
    peaks = [row.peak_bytes for row in _of_type(figures, MemoryRow)]
    matrix_share = None
    if operations:
        matrix_share = _matrix_share(training, operations.flops, matrix_rates)
    instructions = [row.instructions for row in _of_type(figures, InstructionsRow)]
    return CostRow(
        row=name,
        cell=next(cell.name for cell in trial.cells if cell.row == first.row),
        kernel=first.kernel,
        parameters=first.parameters,
        parameter_bytes=memory.parameter_bytes if memory else None,
        state_bytes=memory.state_bytes if memory else None,
        saved_bytes=memory.saved_bytes if memory else None,
        peak_bytes=_spread(peaks),
        memory_meter=memory.meter if memory else "",
        step_times={kind: table[name] for kind, table in tables.items() if name in table},
        first_call_seconds=_spread([replicate.row.first_call_seconds for replicate in training]),
        flops=operations.flops if operations else None,
        counted_form=operations.form if operations else "",
        matrix_share=matrix_share,
        instructions=_spread(instructions),
        joules=_spread([replicate.row.joules for replicate in training]),
        timeline=Timeline(timeline.seconds, timeline.bytes, timeline.meter) if timeline else None,
    )


def _leading_figure(figures: Figures) -> tuple[CostTrial, CostFigure]:
    """Return the first time with its trial; the first figure where no time was measured."""
    for trial, figure in figures:
        if isinstance(figure, TimeRow):
            return trial, figure
    return figures[0]


def _of_type(figures: Figures, figure_type: type[Figure]) -> list[Figure]:
    return [figure for _, figure in figures if isinstance(figure, figure_type)]


def _first(figures: Figures, figure_type: type[Figure]) -> Figure | None:
    return next(iter(_of_type(figures, figure_type)), None)


def _spread(values: Sequence[float | None]) -> Range | None:
    """Return the range of the known values; None where there is none."""
    known = [float(value) for value in values if value is not None]
    return spread(known) if known else None


def matrix_rates(group: Sequence[Result]) -> dict[str, float | None]:
    """Return the flops per second of a product of matrices around each trial, by its id."""
    return {
        trial_id(result.trial): result.surroundings.matrix_flops_per_second
        for result in group
        if result.surroundings
    }


def _matrix_share(
    training: Sequence[TimedRow], flops: int, rates: Mapping[str, float | None]
) -> Range | None:
    """Return flops per second over what the machine could do at the time of each replicate."""
    shares = []
    for replicate, seconds in zip(training, step_seconds(training), strict=True):
        rate = rates.get(trial_id(replicate.trial))
        if rate:
            shares.append(flops / seconds / rate)
    return spread(shares) if shares else None
