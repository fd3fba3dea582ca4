"""Cost results by the setting under which they were measured, and their figures by row."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any

from msgspec.structs import replace

from rnnbench.findings.cost.records import StepKind
from rnnbench.findings.cost.step_times import TimedRow
from rnnbench.findings.rows import rows
from rnnbench.records import CostFigure, CostTrial, Result, TimeRow, canonical

NO_LIMITS: dict[str, Any] = {"limit_seconds": 0.0, "limit_memory_mib": 0, "limit_output_mib": 0}


def by_setting(results: Iterable[Result], **alike: Any) -> list[list[Result]]:
    """Return groups of cost results that were measured under one setting.

    alike: fields of the trial that may differ within a group, with any one value for each.
    """
    groups: dict[bytes, list[Result]] = defaultdict(list)
    for result in results:
        trial: CostTrial = replace(
            cost_trial(result),
            cells=(),
            round=0,
            measurement="train-step-time",
            session="",
            **NO_LIMITS,
        )
        groups[canonical(replace(trial, **alike))].append(result)
    return list(groups.values())


def cost_trial(result: Result) -> CostTrial:
    """Return the trial of a cost result."""
    assert isinstance(result.trial, CostTrial)
    return result.trial


def place_words(trial: CostTrial) -> str:
    """Return the setting without its shape, for the end of a title: `, 2 threads, cuda`."""
    threads = f"{trial.threads} threads" if trial.threads > 1 else ""
    device = trial.device if trial.device != "cpu" else ""
    return "".join(f", {word}" for word in (threads, device, trial.label) if word)


def named_figures(group: Sequence[Result]) -> dict[str, list[tuple[CostTrial, CostFigure]]]:
    """Return the figures of each cell with their trials, by its row.

    Different cells of one label have different rows.
    """
    row_names = rows(chain.from_iterable(cost_trial(result).cells for result in group))
    figures: dict[str, list[tuple[CostTrial, CostFigure]]] = defaultdict(list)
    for result in group:
        trial = cost_trial(result)
        keys = {cell.row: canonical(cell) for cell in trial.cells}
        for figure in result.costs:
            figures[row_names[keys[figure.row]]].append((trial, figure))
    return dict(sorted(figures.items()))


def timed_rows(figures: Iterable[tuple[CostTrial, CostFigure]], measurement: str) -> list[TimedRow]:
    """Return the times of one kind of step among the figures of one cell.

    They are in the order of session and round.
    """
    timed_figures = []
    for trial, figure in figures:
        if isinstance(figure, TimeRow) and trial.measurement == measurement:
            cell = next(cell for cell in trial.cells if cell.row == figure.row)
            timed_figures.append(TimedRow(trial, cell, figure))
    return sorted(timed_figures, key=lambda timed: (timed.trial.session, timed.trial.round))


def timed(
    measurement: str, figures: dict[str, list[tuple[CostTrial, CostFigure]]]
) -> dict[str, list[TimedRow]]:
    """Return the times of one kind of step by row, of the rows that have some."""
    times = {row: timed_rows(of_row, measurement) for row, of_row in figures.items()}
    return {row: replicates for row, replicates in times.items() if replicates}


def learners(kind: StepKind, times: dict[str, list[TimedRow]]) -> dict[str, list[TimedRow]]:
    """Return the rows that have such a step: a cell without parameters takes no training step."""
    if kind != "train":
        return dict(times)
    return {row: replicates for row, replicates in times.items() if replicates[0].row.parameters}


def asked_reference(group: Iterable[Result]) -> str:
    """Return the row over which times were to be stated; "" is the reference cell.

    The first result that was started decides: to name another row later would be a choice made in
    view of the figures.
    """
    for result in sorted(group, key=lambda result: result.started):
        if result.precision_target:
            return result.precision_target.reference
    return ""


def served_reference(kind: StepKind, times: dict[str, list[TimedRow]], asked: str) -> str:
    """Return the row over which this kind of step is stated.

    It is the row asked for, or the reference cell, "", where that row has no such step.
    """
    return asked if asked in learners(kind, times) else ""
