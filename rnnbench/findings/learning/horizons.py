"""Memory spans: results of tasks that were run at several horizons."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from rnnbench import text
from rnnbench.findings.learning.grouping import (
    horizon,
    is_unclimbed,
    learning_trial,
    records_of,
    setting_of,
    titles,
    tried_rates,
)
from rnnbench.findings.learning.span import Rung, Span, span
from rnnbench.findings.rows import rows
from rnnbench.findings.stats.estimates import solve_rate
from rnnbench.records import LearningTrial, Result, canonical

NO_FIGURES = "no figures"


class HorizonFinding(Struct, frozen=True, kw_only=True):
    """A task under one setting of all but its horizon, with the span of each cell.

    answer: sentences on the spans.
    """

    task: str
    title: str
    horizons: tuple[int, ...]
    spans: tuple[Span, ...]
    answer: str

    def in_steps(self, span: Span) -> str:
        """Return a span in words: `50`, `below 10`, `no figures`, or `at least 100` where it is the
        longest horizon tried."""
        if not span.is_known:
            return NO_FIGURES
        if span.longest == self.horizons[-1]:
            return f"at least {span.longest}"
        return str(span.longest or f"below {self.horizons[0]}")


def spans(results: Sequence[Result]) -> tuple[HorizonFinding, ...]:
    """Return a finding for each task, and setting, that was evaluated at several horizons.

    One without figures of any cell is left out, and so is a task without a target, which no cell
    can solve.
    """
    groups: dict[bytes, list[Result]] = defaultdict(list)
    for result in results:
        trial = learning_trial(result)
        if trial.phase == "evaluation" and horizon(trial) is not None and _has_target(result):
            groups[canonical(setting_of(_without_horizon(trial)))].append(result)
    several = [group for _, group in sorted(groups.items()) if len(_horizons(group)) > 1]
    samples = []
    for group in several:
        trial = _without_horizon(learning_trial(group[0]))
        samples.append([replace(group[0], trial=trial)])
    findings = [
        _finding(group, title) for group, title in zip(several, titles(samples), strict=True)
    ]
    known = [one for one in findings if any(span.is_known for span in one.spans)]
    return tuple(sorted(known, key=lambda finding: finding.title))


def _has_target(result: Result) -> bool:
    return result.learning is None or result.learning.target is not None


def _without_horizon(trial: LearningTrial) -> LearningTrial:
    dials = {name: value for name, value in trial.dials.items() if name != "horizon"}
    return replace(trial, dials=dials)


def _horizons(group: Iterable[Result]) -> tuple[int, ...]:
    return tuple(sorted({horizon(learning_trial(result)) or 0 for result in group}))


def _finding(group: Sequence[Result], title: str) -> HorizonFinding:
    spans_of_cells = tuple(span(row, rungs) for row, rungs in _rungs(group).items())
    horizons = _horizons(group)
    sentences = [_in_words(cell, horizons) for cell in spans_of_cells]
    return HorizonFinding(
        task=learning_trial(group[0]).task,
        title=title,
        horizons=horizons,
        spans=spans_of_cells,
        answer=" ".join(sentences),
    )


def _rungs(group: Sequence[Result]) -> dict[str, list[Rung]]:
    """Return the rungs of each cell by its row, each at the best rate on that rung."""
    named = rows(learning_trial(result).cell for result in group)
    results: dict[str, dict[int, list[Result]]] = defaultdict(lambda: defaultdict(list))
    for result in group:
        trial = learning_trial(result)
        results[named[canonical(trial.cell)]][horizon(trial) or 0].append(result)
    rungs = {}
    for row, by_horizon in sorted(results.items()):
        rungs[row] = [
            _rung(length, tried_rates(at_horizon).results[0])
            for length, at_horizon in sorted(by_horizon.items())
        ]
    return rungs


def _rung(length: int, results: Sequence[Result]) -> Rung:
    known = records_of(results)
    untried = sum(is_unclimbed(result) for result in results)
    solved = sum(learning.epochs_to_target is not None for learning in known)
    return Rung(
        horizon=length,
        solved=solved,
        seeds=len(known),
        lost=len(results) - len(known) - untried,
        untried=untried,
        solve_rate=solve_rate(solved, len(known)) if known else None,
    )


def _in_words(cell: Span, horizons: Sequence[int]) -> str:
    """Return `The memory span of gru is 50 steps [20 to 100]. Half of the seeds of gru solve 63
    steps, by the fitted curve.`, or `gru has no figures.`"""
    if not cell.is_known:
        return f"{cell.row} has {NO_FIGURES}."
    shortest = horizons[0]
    longest = horizons[-1]
    words = text.counted(cell.longest, "step")
    if not cell.longest:
        words = f"below {text.counted(shortest, 'step')}"
    if cell.longest == longest:
        words += ", the longest tried"
    if cell.interval:
        low = _end(cell.interval.low, shortest)
        high = cell.interval.high
        top = f"beyond {longest}" if high is None else _end(high, shortest)
        words = text.with_ends(words, low, top)
    sentence = f"The memory span of {cell.row} is {words}."
    if cell.curve and cell.curve.half:
        half = text.rounded(cell.curve.half)
        by_curve = f"Half of the seeds of {cell.row} solve {half} steps, by the fitted curve."
        return f"{sentence} {by_curve}"
    return sentence


def _end(length: int, shortest: int) -> str:
    return f"{length}" if length else f"below {shortest}"
