"""The door: what a plugin may bring in. Hooks are nouns and pure: they return, so that what is
brought has an owner."""

from collections.abc import Sequence
from pathlib import Path

import pluggy

from rnnbench.contracts import CellSpec, Diagnostic, ExecutorSpec, Renderer, Task

GROUP = "rnnbench"
"""The entry-point group in which distributions name their plugin modules, and the name of the
pluggy project."""

hookspec = pluggy.HookspecMarker(GROUP)
hookimpl = pluggy.HookimplMarker(GROUP)


@hookspec
def rnnbench_cells() -> Sequence[CellSpec]:  # type: ignore[empty-body]
    """Cells: a list of `CellSpec`."""


@hookspec
def rnnbench_tasks() -> Sequence[type[Task]]:  # type: ignore[empty-body]
    """Tasks: a list of task classes (frozen dataclasses; the fields are the dials)."""


@hookspec
def rnnbench_suites() -> Sequence[Path]:  # type: ignore[empty-body]
    """Suites: a list of TOML files; the name of the file is the name of the suite."""


@hookspec
def rnnbench_reports() -> Sequence[Renderer]:  # type: ignore[empty-body]
    """Reports: a list of `Renderer`."""


@hookspec
def rnnbench_metrics() -> Sequence[Diagnostic]:  # type: ignore[empty-body]
    """Further measurements of a cell in a fresh and in a trained model: a list of `Diagnostic`."""


@hookspec
def rnnbench_executors() -> Sequence[ExecutorSpec]:  # type: ignore[empty-body]
    """Executors, the places where trials run: a list of `ExecutorSpec`."""


@hookspec
def rnnbench_claims() -> Sequence[Path]:  # type: ignore[empty-body]
    """Claims: a list of TOML files with `[[claims]]`; the suite `claims` takes them in."""
