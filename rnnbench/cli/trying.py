"""`rnnbench try`: which cell for a user's file, beside baselines, within minutes."""

from pathlib import Path
from time import monotonic

import click
from msgspec import to_builtins

from rnnbench import environment, text
from rnnbench.cli.completion import CELLS
from rnnbench.cli.doing import Doing
from rnnbench.cli.exit_codes import ExitCode, ended
from rnnbench.cli.file_choices import file_choices
from rnnbench.cli.inspecting import print_inspection
from rnnbench.cli.output import note, print_json, say
from rnnbench.cli.progress import Display
from rnnbench.cli.reporting import look, show
from rnnbench.cli.tryout_lines import print_plan, print_tryout
from rnnbench.cli.verbosity import Verbosity
from rnnbench.datafile import Choices
from rnnbench.driver import Prepared, warnings_of
from rnnbench.errors import RnnbenchError
from rnnbench.findings import Tryout
from rnnbench.tryout import RunEnd, Session, open_file, open_session, run_until


@click.command("try")
@click.argument("file", type=click.Path(path_type=Path))
@file_choices
@click.option(
    "--minutes",
    type=click.FloatRange(min=0, min_open=True),
    default=3.0,
    show_default=True,
    help="How long all of it may take.",
)
@click.option(
    "-c",
    "--cell",
    "cells",
    multiple=True,
    shell_complete=CELLS,
    help="Try this cell, and no others; may be repeated. [default: rnn, gru, lstm and two more]",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="Folder of the run [default: runs/try-NAME].",
)
@click.option(
    "-j", "--jobs", type=click.IntRange(min=1), help="Trainings at once [default: one a core]."
)
@click.option("--dry-run", is_flag=True, help="Say what would be done, and how long it takes.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def try_(
    file: Path,
    choices: Choices,
    minutes: float,
    cells: tuple[str, ...],
    output: Path | None,
    jobs: int | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Say which recurrent cell is worth it on FILE, if any.

    FILE is what `rnnbench inspect` takes. A handful of cells is trained under equal budgets,
    beside the forecasts that need no cell. Ctrl-C answers from what has finished.
    """
    end_of_all = monotonic() + 60 * minutes
    opened = open_file(file, choices, cells)
    if not as_json:
        print_inspection(opened.dataset.inspection)
    folder = output or Path("runs") / f"try-{file.name.split('.')[0] or file.name}"
    at_once = jobs or environment.machine().cores
    with Doing() as doing:
        doing.now("timing a training step of each cell ...")
        session = open_session(opened, folder, end_of_all - monotonic(), at_once)
    if not as_json:
        print_plan(session, minutes, at_once)
    if dry_run:
        if as_json:
            print_json(_plan_as_json(session))
        return
    session.write()
    prepared = session.prepare(jobs)
    with Doing() as doing:
        doing.now("fitting baselines ...")
        baselines = session.baselines()
    verbosity = Verbosity.QUIET if as_json else Verbosity.USUAL
    deadline = end_of_all - session.answer_seconds
    with Display(verbosity) as display:
        end = run_until(prepared, deadline, display.watch)
    longer = session.with_more_seeds() if end.ending == "complete" else None
    if longer and monotonic() < deadline:
        session = longer
        if not as_json:
            say(f"time is left: up to {session.attempt.plan.seeds} seeds a cell")
        session.write()
        prepared = session.prepare(jobs)
        with Display(verbosity) as display:
            end = run_until(prepared, deadline, display.watch)
    found = session.evaluate(prepared, baselines)
    _answer(found, session, prepared, as_json)
    raise ended(_exit_code(found, end))


def _answer(found: Tryout, session: Session, prepared: Prepared, as_json: bool) -> None:
    """Print what was found, write the model, and have the report made."""
    if not as_json:
        print_tryout(found)
    model = _write_model(found, session, prepared) if found.cells else None
    if as_json:
        outcome = {"tryout": to_builtins(found), "model": str(model) if model else None}
        print_json({**_plan_as_json(session), **outcome})
    if not found.cells:
        return
    show(look(prepared.store), session.folder, prepared.catalogue, Verbosity.QUIET, answers=False)
    if not as_json:
        say(f"Report: {session.folder / 'report' / 'index.html'}")
        if model:
            of = f"of {found.drawn_cell}, for rnnbench predict {session.folder} NEWFILE"
            say(f"Model:  {model}, {of}")
        say(f"Again:  rnnbench run suite {session.suite}")


def _write_model(found: Tryout, session: Session, prepared: Prepared) -> Path | None:
    """Write the model of the recommended cell, or else of the best one, and return its folder;
    None where it has no weights, which a note says."""
    try:
        folder, reason = session.save_model(prepared, found.drawn_cell)
    except RnnbenchError as error:
        note(text.sentence(f"note: no model is written: {error}"))
        return None
    if reason:
        note(text.sentence(f"note: {reason}"))
    return folder


def _plan_as_json(session: Session) -> dict[str, object]:
    attempt = session.attempt
    return {
        "inspection": to_builtins(session.opened.dataset.inspection),
        "folder": str(session.folder),
        "steps": to_builtins(attempt.times),
        "plan": to_builtins(attempt.plan),
    }


def _exit_code(found: Tryout, end: RunEnd) -> ExitCode:
    """The code, after the warnings on trials."""
    progress = end.progress
    if progress is not None:
        for warning in warnings_of(progress):
            note(warning)
    if end.ending == "interrupted":
        return ExitCode.INTERRUPTED
    if not found.cells:
        return ExitCode.NOTHING_RAN
    return ExitCode.FAILED if progress is not None and progress.failed else ExitCode.FINE
