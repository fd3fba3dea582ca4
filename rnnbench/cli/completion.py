"""Completions of arguments in shells: names of what is installed, runs, and ids of trials."""

from collections.abc import Callable, Iterable
from pathlib import Path

import click
from click.shell_completion import CompletionItem

from rnnbench.catalogue import Catalogue
from rnnbench.cli.everything import everything

RUNS = "runs"
"""The folder in which a run is put where no other is named."""
TRIALS = "trials"
Complete = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]


def of_kind(*kinds: str, files: bool = False) -> Complete:
    """Complete names of these kinds, as `rnnbench list` has them; with `files`, also paths."""

    def complete(
        context: click.Context,  # noqa: ARG001
        parameter: click.Parameter,  # noqa: ARG001
        incomplete: str,
    ) -> list[CompletionItem]:
        described = everything(Catalogue.present())
        items = []
        for kind in kinds:
            for thing in described[kind]:
                items.append(CompletionItem(thing["name"], help=thing["summary"]))
        found = [item for item in items if item.value.startswith(incomplete)]
        if files and not found:
            return [CompletionItem(incomplete, type="file")]
        return found

    return complete


CELLS = of_kind("cells")
TASKS = of_kind("tasks")
SUITES = of_kind("suites", files=True)
CLAIMS = of_kind("claims")
REPORTS = of_kind("reports")
EXECUTORS = of_kind("executors")
CHECKED = of_kind("cells", "tasks")
ANYTHING = of_kind(
    "cells", "tasks", "suites", "reports", "executors", "metrics", "claims", "plugins"
)


def complete_run(
    context: click.Context,  # noqa: ARG001
    parameter: click.Parameter,  # noqa: ARG001
    incomplete: str,
) -> list[CompletionItem]:
    """Complete folders of runs: those in `runs`, and those that the typed path begins; where there
    is none, any folder."""
    typed = Path(incomplete)
    parent = typed if incomplete.endswith("/") else typed.parent
    found = [str(path) for path in _runs_in([Path(RUNS), parent])]
    items = [CompletionItem(path) for path in found if path.startswith(incomplete)]
    return items or [CompletionItem(incomplete, type="dir")]


def _runs_in(folders: Iterable[Path]) -> list[Path]:
    runs: set[Path] = set()
    for folder in folders:
        runs.update(path.parent for path in folder.glob(f"*/{TRIALS}"))
    return sorted(runs)


def complete_trial(
    context: click.Context,
    parameter: click.Parameter,  # noqa: ARG001
    incomplete: str,
) -> list[CompletionItem]:
    """Complete ids of the trials in the folder that is typed before them."""
    folder = context.params.get("folder")
    if folder is None:
        return []
    ids = sorted(path.stem for path in (Path(folder) / TRIALS).glob("*.json"))
    return [CompletionItem(name) for name in ids if name.startswith(incomplete)]
