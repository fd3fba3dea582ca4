"""`rnnbench check`."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import click
import msgspec
import torch

from rnnbench.catalogue import Catalogue
from rnnbench.cli.output import console, print_json, print_line
from rnnbench.errors import UnknownName
from rnnbench.records import CellUse
from rnnbench.suite import cell_use, key_table, resolve_dials
from rnnbench.testing import Outcome, check_cell, check_task

SOME_FAILED = 1
MARKS = {"passed": ("ok", "green"), "failed": ("FAILED", "bold red"), "not applicable": ("-", "dim")}


@click.command()
@click.argument("names", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Check every installed cell.")
@click.option("--option", "options", multiple=True, metavar="NAME=V", help="An option of the cell.")
@click.option("--dial", "dials", multiple=True, metavar="NAME=V", help="A dial of the task: horizon=20.")
@click.option(
    "--skip", multiple=True, metavar="IMPLEMENTATION", help="Do not compare this one: compiled takes minutes."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def check(
    names: tuple[str, ...],
    everything: bool,
    options: tuple[str, ...],
    dials: tuple[str, ...],
    skip: tuple[str, ...],
    as_json: bool,
) -> None:
    """Check that the cells and tasks of these NAMES keep the laws on which figures rest.

    A cell may be asked for in one implementation, as NAME:IMPLEMENTATION. Exits with 1 where a check fails.
    """
    catalogue = Catalogue.load()
    chosen = [*names, *(name for name in catalogue.cells if everything and name not in names)]
    if not chosen:
        raise click.UsageError("say which: rnnbench check NAME..., or --all")
    _refuse_unknown(skip, catalogue)
    runs = [_run_of(name, catalogue, key_table(options), key_table(dials), skip) for name in chosen]
    torch.set_num_threads(1)
    outcomes = []
    for name, run in zip(chosen, runs, strict=True):
        if not as_json and console().is_terminal:
            console().print(f"[bold]{name}[/bold]")
        for outcome in run():
            outcomes.append(outcome)
            if not as_json:
                _print(name, outcome)
    if as_json:
        print_json(msgspec.to_builtins(outcomes))
    else:
        _summarise(outcomes)
    raise click.exceptions.Exit(SOME_FAILED if any(o.status == "failed" for o in outcomes) else 0)


def _run_of(
    name: str, catalogue: Catalogue, options: dict[str, Any], dials: dict[str, Any], skip: tuple[str, ...]
) -> Callable[[], Iterator[Outcome]]:
    """The run of the checks of this cell or task, its options or dials checked. Raises UnknownName."""
    if name in catalogue.tasks:
        task = catalogue.tasks[name].item
        return partial(check_task, task(**resolve_dials(task, dials, "check")))  # type: ignore[arg-type]
    if name.partition(":")[0] not in catalogue.cells:
        raise UnknownName("cell or task", name, [*catalogue.cells, *catalogue.tasks], "check")
    use = cell_use(CellUse(name=name, options=options), catalogue, "check")
    return partial(check_cell, catalogue.cells[use.name].item, use.options, use.implementation, skip)


def _refuse_unknown(skip: tuple[str, ...], catalogue: Catalogue) -> None:
    known = {name for brought in catalogue.cells.values() for name in brought.item.implementations}
    for name in skip:
        if name not in known:
            raise UnknownName("implementation", name, known, "check --skip")


def _print(name: str, outcome: Outcome) -> None:
    out = console()
    if not out.is_terminal:
        print_line("\t".join((name, outcome.check, outcome.status, outcome.sentence)))
        return
    word, style = MARKS[outcome.status]
    says = outcome.sentence if outcome.status != "passed" else outcome.sentence or outcome.law
    out.print(f"  {outcome.check:<15}[{style}]{word:<7}[/{style}]", end="")
    out.print(says, markup=False, style="" if outcome.status == "failed" else "dim")


def _summarise(outcomes: list[Outcome]) -> None:
    """How many of each, and which subjects failed."""
    if not console().is_terminal:
        return
    failed = sorted({outcome.subject for outcome in outcomes if outcome.status == "failed"})
    number = {status: sum(o.status == status for o in outcomes) for status in MARKS}
    told = ", ".join(f"{count} {status}" for status, count in number.items() if count)
    console().print(f"\n{told}" + (f": {', '.join(failed)} failed" if failed else ""), markup=False)
