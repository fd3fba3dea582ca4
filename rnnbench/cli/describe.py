"""What the listing commands say of each thing: plain data, printed as tables or as JSON."""

from dataclasses import fields
from inspect import cleandoc
from pathlib import Path
from typing import Any

import numpy as np

from rnnbench import text
from rnnbench.archives import is_here, open_archives
from rnnbench.catalogue import Catalogue, Contribution, Plugin
from rnnbench.contracts import CellSpec, ExecutorSpec, GeneratedTask, RecordedTask, Renderer, Task
from rnnbench.errors import DataUnavailable, describe, first_line
from rnnbench.suite import suite_head

CHANCE_EXAMPLES = 1000
Description = dict[str, Any]


def describe_all(catalogue: Catalogue) -> dict[str, list[Description]]:
    """Everything in the catalogue, by kind."""
    return {
        "cells": [_cell(contribution) for contribution in catalogue.cells.values()],
        "tasks": [_task(contribution) for contribution in catalogue.tasks.values()],
        "suites": [_suite(contribution) for contribution in catalogue.suites.values()],
        "reports": [_report(contribution) for contribution in catalogue.reports.values()],
        "metrics": metrics(catalogue),
        "executors": [_executor(contribution) for contribution in catalogue.executors.values()],
        "plugins": [_plugin(plugin) for plugin in catalogue.plugins],
    }


def _cell(contribution: Contribution[CellSpec]) -> Description:
    spec = contribution.item
    build = spec.build if isinstance(spec.build, str) else _place(spec.build)
    return {
        "name": spec.name,
        "summary": spec.summary,
        "origin": contribution.plugin.origin,
        "source": spec.source,
        "options": dict(spec.options),
        "implementations": list(spec.implementations),
        "parallel": "" if spec.parallel == "none" else spec.parallel,
        "constraints": _constraints(spec),
        "build": build,
    }


def _place(build: object) -> str:
    """Where a function or class is defined; of what has no such place, what it is."""
    kind = type(build)
    module = getattr(build, "__module__", kind.__module__)
    name = getattr(build, "__qualname__", kind.__qualname__)
    return f"{module}:{name}"


def _constraints(spec: CellSpec) -> list[str]:
    """What it asks of who uses it, in words."""
    said = {
        "over frames (B, T, C, H, W)": spec.inputs == "frames",
        f"hidden sizes are multiples of {spec.hidden_multiple}": spec.hidden_multiple > 1,
        f"hidden sizes are at least {spec.smallest}": spec.smallest > 1,
        "input size and hidden size are equal: inputs are projected": spec.same_size,
        f"sequences of at most {spec.longest} steps": spec.longest is not None,
        "its gradients are straight-through: they are not those of its outputs": (
            spec.straight_through
        ),
        "its state cannot be carried on": not spec.carries_state,
    }
    return [words for words, holds in said.items() if holds]


def _task(contribution: Contribution[type[Task]]) -> Description:
    task = contribution.item
    return {
        "name": task.name,
        "summary": text.summary(task.__doc__),
        "origin": contribution.plugin.origin,
        "dials": {field.name: field.default for field in fields(task) if field.init},
        "loss": task.loss,
        "asked_at": task.readout,
        "mode": task.mode,
        "metrics": {
            metric.name: f"{metric.unit}, {metric.direction} is better" for metric in task.metrics
        },
        "target": f"{task.metrics[0].name} {task.target:g}",
        "trivial_forecast": task.trivial_forecast,
        "archives": {
            archive.name: f"{archive.holds} ({archive.licence})" for archive in task.archives
        },
        "missing": [archive.name for archive in task.archives if not is_here(archive)],
        "about": cleandoc(task.__doc__ or ""),
    }


def chance(task: type[Task]) -> dict[str, float] | str:
    """Scores of the trivial forecast at the default dials; of recorded data, why they cannot be had
    where they are not here: showing a task fetches nothing."""
    try:
        return _chance(task)
    except DataUnavailable as error:
        return f"measured on the test data, which are not here: {first_line(error)}"
    except Exception as error:  # the task is a stranger's
        return f"it cannot be measured: {describe(error)}"


def _chance(task: type[Task]) -> dict[str, float] | str:
    some = task()  # type: ignore[call-arg]
    if isinstance(some, GeneratedTask):
        train, test = (
            some.generate(np.random.default_rng(seed), CHANCE_EXAMPLES) for seed in (0, 1)
        )
    elif missing := [archive.name for archive in task.archives if not is_here(archive)]:
        return (
            f"measured on the test data, which are not here: rnnbench data fetch {task.name}"
            f" ({', '.join(missing)})"
        )
    else:
        assert isinstance(some, RecordedTask)
        splits = some.load(open_archives(type(some)))
        train, test = splits.train, splits.test
    return {metric: round(value, 6) for metric, value in some.trivial(train, test).items()}


def metrics(catalogue: Catalogue) -> list[Description]:
    """Every metric of an installed task, with the tasks that use it, and the diagnostics of
    cells."""
    found: dict[str, Description] = {}
    for name, contribution in catalogue.tasks.items():
        for metric in contribution.item.metrics:
            summary = f"{metric.unit}, {metric.direction} is better"
            row = found.setdefault(
                metric.name, {"name": metric.name, "summary": summary, "origin": "", "tasks": []}
            )
            row["tasks"].append(name)
            row["origin"] = row["origin"] or contribution.plugin.origin
    extra = [
        {
            "name": name,
            "summary": b.item.summary,
            "origin": b.plugin.origin,
            "source": b.item.source,
            "tasks": [],
        }
        for name, b in catalogue.diagnostics.items()
    ]
    return [*(found[name] for name in sorted(found)), *extra]


def _suite(contribution: Contribution[Path]) -> Description:
    path = contribution.item
    summary, version = suite_head(path)
    return {
        "name": path.stem,
        "summary": summary,
        "version": version,
        "origin": contribution.plugin.origin,
        "file": str(path),
    }


def _report(contribution: Contribution[Renderer]) -> Description:
    return {
        "name": contribution.item.name,
        "summary": contribution.item.summary,
        "origin": contribution.plugin.origin,
    }


def _executor(contribution: Contribution[ExecutorSpec]) -> Description:
    spec = contribution.item
    return {
        "name": spec.name,
        "summary": spec.summary,
        "origin": contribution.plugin.origin,
        "options": dict(spec.options),
        "shared": spec.shared,
        "needs": spec.needs,
    }


def _plugin(plugin: Plugin) -> Description:
    return {
        "name": plugin.name,
        "summary": f"BROKEN: {plugin.problem}" if plugin.problem else "ok",
        "origin": plugin.origin,
        "module": plugin.module,
        "problem": plugin.problem,
    }
