"""Results of tasks that were run at several horizons, as memory spans."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from rnnbench.findings.learning.grouping import (
    common_rate,
    horizon,
    learning_of,
    learning_trial,
    titles,
    tried,
)
from rnnbench.findings.learning.span import Rung, Span, span
from rnnbench.findings.rows import rows
from rnnbench.findings.stats.estimates import solve_rate
from rnnbench.records import CellUse, Dial, Result, canonical


class HorizonFinding(Struct, frozen=True, kw_only=True):
    """A task under one setting of all but its horizon, with the span of each cell, and a sentence
    on them."""

    task: str
    title: str
    horizons: tuple[int, ...]
    spans: tuple[Span, ...]
    answer: str


def spans(results: Sequence[Result]) -> tuple[HorizonFinding, ...]:
    """One finding for each task, and setting of all else, that was evaluated at several
    horizons."""
    groups: dict[bytes, list[Result]] = defaultdict(list)
    for result in results:
        trial = learning_trial(result)
        if trial.phase == "evaluation" and horizon(trial) is not None:
            rate = common_rate(trial) or 1.0
            alike = replace(
                trial,
                cell=CellUse(name=""),
                seed=0,
                learning_rate=rate,
                dials=_without_horizon(result),
            )
            groups[canonical(alike)].append(result)
    several = [group for _, group in sorted(groups.items()) if len(_horizons(group)) > 1]
    first = [group[0] for group in several]
    bare = [
        [replace(r, trial=replace(learning_trial(r), dials=_without_horizon(r)))] for r in first
    ]
    found = [_finding(group, title) for group, title in zip(several, titles(bare), strict=True)]
    return tuple(sorted(found, key=lambda finding: finding.title))


def _without_horizon(result: Result) -> dict[str, Dial]:
    return {
        name: value for name, value in learning_trial(result).dials.items() if name != "horizon"
    }


def _horizons(group: Iterable[Result]) -> tuple[int, ...]:
    return tuple(sorted({horizon(learning_trial(result)) or 0 for result in group}))


def _finding(group: Sequence[Result], title: str) -> HorizonFinding:
    found, horizons = (
        tuple(span(row, rungs) for row, rungs in _rungs(group).items()),
        _horizons(group),
    )
    answer = f"{'; '.join(_said(one, horizons) for one in found)}."
    return HorizonFinding(
        task=learning_trial(group[0]).task,
        title=title,
        horizons=horizons,
        spans=found,
        answer=answer,
    )


def _rungs(group: Sequence[Result]) -> dict[str, list[Rung]]:
    """The rungs of each cell by its row, each at the rate that counts there; of several results of
    one seed, the newest counts."""
    named = rows(learning_trial(result).cell for result in group)
    found: dict[str, dict[int, list[Result]]] = defaultdict(lambda: defaultdict(list))
    for result in group:
        trial = learning_trial(result)
        found[named[canonical(trial.cell)]][horizon(trial) or 0].append(result)
    return {
        row: [
            _rung(length, tried(results).results[0])
            for length, results in sorted(found[row].items())
        ]
        for row in sorted(found)
    }


def _rung(length: int, results: Sequence[Result]) -> Rung:
    known = [learning for result in results if (learning := learning_of(result))]
    untried = sum(r.status == "stopped" and r.learning is None for r in results)
    solved = sum(learning.epochs_to_target is not None for learning in known)
    return Rung(
        horizon=length,
        solved=solved,
        seeds=len(known),
        lost=len(results) - len(known) - untried,
        untried=untried,
        solve_rate=solve_rate(solved, len(known)) if known else None,
    )


def _said(found: Span, horizons: Sequence[int]) -> str:
    """`gru 50 steps [20 to 100], half at 63`."""
    shortest, longest = horizons[0], horizons[-1]
    read = f"{found.longest} steps" if found.longest else f"below {shortest} steps"
    read += ", the longest tried" if found.longest == longest else ""
    if found.interval:
        low = f"{found.interval.low}" if found.interval.low else f"below {shortest}"
        high = found.interval.high
        top = f"beyond {longest}" if high is None else f"{high}" if high else f"below {shortest}"
        read += f" [{low}]" if low == top else f" [{low} to {top}]"
    read += (
        f", half of the seeds at {found.curve.half:.3g}" if found.curve and found.curve.half else ""
    )
    return f"{found.row} {read}"
