"""The report `pytest-benchmark`: step times in the JSON format of pytest-benchmark 5."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pytest_benchmark import __version__ as version
from pytest_benchmark.stats import Stats

import rnnbench

FILE = "pytest-benchmark.json"


def render(findings: rnnbench.Findings, folder: Path) -> list[Path]:
    """Write one file with a benchmark for each cell, shape and kind of step.

    The median of a replicate counts as a round.
    """
    content = {
        "machine_info": _machine_info(findings),
        "commit_info": _commit_info(findings),
        "benchmarks": list(_benchmarks(findings)),
        "datetime": findings.last_started,
        "version": version,
    }
    path = folder / FILE
    path.write_text(json.dumps(content, indent=1), encoding="utf-8")
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
        **accelerator,
    }


def _commit_info(findings: rnnbench.Findings) -> dict[str, Any]:
    """Return the last commit; a "+" behind its id marks uncommitted changes."""
    commit = findings.commits[-1] if findings.commits else ""
    return {
        "id": commit.partition("+")[0] or "unversioned",
        "time": findings.last_started,
        "author_time": findings.last_started,
        "dirty": "+" in commit,
        "project": "rnnbench",
        "branch": "(unknown)",
    }


def _benchmarks(findings: rnnbench.Findings) -> Iterator[dict[str, Any]]:
    for cost in findings.costs:
        for row in cost.rows:
            for kind, step_time in row.step_times.items():
                label = f"{row.row}, {cost.title}"
                name = f"{kind}[{label}]"
                yield {
                    "group": f"{kind}, {cost.title}",
                    "name": name,
                    "fullname": f"{findings.suite}::{name}",
                    "params": _parameters(cost, row),
                    "param": label,
                    "extra_info": _extra(row, step_time),
                    "options": {
                        "timer": "rnnbench",
                        "disable_gc": True,
                        "warmup": True,
                        "min_rounds": 1,
                    },
                    "stats": _stats(step_time),
                }


def _parameters(cost: rnnbench.CostFinding, row: rnnbench.CostRow) -> dict[str, Any]:
    return {
        "cell": row.row,
        "shape": str(cost.shape),
        "threads": cost.threads,
        "device": cost.device,
    }


def _extra(row: rnnbench.CostRow, step_time: rnnbench.StepTime) -> dict[str, Any]:
    """Return the figures for which pytest-benchmark has no field."""
    return {
        "kernel": row.kernel,
        "parameters": row.parameters,
        "peak_bytes": row.peak_bytes.centre if row.peak_bytes else None,
        "saved_bytes": row.saved_bytes,
        "flops": row.flops,
        "ratio_to_torch_lstm": [step_time.ratio.centre, step_time.ratio.low, step_time.ratio.high],
    }


def _stats(step_time: rnnbench.StepTime) -> dict[str, Any]:
    stats = Stats()  # type: ignore[no-untyped-call]
    for seconds in step_time.replicates:
        stats.update(seconds)  # type: ignore[no-untyped-call]
    fields: dict[str, Any] = stats.as_dict()  # type: ignore[no-untyped-call]
    return {**fields, "data": list(step_time.replicates), "iterations": 1}
