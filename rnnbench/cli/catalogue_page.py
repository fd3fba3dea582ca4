"""`rnnbench list --markdown`: what is installed, as a page of tables."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from jinja2 import Environment, PackageLoader, StrictUndefined

from rnnbench.cli.describe import Description

Cell = Callable[[Description], str]
CODE = "`{}`"


class Table(NamedTuple):
    """A table of the page: its heading, and what each column shows."""

    title: str
    columns: Mapping[str, Cell]


def page(described: Mapping[str, Sequence[Description]]) -> str:
    """Return the page of contributions, which are given by kind; kinds without any are left out."""
    environment = Environment(
        loader=PackageLoader("rnnbench.cli"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,  # noqa: S701
    )
    tables = []
    for kind, table in TABLES.items():
        rows = [
            [_escaped(of_thing(thing)) for of_thing in table.columns.values()]
            for thing in described.get(kind, ())
        ]
        if rows:
            tables.append({"title": table.title, "columns": list(table.columns), "rows": rows})
    return environment.get_template("catalogue.md.j2").render(tables=tables).rstrip()


def _name(thing: Description) -> str:
    return CODE.format(thing["name"])


def _summary(thing: Description) -> str:
    return str(thing["summary"])


def _source(thing: Description) -> str:
    return str(thing.get("source", ""))


def _options(thing: Description) -> str:
    options = thing.get("options") or thing.get("dials") or {}
    return ", ".join(CODE.format(f"{name} = {_value(value)}") for name, value in options.items())


def _value(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool | None) else str(value)


def _forms(thing: Description) -> str:
    return ", ".join(map(CODE.format, thing["implementations"]))


def _metrics(thing: Description) -> str:
    return ", ".join(f"{name} ({unit})" for name, unit in thing["metrics"].items())


def _target(thing: Description) -> str:
    return str(thing["target"])


def _trivial(thing: Description) -> str:
    return str(thing["trivial_forecast"])


def _licence(thing: Description) -> str:
    return ", ".join(f"{name}: {holds}" for name, holds in thing["archives"].items())


def _version(thing: Description) -> str:
    return str(thing["version"])


def _tasks(thing: Description) -> str:
    return ", ".join(map(CODE.format, thing["tasks"]))


def _note(thing: Description) -> str:
    return str(thing.get("note", ""))  # claims that cannot be read have a problem alone


def _escaped(words: str) -> str:
    """Return words on one line, with no bar that would end a cell."""
    return " ".join(words.split()).replace("|", "\\|")


TABLES: Mapping[str, Table] = {
    "cells": Table(
        "Cells",
        {
            "cell": _name,
            "what it is": _summary,
            "source": _source,
            "options": _options,
            "implementations": _forms,
        },
    ),
    "tasks": Table(
        "Tasks",
        {
            "task": _name,
            "what it asks": _summary,
            "dials": _options,
            "target": _target,
            "trivial forecast": _trivial,
            "metrics": _metrics,
            "data": _licence,
        },
    ),
    "suites": Table("Suites", {"suite": _name, "what it asks": _summary, "version": _version}),
    "claims": Table("Claims", {"claim": _name, "sentence": _summary, "note": _note}),
    "metrics": Table(
        "Metrics and diagnostics",
        {"metric": _name, "what it is": _summary, "source": _source, "tasks": _tasks},
    ),
    "executors": Table("Executors", {"executor": _name, "what it is": _summary}),
    "reports": Table("Reports", {"report": _name, "what it is": _summary}),
}
"""The tables of the page by the kind of their contributions."""
