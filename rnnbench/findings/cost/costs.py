"""Cost results gathered by their setting; replicates are the unit."""

from collections.abc import Sequence
from typing import Any, TypeVar

from rnnbench.findings.cost import summary
from rnnbench.findings.cost.absences import absences
from rnnbench.findings.cost.grouping import (
    asked_reference,
    by_setting,
    cost_trial,
    learners,
    named_figures,
    place_words,
    served_reference,
    timed,
    timed_rows,
)
from rnnbench.findings.cost.pairs import kernel_pairs, pairs
from rnnbench.findings.cost.records import (
    CostFinding,
    CostPair,
    CostRow,
    KernelPair,
    StepKind,
    StepTime,
    Timeline,
)
from rnnbench.findings.cost.step_times import KINDS, TimedRow, step_seconds, step_times
from rnnbench.findings.cost.stopping_reasons import endings
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


def costs(results: Sequence[Result]) -> tuple[CostFinding, ...]:
    """One finding for each setting of the measurement, with a row for each cell. Replicates of
    different settings (or of cells with other options) are never pooled."""
    groups = by_setting(result for result in results if result.costs)
    ordered = sorted(
        groups, key=lambda group: (_place(cost_trial(group[0])), cost_trial(group[0]).repeats)
    )
    shapes = [cost_trial(group[0]).shape for group in ordered]
    return tuple(
        _finding(group, crowded=shapes.count(shape) > 1)
        for group, shape in zip(ordered, shapes, strict=True)
    )


def _place(trial: CostTrial) -> tuple[Any, ...]:
    shape = trial.shape
    size = (
        shape.frame is not None,
        shape.batch,
        shape.parameters or 0,
        shape.hidden,
        shape.inputs,
        shape.steps,
    )
    return *size, trial.threads, trial.device, trial.label


def _finding(group: Sequence[Result], *, crowded: bool) -> CostFinding:
    trial = cost_trial(group[0])
    figures = named_figures(group)
    asked = asked_reference(group)
    tables: dict[StepKind, dict[str, StepTime]] = {}
    references: dict[StepKind, str] = {}
    between: list[CostPair] = []
    on_kernels: list[KernelPair] = []
    for measurement, kind in KINDS.items():
        times = timed(measurement, figures)
        if not times:
            continue
        references[kind] = served_reference(kind, times, asked)
        tables[kind] = step_times(times, references[kind])
        found_pairs = pairs(kind, learners(kind, times))
        between += found_pairs
        on_kernels += kernel_pairs(
            kind, learners(kind, times), found_pairs, references[kind], tables[kind]
        )
    found = tuple(_row(name, figures[name], group, tables) for name in figures)
    title = (
        f"{trial.shape}"
        + (f", {trial.repeats} steps a replicate" if crowded else "")
        + place_words(trial)
    )
    return CostFinding(
        shape=trial.shape,
        threads=trial.threads,
        device=trial.device,
        title=title,
        answer=summary.costs(found, references, between, on_kernels),
        rows=found,
        pairs=tuple(between),
        reference=asked,
        references=references,
        kernel_pairs=tuple(on_kernels),
        endings=dict(endings(group)),
        absent=tuple(absences(group)),
        matrix_flops_per_second=_around(group, "matrix_flops_per_second"),
        copied_bytes_per_second=_around(group, "copied_bytes_per_second"),
        energy_meter=_energy_meter(group),
    )


def _energy_meter(group: Sequence[Result]) -> str:
    meters = {result.surroundings.energy_meter for result in group if result.surroundings}
    return " or ".join(sorted(filter(None, meters)))


def _row(
    name: str,
    figures: Sequence[tuple[CostTrial, CostFigure]],
    group: Sequence[Result],
    tables: dict[StepKind, dict[str, StepTime]],
) -> CostRow:
    memories, timelines = _of(figures, MemoryRow), _of(figures, TimelineRow)
    counted, steps = _of(figures, InstructionsRow), _of(figures, OperationsRow)
    peaks = [float(memory.peak_bytes) for memory in memories if memory.peak_bytes is not None]
    training = timed_rows(figures, "train-step-time")
    trial, first = next((pair for pair in figures if isinstance(pair[1], TimeRow)), figures[0])
    joules = [seen.row.joules for seen in training if seen.row.joules is not None]
    return CostRow(
        row=name,
        cell=next(cell.name for cell in trial.cells if cell.row == first.row),
        kernel=first.kernel,
        parameters=first.parameters,
        parameter_bytes=memories[0].parameter_bytes if memories else None,
        state_bytes=memories[0].state_bytes if memories else None,
        saved_bytes=memories[0].saved_bytes if memories else None,
        peak_bytes=spread(peaks) if peaks else None,
        memory_meter=memories[0].meter if memories else "",
        step_times={kind: table[name] for kind, table in tables.items() if name in table},
        first_call_seconds=(
            spread([seen.row.first_call_seconds for seen in training]) if training else None
        ),
        flops=steps[0].flops if steps else None,
        counted_form=steps[0].form if steps else "",
        matrix_share=_matrix_share(training, steps[0].flops, group) if training and steps else None,
        instructions=spread([float(row.instructions) for row in counted]) if counted else None,
        joules=spread(joules) if joules else None,
        timeline=(
            Timeline(timelines[0].seconds, timelines[0].bytes, timelines[0].meter)
            if timelines
            else None
        ),
    )


def _of(figures: Sequence[tuple[CostTrial, CostFigure]], kind: type[Figure]) -> list[Figure]:
    return [figure for _, figure in figures if isinstance(figure, kind)]


def _matrix_share(
    training: Sequence[TimedRow], flops: int, group: Sequence[Result]
) -> Range | None:
    """Each replicate against what the machine could do at that moment."""
    rates = {
        trial_id(result.trial): result.surroundings.matrix_flops_per_second
        for result in group
        if result.surroundings
    }
    medians = step_seconds(training)
    shares = [
        flops / seconds / rate
        for seen, seconds in zip(training, medians, strict=True)
        if (rate := rates.get(trial_id(seen.trial)))
    ]
    return spread(shares) if shares else None


def _around(group: Sequence[Result], figure: str) -> Range | None:
    values = [getattr(result.surroundings, figure) for result in group if result.surroundings]
    known = [float(value) for value in values if value is not None]
    return spread(known) if known else None
