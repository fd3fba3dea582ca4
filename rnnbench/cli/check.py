"""`rnnbench check`: checks that cells and tasks keep the laws of the benchmark."""

from collections import Counter
from typing import Any

import click
import msgspec

from rnnbench.campaign import remember
from rnnbench.catalogue import Catalogue
from rnnbench.cli.completion import CHECKED
from rnnbench.cli.exit_codes import ExitCode, ended
from rnnbench.cli.output import console, cut, note, print_json, print_line, say
from rnnbench.cli.verbosity import Verbosity, verbosity
from rnnbench.errors import UnknownName
from rnnbench.executors.checking import LIMIT_MEMORY_MIB, LIMIT_SECONDS, Checking
from rnnbench.records import CellUse, CheckRequest, Outcome
from rnnbench.suite import cell_use, key_table, resolve_dials

MARKS = {
    "passed": ("ok", "green"),
    "failed": ("FAILED", "bold red"),
    "not applicable": ("-", "dim"),
}


@click.command()
@click.argument("names", nargs=-1, shell_complete=CHECKED)
@click.option("--all", "everything", is_flag=True, help="Check every installed cell.")
@click.option("--option", "options", multiple=True, metavar="NAME=V", help="An option of the cell.")
@click.option(
    "--dial", "dials", multiple=True, metavar="NAME=V", help="A dial of the task: horizon=20."
)
@click.option(
    "--skip",
    multiple=True,
    metavar="IMPLEMENTATION",
    help="Do not compare this one: compiled takes minutes.",
)
@click.option(
    "--limit-seconds",
    type=click.FloatRange(min=1),
    default=LIMIT_SECONDS,
    show_default=True,
    help="For all checks of one cell or task.",
)
@click.option(
    "--limit-memory-mib",
    type=click.IntRange(min=256),
    default=LIMIT_MEMORY_MIB,
    show_default=True,
    help="For the process in which they run.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@verbosity("Print failures alone.", "Print laws and notes in full.")
def check(
    names: tuple[str, ...],
    everything: bool,
    options: tuple[str, ...],
    dials: tuple[str, ...],
    skip: tuple[str, ...],
    limit_seconds: float,
    limit_memory_mib: int,
    as_json: bool,
    shown: Verbosity,
) -> None:
    """Check that the cells and tasks of these NAMES keep the laws on which figures rest.

    One implementation of a cell is given as NAME:IMPLEMENTATION. Each subject is checked in a
    process of its own; a law that the process does not report counts as failed. Exits with 1 if a
    check fails.
    """
    catalogue = Catalogue.present()
    chosen = list(names)
    if everything:
        chosen += [name for name in catalogue.cells if name not in names]
    if not chosen:
        raise click.UsageError("say which: rnnbench check NAME..., or --all")
    _refuse_unknown(skip, catalogue)
    requests = [
        _request(name, catalogue, key_table(options), key_table(dials), skip) for name in chosen
    ]
    outcomes: list[Outcome] = []
    for request in requests:
        request = msgspec.structs.replace(request, memory_mib=limit_memory_mib)
        shown_here = None if as_json else shown
        outcomes += _check(request, catalogue, limit_seconds, shown_here)
    if as_json:
        print_json(msgspec.to_builtins(outcomes))
    else:
        _summarise(outcomes, shown)
    failed = any(outcome.status == "failed" for outcome in outcomes)
    raise ended(ExitCode.FAILED if failed else ExitCode.FINE)


def _check(
    request: CheckRequest, catalogue: Catalogue, limit_seconds: float, shown: Verbosity | None
) -> list[Outcome]:
    """Check one subject and print each outcome as it comes; None prints none.

    If a check fails, the end of the output of the subject's code is printed too.
    """
    contribution = (
        catalogue.cells[request.name] if request.kind == "cell" else catalogue.tasks[request.name]
    )
    checking = Checking(request, contribution.plugin, limit_seconds)
    if shown and console().is_terminal:
        say(request.subject, style="bold")
    outcomes = []
    for outcome in checking.outcomes():
        outcomes.append(outcome)
        if shown or (shown is not None and outcome.status == "failed"):
            _print(request.subject, outcome, shown)
    if checking.printed and any(outcome.status == "failed" for outcome in outcomes):
        note(f"{request.subject} printed, at the end:\n{checking.printed}")
    if request.kind == "cell" and request.subject == request.name and not request.skip:
        cell = catalogue.cells[request.name]
        if request.settings == dict(cell.item.options):
            remember(cell, outcomes)
    return outcomes


def _request(
    name: str,
    catalogue: Catalogue,
    options: dict[str, Any],
    dials: dict[str, Any],
    skip: tuple[str, ...],
) -> CheckRequest:
    """The request for one subject, with its options or dials resolved. Raises UnknownName."""
    if name in catalogue.tasks:
        settings = resolve_dials(catalogue.tasks[name].item, dials, "check")
        return CheckRequest(subject=name, kind="task", name=name, settings=dict(settings))
    if name.partition(":")[0] not in catalogue.cells:
        raise UnknownName("cell or task", name, [*catalogue.cells, *catalogue.tasks], "check")
    use = cell_use(CellUse(name=name, options=options), catalogue, "check")
    return CheckRequest(
        subject=name,
        kind="cell",
        name=use.name,
        implementation=use.implementation,
        settings={**catalogue.cells[use.name].item.options, **use.options},
        skip=skip,
    )


def _refuse_unknown(skip: tuple[str, ...], catalogue: Catalogue) -> None:
    known: set[str] = set()
    for contribution in catalogue.cells.values():
        known.update(contribution.item.implementations)
    for name in skip:
        if name not in known:
            raise UnknownName("implementation", name, known, "check --skip")


def _print(name: str, outcome: Outcome, shown: Verbosity) -> None:
    if not console().is_terminal:
        print_line("\t".join((name, outcome.check, outcome.status, outcome.sentence)))
        return
    word, style = MARKS[outcome.status]
    subject = f"{name} " if shown == Verbosity.QUIET else ""
    head = f"{word:<7}{subject}{outcome.check:<16}"
    sentence = outcome.sentence or outcome.law
    if shown == Verbosity.VERBOSE and outcome.sentence:
        sentence = f"{outcome.law.rstrip('.')}: {outcome.sentence}"
    if shown != Verbosity.VERBOSE and outcome.status != "failed":
        sentence = cut(sentence, console().width - len(head) - 2)
    say(f"{head}{sentence}", indent=2, hang=len(head) + 2, lead=len(word), style=style)


def _summarise(outcomes: list[Outcome], shown: Verbosity) -> None:
    """Print the number of outcomes by status, and the subjects that failed."""
    if not console().is_terminal:
        return
    failed = sorted({outcome.subject for outcome in outcomes if outcome.status == "failed"})
    numbers: Counter[str] = Counter(outcome.status for outcome in outcomes)
    summary = ", ".join(f"{numbers[status]} {status}" for status in MARKS if numbers[status])
    subjects = f": {', '.join(failed)} failed" if failed else ""
    if shown:
        say("")
    say(f"{summary}{subjects}")
