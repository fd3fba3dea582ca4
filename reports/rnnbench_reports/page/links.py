"""Where the trials behind a row are: links to their results, and the command that repeats them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from shlex import quote as quoted
from typing import Any
from urllib.parse import quote

import rnnbench
from rnnbench_reports.page.page_records import FailedTrial
from rnnbench_reports.page.records import Column, Row, Table, Value
from rnnbench_reports.page.tables import slug, table, word
from rnnbench_reports.style import number

WITH_FIGURES = ("ok", "stopped")
COMMAND = "rnnbench reproduce DIR {}"
"""DIR is the folder of the run."""

Trials = Mapping[tuple[str, str], Sequence[Any]]
"""Trials by the title of their condition and by the row of their cell; those of cost by the title
alone too."""
OF_COST = "cost."
"""How the ids of trials of cost begin."""


def by_row(findings: rnnbench.Findings) -> Trials:
    """Return the trials behind each row."""
    found: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for trial in findings.trials:
        found[trial.setting, trial.row].append(trial)
        if trial.row and trial.trial.startswith(OF_COST):
            found[trial.setting, ""].append(trial)
    return found


def address(trial: str) -> str:
    """Return where the result of a trial lies, from the folder of the report."""
    return f"../trials/{quote(trial)}.json"


def addresses(findings: rnnbench.Findings) -> Mapping[str, str]:
    """Return where the result of each trial lies, by its id."""
    return {trial.trial: _address_of(trial) for trial in findings.trials}


def _address_of(trial: Any) -> str:
    """Return where a result lies; in another folder, where the report is not in that of the run."""
    return Path(trial.stored).absolute().as_uri() if trial.stored else address(trial.trial)


def _command(trial: Any) -> str:
    """Return the command that repeats a trial."""
    if not trial.stored:
        return COMMAND.format(quoted(trial.trial))
    file = Path(trial.stored)
    return f"rnnbench reproduce {quoted(str(file.parent.parent))} {quoted(file.stem)}"


def links(trials: Sequence[Any]) -> Value:
    """Return links to trials, folded behind their number."""
    shown = [(_short(trial), _target(trial)) for trial in trials]
    return Value(str(len(shown)), float(len(shown)), links=tuple(shown))


def lost(row: str, measurement: str, cost: rnnbench.CostFinding, trials: Trials) -> Value:
    """Return why a row has no figure of a measurement, with links to its trials; "-" without
    one."""
    own = trials.get((cost.title, row), ())
    failed = [
        trial
        for trial in own
        if trial.status not in WITH_FIGURES and _measurement(trial) == measurement
    ]
    if not failed:
        return Value("-")
    shown = tuple((trial.reason, _target(trial)) for trial in failed)
    return Value(", ".join(sorted({trial.status for trial in failed})), links=shown)


def _measurement(trial: Any) -> str:
    """Return what a trial of cost measures, which is the second part of its id."""
    return str(trial.trial.split(".")[1])


def measurements(cost: rnnbench.CostFinding, trials: Trials) -> Table | None:
    """Return the results behind the tables of a shape, by what they measured."""
    by_name: dict[str, list[Any]] = defaultdict(list)
    for trial in trials.get((cost.title, ""), ()):
        by_name[_measurement(trial)].append(trial)
    columns = [Column("measurement", "text", stays=True), Column("results", stays=True)]
    rows = [Row([word(name), links(found)]) for name, found in sorted(by_name.items())]
    return table(f"results-{slug(cost.title)}", f"Results behind {cost.title}", columns, rows)


def failed(findings: rnnbench.Findings) -> list[FailedTrial]:
    """Return the trials without figures, with all that explains them."""
    return [_failed(trial) for trial in findings.trials if trial.status not in WITH_FIGURES]


def _failed(trial: Any) -> FailedTrial:
    return FailedTrial(
        id=_id(trial.trial),
        trial=trial.trial,
        href=_address_of(trial),
        status=trial.status,
        reason=trial.reason,
        traceback=trial.traceback,
        output=trial.output,
        command=_command(trial),
    )


def _id(trial: str) -> str:
    return f"trial-{slug(trial)}"


def _target(trial: Any) -> str:
    """Return where a trial is shown: on the page where it failed, otherwise its result."""
    return _address_of(trial) if trial.status in WITH_FIGURES else f"#{_id(trial.trial)}"


def _short(trial: Any) -> str:
    if trial.seed is None:
        return str(trial.trial)
    parts = [f"seed {trial.seed}"]
    if trial.status != "ok":
        parts.append(trial.status)
    if trial.epochs is not None:
        parts.append(rnnbench.text.counted(trial.epochs, "epoch"))
    if trial.score is not None:
        parts.append(number(trial.score))
    return ", ".join(parts)
