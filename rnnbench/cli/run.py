"""`rnnbench run`: a suite."""

from pathlib import Path

import click

from rnnbench import environment, text
from rnnbench.campaign import Progress
from rnnbench.cli.completion import CELLS, CLAIMS, EXECUTORS, SUITES, TASKS
from rnnbench.cli.exit_codes import ExitCode, ended
from rnnbench.cli.law_checks import check_laws
from rnnbench.cli.output import note, say
from rnnbench.cli.preview import print_plan
from rnnbench.cli.progress import Display
from rnnbench.cli.reporting import make_reports
from rnnbench.cli.trial import trial as trial_command
from rnnbench.cli.verbosity import Verbosity, verbosity
from rnnbench.driver import prepare, warnings_of
from rnnbench.records import FIRST_TUNING_SEED
from rnnbench.suite import Choices


@click.group()
def run() -> None:
    """Run a suite, or a single trial."""


@run.command("suite")
@click.argument("name", default="quick", shell_complete=SUITES)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="Folder of the run [default: runs/NAME].",
)
@click.option(
    "-c",
    "--cell",
    "cells",
    multiple=True,
    shell_complete=CELLS,
    help="Run this cell, and no others; a row of the suite keeps its options. May be repeated.",
)
@click.option(
    "-t",
    "--task",
    "tasks",
    multiple=True,
    shell_complete=TASKS,
    help="Only this task of the suite; may be repeated.",
)
@click.option(
    "--seeds", type=click.IntRange(1, FIRST_TUNING_SEED), help="How many seeds (0, 1, 2 ...)."
)
@click.option(
    "--claim",
    "claims",
    multiple=True,
    shell_complete=CLAIMS,
    help="Only this claim of the suite; may be repeated.",
)
@click.option("--core", is_flag=True, help="Only the claims that are marked as the core.")
@click.option(
    "--until-decided", is_flag=True, help="Add seeds, batch by batch, until each claim is decided."
)
@click.option(
    "--threads",
    type=click.IntRange(min=1),
    help="Threads of each trial [default: the suite's, mostly 1].",
)
@click.option(
    "-j", "--jobs", type=click.IntRange(min=1), help="Trials at once [default: one a core]."
)
@click.option(
    "--executor",
    default="local",
    show_default=True,
    shell_complete=EXECUTORS,
    help="Where trials run: `rnnbench list executors`.",
)
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="KEY=V",
    help="Set a key of the suite (recipe.epochs=5), or of the executor (executor.address=tcp://...).",
)
@click.option(
    "--dry-run",
    is_flag=True,
    help="Print the trials that would run, their hidden sizes, and how long.",
)
@click.option(
    "--no-check",
    is_flag=True,
    help="Do not check the laws of other distributions' cells beside the run.",
)
@click.option(
    "--keep-weights",
    is_flag=True,
    help="Keep the weights of each trained model, in the folder `weights` of the run.",
)
@click.option(
    "--fresh", is_flag=True, help="Discard the results of these trials first, and run them again."
)
@verbosity(
    "Print no progress and no figures: only problems, and where the report is.",
    "Print a line for each trial, and the sentences, intervals and caveats too.",
)
def suite_(
    name: str,
    output: Path | None,
    cells: tuple[str, ...],
    tasks: tuple[str, ...],
    seeds: int | None,
    claims: tuple[str, ...],
    core: bool,
    until_decided: bool,
    threads: int | None,
    jobs: int | None,
    executor: str,
    settings: tuple[str, ...],
    dry_run: bool,
    no_check: bool,
    keep_weights: bool,
    fresh: bool,
    shown: Verbosity,
) -> None:
    """Run the suite of this NAME (or TOML file); without a name, `quick`. Runs only what has no
    result yet."""
    choices = Choices(
        cells, tasks, seeds, threads, settings, claims, core, until_decided, keep_weights
    )
    prepared = prepare(name, choices, output=output, executor=executor, jobs=jobs, fresh=fresh)
    if dry_run:
        print_plan(prepared.suite, prepared.catalogue, prepared.store, prepared.place, fresh=fresh)
        return
    if refused := environment.refused_checkout():
        note(f"note: {refused}.")
    with Display(shown) as display:
        progress = prepared.run(display.watch)
    if not no_check:
        check_laws(prepared)
    make_reports(prepared.store, prepared.catalogue, shown)
    print_summary(progress)
    raise ended(_exit_code(progress))


def print_summary(progress: Progress) -> None:
    """What there was, what came, and what to make of the rest."""
    new = (
        ", ".join(f"{count} {status}" for status, count in sorted(progress.new.items()))
        or "nothing new"
    )
    total = max(
        progress.total, progress.kept.total() + sum(progress.new.values())
    )  # seeds may have been added
    say(f"{text.counted(total, 'trial')}: {progress.kept.total()} kept from before, {new}.")
    for warning in warnings_of(progress):
        note(warning)


def _exit_code(progress: Progress) -> ExitCode:
    if progress.failed or progress.absent:
        return ExitCode.FAILED
    return ExitCode.NOTHING_RAN if progress.idle else ExitCode.FINE


run.add_command(trial_command)
