"""Describes contributions for the listing commands, as plain data for tables or JSON."""

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
    build = spec.build if isinstance(spec.build, str) else _location(spec.build)
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


def _location(build: object) -> str:
    """The module and name of a function or class; of another object, those of its type."""
    kind = type(build)
    module = getattr(build, "__module__", kind.__module__)
    name = getattr(build, "__qualname__", kind.__qualname__)
    return f"{module}:{name}"


def _constraints(spec: CellSpec) -> list[str]:
    """The constraints of a cell that apply, in words."""
    constraints = {
        "over frames (B, T, C, H, W)": spec.inputs == "frames",
        f"hidden sizes are multiples of {spec.hidden_multiple}": spec.hidden_multiple != 1,
        f"hidden sizes are at least {spec.smallest}": spec.smallest > 1,
        "input size and hidden size are equal: inputs are projected": spec.same_size,
        f"sequences of at most {spec.longest} steps": spec.longest is not None,
        "its gradients are straight-through: they are not those of its outputs": (
            spec.straight_through
        ),
        "its state cannot be carried on": not spec.carries_state,
    }
    return [sentence for sentence, applies in constraints.items() if applies]


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
        "target": f"{task.metrics[0].name} {text.setting(task.target)}",
        "trivial_forecast": task.trivial_forecast,
        "archives": {
            archive.name: f"{archive.holds} ({archive.licence})" for archive in task.archives
        },
        "missing": _missing_archives(task),
        "about": cleandoc(task.__doc__ or ""),
    }


def chance(task: type[Task]) -> dict[str, float] | str:
    """Scores of the trivial forecast at the default dials, or a sentence why there are none.

    Showing a task fetches nothing, so that recorded data may be missing.
    """
    try:
        return _chance(task)
    except DataUnavailable as error:
        return f"measured on the test data, which are not here: {first_line(error)}"
    except Exception as error:  # a task of third parties may raise anything
        return f"it cannot be measured: {describe(error)}"


def _chance(task: type[Task]) -> dict[str, float] | str:
    default_task = task()  # type: ignore[call-arg]
    if isinstance(default_task, GeneratedTask):
        train = default_task.generate(np.random.default_rng(0), CHANCE_EXAMPLES)
        test = default_task.generate(np.random.default_rng(1), CHANCE_EXAMPLES)
    else:
        missing = _missing_archives(task)
        if missing:
            return (
                f"measured on the test data, which are not here: rnnbench data fetch {task.name}"
                f" ({', '.join(missing)})"
            )
        assert isinstance(default_task, RecordedTask)
        splits = default_task.load(open_archives(type(default_task)))
        train = splits.train
        test = splits.test
    scores = default_task.trivial(train, test)
    return {metric: round(value, 6) for metric, value in scores.items()}


def _missing_archives(task: type[Task]) -> list[str]:
    return [archive.name for archive in task.archives if not is_here(archive)]


def metrics(catalogue: Catalogue) -> list[Description]:
    """Every metric with the tasks that use it, then every diagnostic."""
    rows: dict[str, Description] = {}
    for name, contribution in catalogue.tasks.items():
        for metric in contribution.item.metrics:
            summary = f"{metric.unit}, {metric.direction} is better"
            row = rows.setdefault(
                metric.name, {"name": metric.name, "summary": summary, "origin": "", "tasks": []}
            )
            row["tasks"].append(name)
            row["origin"] = row["origin"] or contribution.plugin.origin
    return [*(rows[name] for name in sorted(rows)), *_diagnostics(catalogue)]


def _diagnostics(catalogue: Catalogue) -> list[Description]:
    return [
        {
            "name": name,
            "summary": contribution.item.summary,
            "origin": contribution.plugin.origin,
            "source": contribution.item.source,
            "tasks": [],
        }
        for name, contribution in catalogue.diagnostics.items()
    ]


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
