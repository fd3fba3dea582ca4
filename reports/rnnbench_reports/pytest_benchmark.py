"""The report `pytest-benchmark`: ratios of step times, and epochs to target, in the JSON format of
pytest-benchmark 5."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pytest_benchmark import __version__ as version
from pytest_benchmark.stats import Stats

import rnnbench
from rnnbench_reports.exported import RATIO, costs_of, learning_of, setting_of

FILE = "pytest-benchmark.json"
EPOCHS = "epochs to target"
OPTIONS = {"timer": "rnnbench", "disable_gc": True, "warmup": True, "min_rounds": 1}


def render(findings: rnnbench.Findings, folder: Path) -> list[Path]:
    """Write one file, also where there is nothing to compare.

    A benchmark is a kind of step of a row at a shape, with its ratio to torch's LSTM in each
    replicate as a round: seconds would be compared between runs under different load. Epochs to
    target are one round, their mean over the seeds. All other figures are in `extra_info`.
    """
    content = {
        "machine_info": _machine_info(findings),
        "commit_info": _commit_info(findings),
        "benchmarks": [*_step_times(findings), *_epochs(findings)],
        "datetime": findings.last_started,
        "version": version,
    }
    path = folder / FILE
    path.write_text(json.dumps(content, allow_nan=False), encoding="utf-8")
    return [path]


def _machine_info(findings: rnnbench.Findings) -> dict[str, Any]:
    machine = findings.machines[-1]
    accelerator = {"accelerator": machine.accelerator} if machine.accelerator else {}
    return {
        "node": "unknown",
        "processor": machine.processor,
        "machine": machine.processor,
        "python_implementation": "CPython",
        "python_version": findings.versions.get("python", ("unknown",))[-1],
        "system": machine.system,
        "cpu": {"brand_raw": machine.processor, "count": machine.cores},
        "rnnbench": {"model": machine.model, "versions": findings.versions},
        **accelerator,
    }


def _commit_info(findings: rnnbench.Findings) -> dict[str, Any]:
    """Return the commit of the latest result; a "+" behind its id marks uncommitted changes."""
    commit = findings.commits[-1] if findings.commits else ""
    return {
        "id": commit.partition("+")[0] or "unversioned",
        "time": findings.last_started,
        "author_time": findings.last_started,
        "dirty": "+" in commit,
        "project": "rnnbench",
        "branch": "(unknown)",
    }


def _step_times(findings: rnnbench.Findings) -> Iterator[dict[str, Any]]:
    for cost in findings.costs:
        for row in cost.rows:
            parameters = {
                "cell": row.row,
                "shape": str(cost.shape),
                "threads": cost.threads,
                "device": cost.device,
            }
            for kind, step_time in row.step_times.items():
                yield _benchmark(
                    findings,
                    name=f"{kind} {RATIO}[{row.row}, {cost.title}]",
                    group=f"{kind} {RATIO}, {cost.title} (1 s is one step of torch's LSTM)",
                    parameters=parameters,
                    extra=_extra(findings, cost, row, step_time),
                    rounds=step_time.ratios,
                )


def _epochs(findings: rnnbench.Findings) -> Iterator[dict[str, Any]]:
    for condition in findings.conditions:
        for arm in condition.arms:
            if arm.epochs is None:
                continue
            setting = setting_of(condition)
            yield _benchmark(
                findings,
                name=f"{EPOCHS}[{arm.row}, {setting}]",
                group=f"{EPOCHS}, {setting} (1 s is one epoch)",
                parameters={"cell": arm.row, "condition": setting},
                extra={"learning": _learning(findings, arm.row)},
                rounds=(arm.epochs.centre,),
            )


def _benchmark(
    findings: rnnbench.Findings,
    *,
    name: str,
    group: str,
    parameters: dict[str, Any],
    extra: dict[str, Any],
    rounds: Sequence[float],
) -> dict[str, Any]:
    return {
        "group": group,
        "name": name,
        "fullname": f"{findings.suite}::{name}",
        "params": parameters,
        "param": name.partition("[")[2].removesuffix("]"),
        "extra_info": extra,
        "options": OPTIONS,
        "stats": _stats(rounds),
    }


def _extra(
    findings: rnnbench.Findings,
    cost: rnnbench.CostFinding,
    row: rnnbench.CostRow,
    step_time: rnnbench.StepTime,
) -> dict[str, Any]:
    """Return the figures for which pytest-benchmark has no field, seconds among them."""
    ratio = step_time.ratio
    figures: dict[str, Any] = {
        "seconds": step_time.seconds.centre,
        "seconds_of_replicates": list(step_time.replicates),
        "ratio": [ratio.centre, ratio.low, ratio.high],
        "ratio_ends": ratio.kind,
        "kernel": row.kernel,
        "torch": ", ".join(findings.versions.get("torch", ())),
    }
    for figure in costs_of(cost.title, row):
        if RATIO not in figure.figure:
            figures[figure.figure] = figure.value
    return {**figures, "learning": _learning(findings, row.row)}


def _learning(findings: rnnbench.Findings, row: str) -> dict[str, dict[str, Any]]:
    """Return how a row learned, by condition and figure: the value, and the ends of its range."""
    found = {}
    for condition in findings.conditions:
        for arm in condition.arms:
            if arm.row == row:
                found[setting_of(condition)] = {
                    figure.figure: [figure.value, figure.low, figure.high]
                    for figure in learning_of(condition, arm)
                }
    return found


def _stats(rounds: Sequence[float]) -> dict[str, Any]:
    stats = Stats()  # type: ignore[no-untyped-call]
    for value in rounds:
        stats.update(value)  # type: ignore[no-untyped-call]
    fields: dict[str, Any] = stats.as_dict()  # type: ignore[no-untyped-call]
    return {**fields, "data": list(rounds), "iterations": 1}
