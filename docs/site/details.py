"""Pages on cells, tasks, suites, claims, metrics and diagnostics: what `rnnbench show` knows."""

import re
from collections.abc import Iterator, Mapping, Sequence
from inspect import cleandoc
from typing import Any

import rnnbench
from rnnbench.catalogue import Catalogue
from rnnbench.cli.chance import chance
from rnnbench.cli.claims import claim_descriptions
from rnnbench.cli.describe import describe_all
from rnnbench.cli.details import measured
from rnnbench.cli.showing import joined, more
from rnnbench.suite import read_suite

DRAWN = re.compile(r"\S {2,}\S|^answer ")
"""A line that loses its sense where blanks are joined."""


def pages() -> dict[str, str]:
    """The Markdown of each page, by its name."""
    catalogue = Catalogue.present()
    described = describe_all(catalogue)
    return {
        "cells.md": "".join(_cells(catalogue, described["cells"])),
        "tasks.md": "".join(_tasks(catalogue, described["tasks"])),
        "suite-pages.md": "".join(_suites(catalogue, described["suites"])),
        "claim-pages.md": "".join(_claims(catalogue)),
        "metrics.md": "".join(_metrics(catalogue, described["metrics"])),
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


def _suites(catalogue: Catalogue, described: list[dict[str, Any]]) -> Iterator[str]:
    yield "# Suites, one by one\n\n"
    yield "What each of them runs; [their files](suites.md) say all else, and can be copied.\n"
    for one in described:
        if catalogue.suites[one["name"]].plugin.distribution != "rnnbench":
            continue
        contents = more("suites", one["name"], catalogue)
        suite = read_suite(one["name"], catalogue)
        tasks = [_linked(name, "tasks.md") for name in _names(suite.tasks)]
        facts = {
            "version": one["version"],
            "cells": [_linked(name, "cells.md") for name in _names(suite.cells)],
            "tasks": tasks,
            "seeds": len(suite.seeds) if tasks else 0,
            "claims": [_linked(name, "claim-pages.md") for name in contents["claims"]],
            "trials": f"{contents['trials']:,}",
            "run it": [f"`rnnbench run suite {one['name']}`"],
        }
        yield _section(one["name"], one["summary"], facts)


def _names(uses: Sequence[Any]) -> list[str]:
    """Each name once, in their order."""
    return list(dict.fromkeys(use.name for use in uses))


def _linked(name: str, page: str) -> str:
    return f"[{name}]({page}#{name})"


def _claims(catalogue: Catalogue) -> Iterator[str]:
    yield "# Claims, one by one\n\n"
    yield (
        "What each claim asks, by readings and conditions that were fixed before anything was run."
        " [The verdicts](claims.md) are on a page of their own.\n"
    )
    for one in claim_descriptions(catalogue):
        if "readings" in one:
            yield f"\n## {one['name']}\n\n{_text(one['summary'])}\n"
            yield f"\n{_text(one['note'])}\n" if one["note"] else ""
            yield from map(_reading, one["readings"])


def _reading(reading: Mapping[str, Any]) -> str:
    asks = _text(": ".join(filter(None, (reading["title"], reading["asks"]))))
    conditions = [
        "    - " + ", ".join(f"{name} {_text(value)}" for name, value in facets.items())
        for facets in reading["conditions"]
    ]
    missing = [f"    - untested: {_text(reason)}" for reason in reading["missing"]]
    return "\n".join(["", f"- {asks}", *conditions, *missing, ""])


def _metrics(catalogue: Catalogue, described: list[dict[str, Any]]) -> Iterator[str]:
    yield "# Metrics and diagnostics, one by one\n\n"
    yield "What scores and diagnoses are, and which tasks have them.\n"
    scored = {}
    for contribution in catalogue.tasks.values():
        for metric in contribution.item.metrics:
            scored.setdefault(metric.name, metric.compute)
    for one in described:
        found = scored.get(one["name"]) or catalogue.diagnostics[one["name"]].item.load()
        about = cleandoc(found.__doc__ or "")
        tasks = [name for name in one["tasks"] if _ours(catalogue.tasks[name])]
        facts = {
            "source": one.get("source", ""),
            "tasks": [_linked(name, "tasks.md") for name in tasks],
        }
        yield _section(one["name"], f"{one['summary']}\n\n{about}".strip(), facts)


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
