"""`rnnbench show`."""

from pkgutil import resolve_name
from textwrap import indent
from typing import Any

import click
from rich.text import Text

from rnnbench.catalogue import Catalogue
from rnnbench.cli.describe import Description, chance
from rnnbench.cli.everything import everything
from rnnbench.cli.output import console, print_json
from rnnbench.errors import UnknownName
from rnnbench.plan import count_trials
from rnnbench.suite import read_suite

PORTRAIT = "rnnbench.cli.details:portrait"
"""It needs torch, and is imported when a cell is shown."""


@click.command()
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def show(name: str, as_json: bool) -> None:
    """Show all that is known of the cell, task, suite, report, executor, claim or plugin of this
    NAME."""
    catalogue = Catalogue.load()
    described = everything(catalogue)
    found = {
        kind[:-1]: {**thing, **_more(kind, name, catalogue)}
        for kind, things in described.items()
        for thing in things
        if thing["name"] == name
    }
    if not found:
        known = [row["name"] for things in described.values() for row in things]
        raise UnknownName(
            "cell, task, suite, report, executor, claim or plugin",
            name,
            known,
            hint=catalogue.cells.hint,
        )
    if as_json:
        print_json(found)
        return
    for kind, thing in found.items():
        _print(kind, thing)


def _print(kind: str, thing: Description) -> None:
    """Its name, its own words where it has some, then what is known of it, a line each."""
    out = console()
    out.print(Text(f"{kind} {thing['name']}", style="bold"))
    if about := thing.get("about"):
        out.print(f"\n{indent(about, '  ')}\n", markup=False)
    for key, value in thing.items():
        if (
            key not in ("name", "about", "note", "readings")
            and value not in ("", None, {}, [])
            and not (about and key == "summary")
        ):
            out.print(f"  {key.replace('_', ' '):<16} {_text(value)}", markup=False)


def _more(kind: str, name: str, catalogue: Catalogue) -> Description:
    """For a cell its own words and its checks; for a task its chance level; for a suite what it
    resolves to: an error in its file is raised here."""
    if kind == "cells":
        with console(stderr=True).status(Text(f"building and checking {name} ...")):
            of_cell: Description = resolve_name(PORTRAIT)(catalogue.cells[name])
        return of_cell
    if kind == "tasks":
        return {"chance": chance(catalogue.tasks[name].item)}
    if kind != "suites":
        return {}
    suite = read_suite(name, catalogue)
    return {
        "cells": [cell.row for cell in suite.cells],
        "tasks": list(
            dict.fromkeys(f"{task.name} {_text(task.dials)}".strip() for task in suite.tasks)
        ),
        "seeds": list(suite.seeds),
        "claims": [claim.name for claim in suite.claims],
        "trials": count_trials(suite),
    }


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key}={inner}" for key, inner in value.items())
    if isinstance(value, list):
        return ", ".join(str(inner) for inner in value)
    return str(value)
