"""`rnnbench ab`: compares two environments on this machine, in turns."""

import sys
from pathlib import Path
from time import monotonic
from typing import Any, Self

import click
from msgspec.structs import replace
from rich.markup import escape

from rnnbench.ab import (
    MINUTES_A_CELL,
    Environment,
    PairedFolder,
    PairedRun,
    make_environment,
    time_trials,
    train,
)
from rnnbench.catalogue import Catalogue
from rnnbench.cli.ab_order import Asked
from rnnbench.cli.exit_codes import ended
from rnnbench.cli.output import console
from rnnbench.cli.rulings import Forms, forms, give
from rnnbench.compare import (
    JUDGED,
    PRECISION,
    Comparison,
    compare,
    paired_comparison,
    read_policy,
    read_run,
    rule,
)
from rnnbench.records import GatePolicy
from rnnbench.suite import Choices, read_suite, suite_file

PAUSE_SECONDS = 30.0
"""Between two lines that say what is measured, where there is no terminal."""
OPEN = "the time was up, and these cells are open: {}; the same command with more --minutes goes on"


@click.command()
@click.argument("suite")
@click.option("--base", type=click.Path(path_type=Path), help="Python of the environment BASE.")
@click.option("--base-ref", help="Commit of this project to make BASE of, such as origin/main.")
@click.option(
    "--head", type=click.Path(path_type=Path), help="Python of the environment HEAD [this one]."
)
@click.option("--head-ref", help="Commit of this project to make HEAD of.")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="Folder [default: runs/ab-SUITE]."
)
@click.option("-c", "--cell", "cells", multiple=True, help="Only this cell; may be repeated.")
@click.option("--set", "settings", multiple=True, metavar="KEY=V", help="Set a key of the suite.")
@click.option(
    "--minutes",
    type=click.FloatRange(0, min_open=True),
    help=f"Measure for at most so long [{MINUTES_A_CELL:g} for each cell and measurement].",
)
@click.option(
    "--precision",
    type=click.FloatRange(0, 1, min_open=True),
    default=PRECISION,
    show_default=True,
    help="Half the width that an interval is to have.",
)
@click.option(
    "--policy",
    "policy_file",
    type=click.Path(path_type=Path),
    help="TOML file whose table [gate] says what is tolerated [that of the suite].",
)
@click.option(
    "--learning", is_flag=True, help="Train too, in both environments under the same seeds."
)
@click.option("--fresh", is_flag=True, help="Discard what was measured into the folder before.")
@forms
def ab(
    warn_only: bool,
    markdown_file: Path | None,
    junit_file: Path | None,
    as_json: bool,
    **asked: Any,
) -> None:
    """Say whether the cells of a SUITE became slower from one environment to another.

    Processes of both environments take turns on one core, so that what else happens on this machine
    meets both. A cell is slower where the whole interval of HEAD over BASE lies beyond the
    tolerance, and that of a second batch of replicates too. Exit codes are those of `gate`.
    """
    wanted = Forms(warn_only, markdown_file, junit_file, as_json)
    order = Asked(**asked)
    catalogue = Catalogue.present()
    suite = read_suite(order.suite, catalogue, Choices(cells=order.cells, settings=order.settings))
    folder = order.output or Path("runs") / f"ab-{suite.name}"
    trials = time_trials(suite)
    if order.base is None and order.base_ref is None:
        raise click.UsageError("give --base PYTHON, or --base-ref REF")
    run = PairedRun(
        trials=trials,
        base=_environment("BASE", order.base, order.base_ref, folder),
        head=_environment("HEAD", order.head, order.head_ref, folder),
        folder=PairedFolder(folder),
        policy=_policy(order, catalogue),
        precision=order.precision,
    )
    with run.folder.locked():
        run.prepare(fresh=order.fresh)
        cells = sum(len(trial.cells) for trial in trials)
        with _Doing() as doing:
            run.measure(order.minutes or MINUTES_A_CELL * cells, doing.now)
        comparison = _comparison(run, order, catalogue)
    ruling = rule(comparison, JUDGED, policy=run.policy)
    code = give(ruling, comparison, wanted, command="ab")
    for sentence in _notes(run):
        console(stderr=True).print(sentence, markup=False, soft_wrap=True)
    raise ended(code)


def _environment(name: str, interpreter: Path | None, ref: str | None, folder: Path) -> Environment:
    if interpreter is not None and ref is not None:
        option = name.lower()
        raise click.UsageError(f"--{option} and --{option}-ref exclude each other")
    if ref is None:
        return Environment(name, interpreter or Path(sys.executable))
    _say(f"making the environment of {ref}")
    made = make_environment(ref, folder / "environments")
    if made.seconds:
        _say(f"made the environment of {ref} ({made.commit[:12]}) in {made.seconds:.0f} s")
    return Environment(name, made.interpreter, made.commit[:12])


def _policy(order: Asked, catalogue: Catalogue) -> GatePolicy:
    if order.policy_file is not None:
        return read_policy(order.policy_file)
    return read_policy(suite_file(order.suite, catalogue), required=False)


def _comparison(run: PairedRun, order: Asked, catalogue: Catalogue) -> Comparison:
    """What was measured; with the training of both environments where that was asked for."""
    sides = (run.base, run.head)
    folders = (str(run.base.interpreter), str(run.head.interpreter))
    commits = (run.base.commit, run.head.commit)
    paired = paired_comparison(run.measurements, folders, commits)
    changes = tuple(replace(change, command=order.again(change.row)) for change in paired.changes)
    if not order.learning:
        return replace(paired, changes=changes)
    runs = []
    for side in sides:
        output = run.folder.folder / f"run-{side.name.lower()}"
        _say(f"training in {side.name}")
        settings = order.settings
        train(side, suite_file(order.suite, catalogue), output, settings, order.cells)
        runs.append(read_run(output))
    trained = compare(runs[0], runs[1], run.policy)
    others = tuple(change for change in trained.changes if change.kind != "time")
    return replace(paired, changes=(*changes, *others), over_seeds=trained.over_seeds)


def _notes(run: PairedRun) -> list[str]:
    """Sentences beside the ruling: the reference cell, and what is open."""
    notes = [measurement.control() for measurement in run.measurements]
    rows = run.open_cells()
    if rows:
        notes.append(f"rnnbench: {OPEN.format(', '.join(rows))}.")
    return [note for note in notes if note]


class _Doing:
    """Shows what is measured now: in one line of a terminal, else in a line now and then."""

    def __init__(self) -> None:
        self._status = console(stderr=True).status("")
        self._said = -PAUSE_SECONDS

    def __enter__(self) -> Self:
        if console(stderr=True).is_terminal:
            self._status.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._status.stop()

    def now(self, doing: str) -> None:
        """Show what is done now."""
        if console(stderr=True).is_terminal:
            self._status.update(escape(doing))
        elif monotonic() - self._said >= PAUSE_SECONDS:
            self._said = monotonic()
            _say(doing)


def _say(sentence: str) -> None:
    console(stderr=True).print(sentence, markup=False, soft_wrap=True)
