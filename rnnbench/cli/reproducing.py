"""`rnnbench reproduce`: runs a stored trial again and compares it bit for bit."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import msgspec

from rnnbench import environment
from rnnbench.campaign import IDLE
from rnnbench.catalogue import Catalogue
from rnnbench.cli.completion import complete_run, complete_trial
from rnnbench.cli.exit_codes import ExitCode, ended
from rnnbench.cli.output import print_json, say
from rnnbench.errors import RnnbenchError
from rnnbench.executors.local import run_one
from rnnbench.provenance import provenance
from rnnbench.records import CostFigure, LearningTrial, Provenance, Result, trial_id
from rnnbench.store import Store

NO_CONDITIONS = ("executor", "shared", "files", "sources")
"""Parts of the provenance that do not affect figures, or are in its definitions as well."""
MEASURED = (
    *("cpu_seconds", "wall_seconds", "log_ratio_to_ruler", "first_call_seconds", "joules"),
    *("peak_bytes", "seconds", "bytes", "instructions"),
)
"""Figures of cost trials that differ from run to run."""
COSTS = "costs["
"""How the paths of cost figures begin. One that the stored result lacks was not counted then, as by
an earlier version, and is no difference; as in `gate`, it is listed."""
NOT_EXACT = "On '{}' a kernel may add in another order at each run, so that last bits may differ."


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), shell_complete=complete_run)
@click.argument("identity", metavar="ID", shell_complete=complete_trial)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def reproduce(folder: Path, identity: str, as_json: bool) -> None:
    """Run the trial of this ID (or the beginning or end of one) in FOLDER again and compare it bit
    for bit.

    Times are not compared; cost trials are compared in figures that do not depend on the machine's
    speed. Exits with 1 if a figure differs, and with 5 if there is nothing to compare: the trial
    has no figures, or could not be run again. Nothing is stored.
    """
    stored = Store(folder).find(identity)
    if not stored.final:
        raise RnnbenchError(
            f"{trial_id(stored.trial)} was not run ({stored.status}: {stored.reason})"
        )
    again = run_one(stored.trial)
    conditions = list(_conditions(stored.provenance, _current_provenance(again)))
    every = list(_differences(_figures(stored), _figures(again), ""))
    only_now = [one for one in every if one[0].startswith(COSTS) and one[1] is None]
    differences = [one for one in every if one not in only_now]
    nothing = _nothing_compared(stored, again)
    if as_json:
        print_json(
            {
                "trial": trial_id(stored.trial),
                "same": None if nothing else not differences,
                "nothing_compared": nothing,
                "differences": [{"figure": f, "stored": a, "again": b} for f, a, b in differences],
                "only_now": [{"figure": f, "again": b} for f, _, b in only_now],
                "conditions": [{"condition": c, "then": a, "now": b} for c, a, b in conditions],
            }
        )
    else:
        _print(stored, differences, conditions, nothing)
        for figure, _, now in only_now:
            say(f"{figure}: not in the stored result, now {now}")
    if nothing:
        raise ended(ExitCode.NOTHING_RAN)
    if differences:
        raise ended(ExitCode.FAILED)


def _nothing_compared(stored: Result, again: Result) -> str:
    """A sentence why no figure could be compared; "" where some could, or the outcomes differ."""
    if again.status in IDLE:
        return (
            f"Nothing was compared: {trial_id(stored.trial)} could not be run again"
            f" ({_outcome(again)})."
        )
    both_without = not (_has_figures(stored) or _has_figures(again))
    if both_without and stored.status == again.status:
        outcomes = f"stored {_outcome(stored)}, now {_outcome(again)}"
        return f"Nothing was compared: {trial_id(stored.trial)} has no figures ({outcomes})."
    return ""


def _has_figures(result: Result) -> bool:
    return result.learning is not None or bool(result.costs)


def _outcome(result: Result) -> str:
    return f"{result.status}: {result.reason.rstrip('.')}" if result.reason else result.status


def _current_provenance(again: Result) -> Provenance:
    """The provenance of a new result, determined here if its process could not record it."""
    recorded = again.provenance
    if not recorded.plugins:
        recorded = provenance(again.trial, Catalogue.present())
    return msgspec.structs.replace(recorded, commit=environment.commit())


def _figures(result: Result) -> Any:
    """The figures on which two runs of a trial should agree, as plain data."""
    if isinstance(result.trial, LearningTrial):
        learning = result.learning.figures if result.learning else None
        return msgspec.to_builtins({"status": result.status, "learning": learning})
    return {"status": result.status, "costs": [_unmeasured(row) for row in result.costs]}


def _unmeasured(row: CostFigure) -> dict[str, Any]:
    """The figures of a row that do not depend on the machine's speed."""
    figures: dict[str, Any] = msgspec.to_builtins(row)
    return {name: value for name, value in figures.items() if name not in MEASURED}


def _differences(stored: Any, again: Any, path: str) -> Iterator[tuple[str, Any, Any]]:
    """Yield the differences of two trees of plain data: path, stored value, new value.

    Floats are compared to the last bit.
    """
    if isinstance(stored, dict) and isinstance(again, dict):
        for key in sorted({*stored, *again}):
            inner_path = f"{path}.{key}" if path else key
            yield from _differences(stored.get(key), again.get(key), inner_path)
    elif isinstance(stored, list) and isinstance(again, list) and len(stored) == len(again):
        for position, (old, new) in enumerate(zip(stored, again, strict=True)):
            yield from _differences(old, new, f"{path}[{position}]")
    elif stored != again:
        yield path, stored, again


def _conditions(then: Provenance, now: Provenance) -> Iterator[tuple[str, Any, Any]]:
    """Yield the differences between the conditions of two results."""
    old = msgspec.to_builtins(then)
    new = msgspec.to_builtins(now)
    for key in NO_CONDITIONS:
        old.pop(key)
        new.pop(key)
    yield from _differences(old, new, "")


def _print(
    stored: Result,
    differences: list[tuple[str, Any, Any]],
    conditions: list[tuple[str, Any, Any]],
    nothing: str,
) -> None:
    cost = not isinstance(stored.trial, LearningTrial)
    figures = "kernels, parameters, bytes and operations" if cost else "every figure"
    if nothing:
        say(nothing)
    elif differences:
        for figure, before, after in differences:
            say(f"{figure}: stored {before}, now {after}")
    else:
        say(f"The same to the last bit: {figures} of {trial_id(stored.trial)}.")
    for condition, before, after in conditions:
        say(f"condition {condition}: then {before or '-'}, now {after or '-'}")
    if differences and not conditions and not nothing:
        say("No condition that is recorded differs.")
    if differences and not nothing and stored.trial.device != "cpu":
        say(NOT_EXACT.format(stored.trial.device))
