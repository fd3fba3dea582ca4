"""`rnnbench ab`: compares two environments on this machine, in turns."""

import os
from itertools import chain
from pathlib import Path
from typing import Any

import click
from msgspec.structs import replace

from rnnbench.ab import (
    MINUTES_A_CELL,
    Environment,
    NotInstallable,
    PairedFolder,
    PairedRun,
    Training,
    make_environment,
    time_trials,
    train_both,
)
from rnnbench.catalogue import Catalogue
from rnnbench.cli.ab_order import Asked, interpreter_of
from rnnbench.cli.completion import CELLS, SUITES
from rnnbench.cli.doing import Doing
from rnnbench.cli.exit_codes import ExitCode, ended
from rnnbench.cli.output import note
from rnnbench.cli.rulings import Forms, forms, give
from rnnbench.cli.verbosity import Verbosity
from rnnbench.compare import (
    JUDGED,
    PRECISION,
    Change,
    Comparison,
    compare,
    paired_comparison,
    read_policy,
    read_run,
    rule,
)
from rnnbench.errors import RnnbenchError
from rnnbench.records import GatePolicy
from rnnbench.suite import Choices, read_suite, suite_file

PATH = "PYTHONPATH"
OF_ONE_TRIAL = "rnnbench reproduce "
"""How the command begins that trains one trial of HEAD again."""
OPEN = "the time was up, and these cells are open: {}; the same command with more --minutes goes on"


@click.command()
@click.argument("suite", shell_complete=SUITES)
@click.option("--base", help="Python of the environment BASE.")
@click.option("--base-ref", help="Commit of this project to make BASE of, such as origin/main.")
@click.option("--head", help="Python of the environment HEAD [this one].")
@click.option("--head-ref", help="Commit of this project to make HEAD of.")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="Folder [default: runs/ab-SUITE]."
)
@click.option(
    "-c",
    "--cell",
    "cells",
    multiple=True,
    shell_complete=CELLS,
    help="Only this cell; may be repeated.",
)
@click.option("--set", "settings", multiple=True, metavar="KEY=V", help="Set a key of the suite.")
@click.option(
    "--minutes",
    type=click.FloatRange(0, min_open=True),
    help=f"End after so long at the latest [{MINUTES_A_CELL:g} for each cell and measurement]. In"
    " the last two fifths only second batches are measured, which confirm a change.",
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
    shown: Verbosity,
    **asked: Any,
) -> None:
    """Say whether the cells of a SUITE became slower from one environment to another.

    Processes of both environments take turns on one core, so that what else happens on this machine
    meets both. A cell is slower where the whole interval of HEAD over BASE lies beyond the
    tolerance, and that of a second batch of replicates too. Exit codes are those of `gate`.
    """
    wanted = Forms(warn_only, markdown_file, junit_file, as_json, shown)
    order = Asked(**asked)
    order.check()
    catalogue = Catalogue.present()
    suite = read_suite(order.suite, catalogue, Choices(cells=order.cells, settings=order.settings))
    folder = order.output or Path("runs") / f"ab-{suite.name}"
    trials = time_trials(suite, catalogue)
    if order.learning and not suite.tasks:
        raise RnnbenchError(f"{suite.name}: the suite trains nothing; give one with tasks")
    policy, policy_of = _policy(order, catalogue)
    if PATH in os.environ:
        note(f"note: {PATH} is not given to the environments, which have their own packages.")
    try:
        base = _environment("BASE", order.base, order.base_ref)
        head = _environment("HEAD", order.head, order.head_ref)
    except NotInstallable as error:
        note(f"rnnbench: {error}")
        raise ended(ExitCode.UNDECIDED) from None
    run = PairedRun(trials, base, head, PairedFolder(folder), policy, order.precision)
    with run.folder.locked():
        run.prepare(fresh=order.fresh)
        cells = sum(len(trial.cells) for trial in trials)
        with Doing() as doing:
            run.measure(order.minutes or MINUTES_A_CELL * cells, doing.now)
        comparison = _comparison(run, order, catalogue)
    ruling = rule(comparison, JUDGED if order.learning else (), policy=run.policy)
    code = give(ruling, comparison, wanted, policy_of, command="ab")
    if rows := run.open_cells():
        note(f"rnnbench: {OPEN.format(', '.join(rows))}.")
    raise ended(code)


def _environment(name: str, typed: str | None, ref: str | None) -> Environment:
    if ref is None:
        return Environment(name, interpreter_of(typed))
    made = make_environment(ref)
    if made.seconds:
        note(f"made the environment of {ref} ({made.commit[:12]}) in {made.seconds:.0f} s")
    return Environment(name, made.interpreter, made.commit[:12])


def _policy(order: Asked, catalogue: Catalogue) -> tuple[GatePolicy, Path | None]:
    """The policy, and its file where it is not the default."""
    file = order.policy_file or suite_file(order.suite, catalogue)
    policy = read_policy(file, required=order.policy_file is not None)
    return policy, None if policy == GatePolicy() else file


def _comparison(run: PairedRun, order: Asked, catalogue: Catalogue) -> Comparison:
    """What was measured; with the training of both environments where that was asked for."""
    folders = (str(run.base.interpreter), str(run.head.interpreter))
    paired = paired_comparison(run.measurements, folders, (run.base.commit, run.head.commit))
    cells = {cell.row: cell for cell in chain.from_iterable(trial.cells for trial in run.trials)}
    paired = replace(
        paired,
        changes=tuple(replace(c, command=order.again(cells[c.row])) for c in paired.changes),
    )
    if not order.learning:
        return paired
    try:
        trained = _trained(run, order, catalogue)
    except RnnbenchError as error:
        return replace(paired, uncompared=(str(error),))

    def again(change: Change) -> Change:
        if change.command.startswith(OF_ONE_TRIAL):
            return change
        return replace(change, command=order.again(cells.get(change.row), learning=True))

    others = tuple(again(change) for change in trained.changes if change.kind != "time")
    return replace(
        paired,
        base=replace(paired.base, unreadable=trained.base.unreadable),
        head=replace(paired.head, unreadable=trained.head.unreadable),
        changes=(*paired.changes, *others),
        over_seeds=tuple(again(change) for change in trained.over_seeds),
    )


def _trained(run: PairedRun, order: Asked, catalogue: Catalogue) -> Comparison:
    """The comparison of the suite as both environments train it.

    Raises RnnbenchError where one of them cannot.
    """
    file = suite_file(order.suite, catalogue).absolute()
    training = Training(str(file), file.read_text(encoding="utf-8"), order.settings, order.cells)
    sides = (run.base, run.head)
    base, head = train_both(training, sides, run.folder.folder, note, fresh=order.fresh)
    return compare(read_run(base), read_run(head), run.policy)
