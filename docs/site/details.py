"""Pages on each cell and each task, from what `rnnbench show` knows of them."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import rnnbench
from rnnbench.catalogue import Catalogue
from rnnbench.cli.chance import chance
from rnnbench.cli.describe import describe_all
from rnnbench.cli.details import measured
from rnnbench.cli.showing import joined

DRAWN = re.compile(r"\S {2,}\S|^answer ")
"""A line that loses its sense where blanks are joined."""


def pages() -> dict[str, str]:
    """The Markdown of each page, by its name."""
    catalogue = Catalogue.present()
    described = describe_all(catalogue)
    return {
        "cells.md": "".join(_cells(catalogue, described["cells"])),
        "tasks.md": "".join(_tasks(catalogue, described["tasks"])),
    }


def _cells(catalogue: Catalogue, described: list[dict[str, Any]]) -> Iterator[str]:
    yield "# Cells, one by one\n\n"
    yield "Equations, sources and sizes, as `rnnbench show NAME` prints them.\n"
    for one in described:
        if not _ours(catalogue.cells[one["name"]]):
            continue
        facts = measured(catalogue.cells[one["name"]].item)
        about = facts.pop("about")
        shown = {key: one[key] for key in ("source", "options", "implementations")}
        yield _section(one["name"], about, {**shown, **facts})


def _tasks(catalogue: Catalogue, described: list[dict[str, Any]]) -> Iterator[str]:
    yield "# Tasks, one by one\n\n"
    yield "An example of each, its target, and what is scored without learning.\n"
    for one in described:
        if not _ours(catalogue.tasks[one["name"]]):
            continue
        keys = ("dials", "target", "trivial_forecast", "metrics", "archives")
        shown = {key.replace("_", " "): one[key] for key in keys}
        facts = {**shown, "chance": chance(catalogue.tasks[one["name"]].item)}
        yield _section(one["name"], one["about"], facts)


def _ours(contribution: Any) -> bool:
    """Whether the page is on it: layers of other packages have their own documentation."""
    name = contribution.item.name
    return contribution.plugin.distribution == "rnnbench" and not name.startswith(
        ("torchrecurrent-", "fla-")
    )


def _section(name: str, about: str, facts: Mapping[str, Any]) -> str:
    listed = "\n".join(f"- {key}: {_text(value)}" for key, value in facts.items() if value)
    return f"\n## {name}\n\n{_prose(about)}\n\n{listed}\n"


def _prose(about: str) -> str:
    parts = []
    for part in about.split("\n\n"):
        lines = [line for line, _ in joined(part)]
        if any(DRAWN.search(line) for line in part.splitlines()):
            parts.append("\n".join(["```text", part, "```"]))
        else:
            parts.append("<br>\n".join(map(rnnbench.text.markdown, lines)))
    return "\n\n".join(parts)


def _text(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {inner}" for key, inner in value.items())
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return rnnbench.text.markdown(str(value))
