"""From the results of a run to the values that a history keeps of it."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from msgspec.structs import replace

from rnnbench.compare import OUTCOME
from rnnbench.compare.circumstances import MODEL, PROCESSOR, SESSION, VARIABLES
from rnnbench.compare.figures import LAST_BITS, Figure, cost_figures, learning_figures
from rnnbench.compare.records import Direction
from rnnbench.compare.sessions import disturbed
from rnnbench.compare.subjects import Subject, subjects
from rnnbench.findings.learning.between_records import EPOCHS
from rnnbench.findings.learning.conditions import evaluated
from rnnbench.findings.learning.grouping import (
    by_cell_and_rate,
    learning_of,
    learning_trial,
    setting_of,
)
from rnnbench.history.environments import environment, machine
from rnnbench.history.records import Measured, Series
from rnnbench.records import LearningTrial, Result, trial_id

OVER_SEEDS = "{}, over seeds"
MACHINE = (PROCESSOR, MODEL, VARIABLES, "device")
"""Figures over seeds are held to it, so that no seed is taken from another machine; a version that
learns otherwise is a step of theirs."""
AT_SEED = re.compile(r"(\.rate[^.]+(\.\d+)?)?\.s\d+$")
"""What the title of a learning trial ends in."""


def gathered(results: Iterable[Result], commit: str) -> Iterator[Measured]:
    """Yield the values of all figures of these results, all of one commit.

    The figures are those that a gate compares, but for the epochs of curves, of which only the
    final figures are kept; and of each cell on each task the epochs to target and the score that
    decides, over its seeds.
    """
    everything = list(results)
    for subject in subjects(everything).values():
        yield from _of_subject(subject, commit)
    learning = [result for result in everything if isinstance(result.trial, LearningTrial)]
    yield from _over_seeds(learning, commit)


def started(result: Result) -> float:
    """Return when a trial started, in seconds since 1970; 0 where the result does not say."""
    try:
        return datetime.fromisoformat(result.started).timestamp()
    except (ValueError, OverflowError):
        return 0.0


def _of_subject(subject: Subject, commit: str) -> Iterator[Measured]:
    for result in subject.tried:
        outcome = Figure(
            name=OUTCOME, kind="outcome", value=result.status, direction="", held_to=LAST_BITS
        )
        for figure in (outcome, *_figures(result)):
            if figure.epoch is None and not _is_disturbed(figure, result):
                series = _series(result, subject.identity, subject.title, subject.row, figure)
                trial = f"{trial_id(result.trial)} on {machine(result)}"
                yield _measured(series, commit, trial, result, figure)


def has_disturbed_times(result: Result) -> bool:
    """Whether a result has ratios of times that a gate refuses, since others worked beside it."""
    return any(_is_disturbed(figure, result) for figure in _figures(result))


def _is_disturbed(figure: Figure, result: Result) -> bool:
    return SESSION in figure.held_to and bool(disturbed([result]))


def _figures(result: Result) -> Iterator[Figure]:
    if result.learning:
        yield from learning_figures(result.learning)
    for row in result.costs:
        yield from cost_figures(row, result.trial.threads)


def _over_seeds(results: Sequence[Result], commit: str) -> Iterator[Measured]:
    """Yield what each seed of a cell on a task contributes to figures over seeds.

    Of a cell whose learning rate was searched, the seeds are those at its best rate.
    """
    for _, group in evaluated(results):
        for tried in by_cell_and_rate(group).values():
            for result in tried.results[0]:
                yield from _of_seed(result, commit)


def _of_seed(result: Result, commit: str) -> Iterator[Measured]:
    """Yield the epochs to target, if there is one, and the score that decides, of one seed."""
    learning = learning_of(result)
    if learning is None or not learning.metrics:
        return
    trial = learning_trial(result)
    arm = replace(setting_of(trial), cell=trial.cell)
    title = AT_SEED.sub("", trial_id(trial).rpartition(".")[0])
    metric = learning.metrics[0]
    figures = []
    if learning.target is not None:
        figures.append(_learning(EPOCHS, learning.epochs_to_target, "epochs", "lower"))
    if metric.name in learning.test:
        score = learning.test[metric.name]
        figures.append(_learning(metric.name, score, metric.unit, metric.direction))
    for figure in figures:
        series = _series(result, trial_id(arm), title, trial.cell.row, figure)
        seed = f"{trial_id(replace(arm, seed=trial.seed))} on {series.environment}"
        yield _measured(series, commit, seed, result, figure)


def _learning(name: str, value: float | None, unit: str, direction: Direction) -> Figure:
    return Figure(
        name=OVER_SEEDS.format(name),
        kind="learning",
        value=value,
        unit=unit,
        direction=direction,
        held_to=MACHINE,
        tolerated="learning",
    )


def _series(result: Result, subject: str, title: str, row: str, figure: Figure) -> Series:
    return Series(
        suite=result.trial.suite,
        suite_version=result.trial.suite_version,
        subject=subject,
        title=title,
        row=row,
        figure=figure.name,
        kind=figure.kind,
        unit=figure.unit,
        direction=figure.direction,
        tolerated=figure.tolerated,
        environment=environment(figure, result),
    )


def _measured(series: Series, commit: str, trial: str, result: Result, figure: Figure) -> Measured:
    return Measured(
        series=series, commit=commit, trial=trial, started=started(result), value=figure.value
    )
