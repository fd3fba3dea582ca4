"""`rnnbench data`: the real data that tasks need."""

from typing import Any

import click

from rnnbench import text
from rnnbench.archives import fetch, is_here
from rnnbench.catalogue import Catalogue
from rnnbench.cli.completion import TASKS
from rnnbench.cli.exit_codes import ExitCode, ended
from rnnbench.cli.output import note, print_json, print_table, say
from rnnbench.contracts import Archive
from rnnbench.errors import DataUnavailable


@click.group()
def data() -> None:
    """List or fetch the real data that tasks need."""


@data.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_(as_json: bool) -> None:
    """List each archive: source, version, licence, size, and whether it is here.

    A terminal that is too narrow for all columns shows no licences; JSON always has them.
    """
    archives = _archives(Catalogue.present())
    rows = [_row(archive, tasks) for archive, tasks in archives.items()]
    if as_json:
        print_json(rows)
        return
    columns = ("archive", "tasks", "holds", "licence", "size", "state")
    print_table(columns, [list(map(_text, row.values())) for row in rows], spare="licence")


@data.command("fetch")
@click.argument("tasks", nargs=-1, shell_complete=TASKS)
def fetch_(tasks: tuple[str, ...]) -> None:
    """Fetch the data of TASKS (default: all), for machines that will be offline."""
    catalogue = Catalogue.present()
    for task in tasks:
        catalogue.tasks.find(task)
    failed = False
    for archive, users in _archives(catalogue).items():
        if tasks and not set(tasks) & set(users):
            continue
        try:
            say(f"{archive.name}: {fetch(archive)}")
        except DataUnavailable as error:
            failed = True
            note(f"{text.sentence(str(error))} Skipped: {', '.join(users)}.")
    if failed:
        raise ended(ExitCode.FAILED)


def _row(archive: Archive, tasks: list[str]) -> dict[str, Any]:
    return {
        "archive": archive.name,
        "tasks": tasks,
        "holds": archive.holds,
        "licence": archive.licence,
        "size": f"{archive.size_bytes / 1e6:.1f} MB",
        "state": "here" if is_here(archive) else "to be fetched",
    }


def _text(value: object) -> str:
    return ", ".join(value) if isinstance(value, list) else str(value)


def _archives(catalogue: Catalogue) -> dict[Archive, list[str]]:
    """Every archive, with the names of the tasks that need it."""
    tasks: dict[Archive, list[str]] = {}
    for name, contribution in catalogue.tasks.items():
        for archive in contribution.item.archives:
            tasks.setdefault(archive, []).append(name)
    return tasks
