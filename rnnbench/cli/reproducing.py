"""`rnnbench reproduce`: a stored trial again, compared bit for bit."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import msgspec

from rnnbench import environment
from rnnbench.campaign import IDLE
from rnnbench.catalogue import Catalogue
from rnnbench.cli.exit_codes import ExitCode, ended
from rnnbench.cli.output import console, print_json
from rnnbench.errors import RnnbenchError
from rnnbench.executors.local import run_one
from rnnbench.provenance import provenance
from rnnbench.records import LearningTrial, Provenance, Result, trial_id
from rnnbench.store import Store

NO_CONDITIONS = ("executor", "shared", "files", "sources")
"""What of a result's provenance is no condition of its figures; sources are in its definitions."""
MEASURED = (
    *("cpu_seconds", "wall_seconds", "log_ratio_to_ruler", "first_call_seconds", "joules"),
    *("peak_bytes", "seconds", "bytes", "instructions"),
)
"""Figures of cost trials that no two runs share."""


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.argument("identity", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def reproduce(folder: Path, identity: str, as_json: bool) -> None:
    """Run the trial of this ID (or the beginning or end of one) in FOLDER again and compare it bit
    for bit.

    Times are not compared, and of cost trials only what does not depend on the machine's speed.
    Exits with 1 where a figure differs, and with 5 where there was nothing to compare: the trial
    has no figures, or could not be run again. Nothing is stored.
    """
    stored = Store(folder).find(identity)
    if not stored.final:
        raise RnnbenchError(
            f"{trial_id(stored.trial)} was not run ({stored.status}: {stored.reason})"
        )
    again = run_one(stored.trial)
    conditions = list(_conditions(stored.provenance, _here(again)))
    differences = list(_differences(_figures(stored), _figures(again), ""))
    nothing = _nothing_compared(stored, again)
    if as_json:
        print_json(
            {
                "trial": trial_id(stored.trial),
                "same": None if nothing else not differences,
                "nothing_compared": nothing,
                "differences": [{"figure": f, "stored": a, "again": b} for f, a, b in differences],
                "conditions": [{"condition": c, "then": a, "now": b} for c, a, b in conditions],
            }
        )
    else:
        _print(stored, differences, conditions, nothing)
    if nothing:
        raise ended(ExitCode.NOTHING_RAN)
    if differences:
        raise ended(ExitCode.FAILED)


def _nothing_compared(stored: Result, again: Result) -> str:
    """Why no figure could be held against another, in a sentence; "" where some could, or the
    outcomes differ."""
    if again.status in IDLE:
        return (
            f"Nothing was compared: {trial_id(stored.trial)} could not be run again"
            f" ({_ending(again)})."
        )
    both_without = not (_has_figures(stored) or _has_figures(again))
    if both_without and stored.status == again.status:
        endings = f"stored {_ending(stored)}, now {_ending(again)}"
        return f"Nothing was compared: {trial_id(stored.trial)} has no figures ({endings})."
    return ""


def _has_figures(result: Result) -> bool:
    return result.learning is not None or bool(result.costs)


def _ending(result: Result) -> str:
    return f"{result.status}: {result.reason.rstrip('.')}" if result.reason else result.status


def _here(again: Result) -> Provenance:
    found = again.provenance
    if not found.plugins:
        found = provenance(again.trial, Catalogue.load())
    return msgspec.structs.replace(found, commit=environment.commit())


def _figures(result: Result) -> Any:
    """What two runs of one trial should share, as plain data."""
    if isinstance(result.trial, LearningTrial):
        return msgspec.to_builtins({"status": result.status, "learning": result.learning})
    rows = [
        {k: v for k, v in msgspec.to_builtins(row).items() if k not in MEASURED}
        for row in result.costs
    ]
    return {"status": result.status, "costs": rows}


def _differences(stored: Any, again: Any, path: str) -> Iterator[tuple[str, Any, Any]]:
    """Where two trees of plain data differ: path, one value, the other. Floats are compared to the
    last bit."""
    if isinstance(stored, dict) and isinstance(again, dict):
        for key in sorted({*stored, *again}):
            yield from _differences(
                stored.get(key), again.get(key), f"{path}.{key}" if path else key
            )
    elif isinstance(stored, list) and isinstance(again, list) and len(stored) == len(again):
        for position, (one, other) in enumerate(zip(stored, again, strict=True)):
            yield from _differences(one, other, f"{path}[{position}]")
    elif stored != again:
        yield path, stored, again


def _conditions(then: Provenance, now: Provenance) -> Iterator[tuple[str, Any, Any]]:
    """What differs between the circumstances of two results."""
    one, other = (msgspec.to_builtins(p) for p in (then, now))
    for key in NO_CONDITIONS:
        one.pop(key), other.pop(key)
    yield from _differences(one, other, "")


def _print(
    stored: Result,
    differences: list[tuple[str, Any, Any]],
    conditions: list[tuple[str, Any, Any]],
    nothing: str,
) -> None:
    out = console()
    cost = not isinstance(stored.trial, LearningTrial)
    what = "kernels, parameters, bytes and operations" if cost else "every figure"
    for figure, before, after in [] if nothing else differences:
        out.print(f"{figure}: stored {before}, now {after}", markup=False, soft_wrap=True)
    if nothing:
        out.print(nothing, markup=False, soft_wrap=True)
    elif not differences:
        out.print(
            f"The same to the last bit: {what} of {trial_id(stored.trial)}.",
            markup=False,
            soft_wrap=True,
        )
    for condition, before, after in conditions:
        out.print(
            f"condition {condition}: then {before or '-'}, now {after or '-'}",
            markup=False,
            soft_wrap=True,
        )
    if differences and not conditions and not nothing:
        out.print("No condition that is recorded differs.", markup=False)
