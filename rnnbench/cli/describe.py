"""Describes contributions for the listing commands, as plain data for tables or JSON."""

from dataclasses import fields
from inspect import cleandoc
from pathlib import Path
from typing import Any

from rnnbench import text
from rnnbench.archives import is_here
from rnnbench.catalogue import Catalogue, Contribution, Plugin
from rnnbench.contracts import CellSpec, ExecutorSpec, Renderer, Task
from rnnbench.suite import suite_head

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
        "target": _target(task),
        "trivial_forecast": task.trivial_forecast,
        "archives": {
            archive.name: f"{archive.holds} ({archive.licence})" for archive in task.archives
        },
        "missing": missing_archives(task),
        "about": cleandoc(task.__doc__ or ""),
    }


def _target(task: type[Task]) -> str:
    """The target at the default dials, with its metric, or that cells are ranked by the metric."""
    name = task.metrics[0].name
    if task.target is None:
        return f"none: cells are ranked by test {name}"
    return f"{name} {text.setting(task.target)}"


def missing_archives(task: type[Task]) -> list[str]:
    """The archives of a task that are not on this machine, by name."""
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
