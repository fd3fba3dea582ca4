"""Cost results by the setting under which they were measured, and what was measured of each row."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from msgspec.structs import replace

from rnnbench.findings.cost.records import StepKind
from rnnbench.findings.cost.step_times import TimedRow
from rnnbench.findings.rows import rows
from rnnbench.records import CostFigure, CostTrial, Result, TimeRow, canonical

NO_LIMITS: dict[str, Any] = {"limit_seconds": 0.0, "limit_memory_mib": 0, "limit_output_mib": 0}


def by_setting(results: Iterable[Result], **alike: Any) -> list[list[Result]]:
    """Groups of cost results whose trials are equal in what they were measured under, but for what
    is set `alike`."""
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
    """The trial of a cost result."""
    assert isinstance(result.trial, CostTrial)
    return result.trial


def place_words(trial: CostTrial) -> str:
    """What tells its setting from others of the same shape, for the end of a title: `, 2 threads,
    cuda`."""
    threads = f"{trial.threads} threads" if trial.threads > 1 else ""
    device = trial.device if trial.device != "cpu" else ""
    return "".join(f", {word}" for word in (threads, device, trial.label) if word)


def named_figures(group: Sequence[Result]) -> dict[str, list[tuple[CostTrial, CostFigure]]]:
    """What was measured of each cell, by its row, with the trials; cells of one label are told
    apart."""
    named = rows(cell for result in group for cell in cost_trial(result).cells)
    figures: dict[str, list[tuple[CostTrial, CostFigure]]] = defaultdict(list)
    for result in group:
        trial = cost_trial(result)
        keys = {cell.row: canonical(cell) for cell in trial.cells}
        for figure in result.costs:
            figures[named[keys[figure.row]]].append((trial, figure))
    return dict(sorted(figures.items()))


def timed_rows(figures: Iterable[tuple[CostTrial, CostFigure]], measurement: str) -> list[TimedRow]:
    """The times among figures of one cell, of one kind of step, in the order of session and
    round."""
    found = [
        TimedRow(trial, next(cell for cell in trial.cells if cell.row == figure.row), figure)
        for trial, figure in figures
        if isinstance(figure, TimeRow) and trial.measurement == measurement
    ]
    return sorted(found, key=lambda seen: (seen.trial.session, seen.trial.round))


def timed(
    measurement: str, figures: dict[str, list[tuple[CostTrial, CostFigure]]]
) -> dict[str, list[TimedRow]]:
    """The times of one kind of step by row, of the rows that have some."""
    times = {row: timed_rows(found, measurement) for row, found in figures.items()}
    return {row: seen for row, seen in times.items() if seen}


def learners(kind: StepKind, times: dict[str, list[TimedRow]]) -> dict[str, list[TimedRow]]:
    """The rows that have such a step: what has nothing to learn takes no training step."""
    return {row: seen for row, seen in times.items() if kind != "train" or seen[0].row.parameters}


def asked_reference(group: Iterable[Result]) -> str:
    """The row over which times were to be stated when the first of these results was started; "" is
    the reference cell. Whoever names another one after that changes nothing: figures that are known
    would choose it."""
    for result in sorted(group, key=lambda result: result.started):
        if result.aim:
            return result.aim.reference
    return ""


def served_reference(kind: StepKind, times: dict[str, list[TimedRow]], asked: str) -> str:
    """The row over which this kind of step is stated: the one asked for, or the reference cell, "",
    where that row has no such step."""
    return asked if asked in learners(kind, times) else ""
