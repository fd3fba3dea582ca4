"""Cost results gathered by their setting; replicates are the unit."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from msgspec.structs import replace

from rnnbench.findings import cost_wording
from rnnbench.findings.absences import absences
from rnnbench.findings.cost_records import CostFinding, CostPair, CostRow, Timeline
from rnnbench.findings.endings import endings
from rnnbench.findings.estimates import spread
from rnnbench.findings.grouping import rows
from rnnbench.findings.paces import KINDS, Seen, pace, pairs
from rnnbench.findings.ranges import Range
from rnnbench.records import (
    CostFigure,
    CostTrial,
    InstructionsRow,
    MemoryRow,
    OperationsRow,
    Result,
    TimelineRow,
    TimeRow,
    canonical,
    trial_id,
)

NO_LIMITS: dict[str, Any] = {"limit_seconds": 0.0, "limit_memory_mib": 0, "limit_output_mib": 0}
Figure = TypeVar("Figure", bound=CostFigure)


def costs(results: Sequence[Result]) -> tuple[CostFinding, ...]:
    """One finding for each setting of the measurement, with a row for each cell. Replicates of different settings (or
    of cells with other options) are never pooled."""
    groups = by_setting(result for result in results if result.costs)
    ordered = sorted(groups, key=lambda group: (_place(cost_trial(group[0])), cost_trial(group[0]).repeats))
    shapes = [cost_trial(group[0]).shape for group in ordered]
    return tuple(_finding(group, crowded=shapes.count(shape) > 1) for group, shape in zip(ordered, shapes, strict=True))


def by_setting(results: Iterable[Result], **alike: Any) -> list[list[Result]]:
    """Groups of cost results whose trials are equal in what they were measured under, but for what is set `alike`."""
    groups: dict[bytes, list[Result]] = defaultdict(list)
    for result in results:
        trial: CostTrial = replace(
            cost_trial(result), cells=(), round=0, measurement="train-step-time", occasion="", **NO_LIMITS
        )
        groups[canonical(replace(trial, **alike))].append(result)
    return list(groups.values())


def cost_trial(result: Result) -> CostTrial:
    """The trial of a cost result."""
    assert isinstance(result.trial, CostTrial)
    return result.trial


def place_words(trial: CostTrial) -> str:
    """What tells its setting from others of the same shape, for the end of a title: `, 2 threads, cuda`."""
    threads = f"{trial.threads} threads" if trial.threads > 1 else ""
    device = trial.device if trial.device != "cpu" else ""
    return "".join(f", {word}" for word in (threads, device, trial.label) if word)


def named_figures(group: Sequence[Result]) -> dict[str, list[tuple[CostTrial, CostFigure]]]:
    """What was measured of each cell, by its row, with the trials; cells of one label are told apart."""
    named = rows(cell for result in group for cell in cost_trial(result).cells)
    figures: dict[str, list[tuple[CostTrial, CostFigure]]] = defaultdict(list)
    for result in group:
        trial = cost_trial(result)
        keys = {cell.row: canonical(cell) for cell in trial.cells}
        for figure in result.costs:
            figures[named[keys[figure.row]]].append((trial, figure))
    return dict(sorted(figures.items()))


def seen_times(figures: Iterable[tuple[CostTrial, CostFigure]], measurement: str) -> list[Seen]:
    """The times among figures of one cell, of one kind of step, in the order of occasion and round."""
    found = [
        Seen(trial, next(cell for cell in trial.cells if cell.row == figure.row), figure)
        for trial, figure in figures
        if isinstance(figure, TimeRow) and trial.measurement == measurement
    ]
    return sorted(found, key=lambda seen: (seen.trial.occasion, seen.trial.round))


def _place(trial: CostTrial) -> tuple[Any, ...]:
    shape = trial.shape
    size = shape.frame is not None, shape.batch, shape.parameters or 0, shape.hidden, shape.inputs, shape.steps
    return *size, trial.threads, trial.device, trial.label


def _finding(group: Sequence[Result], *, crowded: bool) -> CostFinding:
    trial = cost_trial(group[0])
    figures = named_figures(group)
    found = tuple(_row(name, figures[name], group) for name in figures)
    title = f"{trial.shape}" + (f", {trial.repeats} steps a replicate" if crowded else "") + place_words(trial)
    between = tuple(pair for measurement in KINDS for pair in _pairs(measurement, figures))
    return CostFinding(
        shape=trial.shape,
        threads=trial.threads,
        device=trial.device,
        title=title,
        answer=cost_wording.costs(found, between),
        rows=found,
        pairs=between,
        endings=dict(endings(group)),
        absent=tuple(absences(group)),
        matrix_flops_per_second=_around(group, "matrix_flops_per_second"),
        copied_bytes_per_second=_around(group, "copied_bytes_per_second"),
        energy_meter=_energy_meter(group),
    )


def _energy_meter(group: Sequence[Result]) -> str:
    meters = {result.surroundings.energy_meter for result in group if result.surroundings}
    return " or ".join(sorted(filter(None, meters)))


def _pairs(measurement: str, figures: dict[str, list[tuple[CostTrial, CostFigure]]]) -> tuple[CostPair, ...]:
    seen = {row: times for row, found in figures.items() if (times := seen_times(found, measurement))}
    if measurement == "train-step-time":  # what has nothing to learn takes no training step
        seen = {row: times for row, times in seen.items() if times[0].row.parameters}
    return pairs(KINDS[measurement], seen) if len(seen) > 1 else ()


def _row(name: str, figures: Sequence[tuple[CostTrial, CostFigure]], group: Sequence[Result]) -> CostRow:
    memories, timelines = _of(figures, MemoryRow), _of(figures, TimelineRow)
    counted, steps = _of(figures, InstructionsRow), _of(figures, OperationsRow)
    peaks = [float(memory.peak_bytes) for memory in memories if memory.peak_bytes is not None]
    training = seen_times(figures, "train-step-time")
    paces = {kind: pace(seen) for measurement, kind in KINDS.items() if (seen := seen_times(figures, measurement))}
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
        paces=paces,
        first_call_seconds=spread([seen.row.first_call_seconds for seen in training]) if training else None,
        flops=steps[0].flops if steps else None,
        counted_form=steps[0].form if steps else "",
        matrix_share=_matrix_share(training, steps[0].flops, group) if training and steps else None,
        instructions=spread([float(row.instructions) for row in counted]) if counted else None,
        joules=spread(joules) if joules else None,
        timeline=Timeline(timelines[0].seconds, timelines[0].bytes, timelines[0].meter) if timelines else None,
    )


def _of(figures: Sequence[tuple[CostTrial, CostFigure]], kind: type[Figure]) -> list[Figure]:
    return [figure for _, figure in figures if isinstance(figure, kind)]


def _matrix_share(training: Sequence[Seen], flops: int, group: Sequence[Result]) -> Range | None:
    """Each replicate against what the machine could do at that moment."""
    rates = {
        trial_id(result.trial): result.surroundings.matrix_flops_per_second for result in group if result.surroundings
    }
    medians = pace(training).replicates
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
