"""`rnnbench show`: shows all that is known of a contribution."""

import re
from collections.abc import Iterator
from itertools import chain
from pkgutil import resolve_name
from typing import Any

import click
from rich.text import Text

from rnnbench.catalogue import Catalogue
from rnnbench.cli.chance import chance
from rnnbench.cli.completion import ANYTHING
from rnnbench.cli.describe import Description
from rnnbench.cli.everything import everything
from rnnbench.cli.output import console, print_json, say
from rnnbench.errors import UnknownName
from rnnbench.plan import count_trials
from rnnbench.records import CellUse
from rnnbench.suite import read_suite

BROKEN = 70
"""Lines of documentation that are at least so long may have been broken for their length."""
LABEL = re.compile(r"^ *\w+: +")
DETAILS = "rnnbench.cli.details:details"
"""Imported only when a cell is shown, because it needs torch."""


@click.command()
@click.argument("name", shell_complete=ANYTHING)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def show(name: str, as_json: bool) -> None:
    """Show all that is known of the cell, task, suite, report, executor, claim or plugin of this
    NAME."""
    catalogue = Catalogue.present()
    described = everything(catalogue)
    things = _things(name, described, catalogue)
    if not things:
        known = [thing["name"] for thing in chain.from_iterable(described.values())]
        raise UnknownName(
            "cell, task, suite, report, executor, claim or plugin",
            name,
            known,
            hint=catalogue.cells.hint,
        )
    if as_json:
        print_json(things)
        return
    for kind, thing in things.items():
        _print(kind, thing)


def _things(
    name: str, described: dict[str, list[Description]], catalogue: Catalogue
) -> dict[str, Description]:
    """Everything of this name, by its kind in the singular."""
    things: dict[str, Description] = {}
    for kind, descriptions in described.items():
        for description in descriptions:
            if description["name"] == name:
                things[kind[:-1]] = {**description, **more(kind, name, catalogue)}
    return things


def _print(kind: str, thing: Description) -> None:
    """Print the name of a thing, its documentation, and a line for each property with a value."""
    say(f"{kind} {thing['name']}", style="bold")
    about = thing.get("about")
    shown = {"name", "about", "note", "readings"}
    if about:
        say("")
        for line, hang in joined(about):
            say(line, indent=2, hang=2 + hang)
        say("")
        shown.add("summary")
    for key, value in thing.items():
        if key not in shown and value not in ("", None, {}, []):
            say(f"{key.replace('_', ' '):<16} {_text(value)}", indent=2, hang=19)


def more(kind: str, name: str, catalogue: Catalogue) -> Description:
    """Details by kind: documentation and checks of a cell, chance level of a task, contents of a
    suite. Raises RnnbenchError for an error in the file of a suite."""
    if kind == "cells":
        with console(stderr=True).status(Text(f"building and checking {name} ...")):
            of_cell: Description = resolve_name(DETAILS)(catalogue.cells[name])
        return of_cell
    if kind == "tasks":
        return {"chance": chance(catalogue.tasks[name].item)}
    if kind != "suites":
        return {}
    suite = read_suite(name, catalogue)
    tasks = [f"{task.name} {_text(task.dials)}".strip() for task in suite.tasks]
    return {
        "cells": [_cell(cell, catalogue) for cell in suite.cells],
        "tasks": list(dict.fromkeys(tasks)),
        "seeds": list(suite.seeds),
        "claims": [claim.name for claim in suite.claims],
        "trials": count_trials(suite),
    }


def _cell(cell: CellUse, catalogue: Catalogue) -> str:
    """A cell of a suite with the options that it sets, where its row does not say them."""
    defaults = catalogue.cells[cell.name].item.options
    changed = {key: value for key, value in cell.options.items() if value != defaults[key]}
    if not changed or cell.row != cell.name:
        return cell.row
    return f"{cell.row} ({_text(changed)})"


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key}={_setting(inner)}" for key, inner in value.items())
    if isinstance(value, list):
        return ", ".join(str(inner) for inner in value)
    return str(value)


def _setting(value: Any) -> str:
    return "none" if value is None else str(value)


def joined(about: str) -> Iterator[tuple[str, int]]:
    """Yield the lines of a documentation, those joined that its author broke for their length, and
    by how many blanks their continuations are indented.

    A line that is short, or ends a sentence, is no such line, so that drawings stay as they are.
    """
    line = ""
    hang = 0
    broken = False
    for part in about.splitlines():
        if broken and part.strip():
            line = f"{line} {part.strip()}"
        else:
            if line or broken:
                yield line, hang
            line = part
            hang = _hang(part)
        broken = len(part) >= BROKEN and not part.endswith((".", ":"))
        if not broken:
            yield line, hang
            line = ""
    if line:
        yield line, hang


def _hang(line: str) -> int:
    """Where the text begins behind a label, as in `seed:   of the generator`; else the indent."""
    label = LABEL.match(line)
    return len(label[0]) if label else len(line) - len(line.lstrip())
