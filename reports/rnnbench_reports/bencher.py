"""The export `bmf`: Bencher Metric Format, by cell and setting, and within by measure."""

import json
import re
from pathlib import Path

import rnnbench
from rnnbench_reports.exported import exported

FILE = "bmf.json"
MOST_OF_NAME = 1024
MOST_OF_SLUG = 64
"""The most characters that Bencher takes for a benchmark and for a measure."""


def render(findings: rnnbench.Findings, folder: Path) -> list[Path]:
    """Write one file. The format knows no direction: thresholds on Bencher say which is better."""
    benchmarks: dict[str, dict[str, dict[str, float]]] = {}
    for figure in exported(findings):
        metric = {"value": figure.value}
        if figure.low is not None:
            metric["lower_value"] = figure.low
        if figure.high is not None:
            metric["upper_value"] = figure.high
        measures = benchmarks.setdefault(figure.subject[:MOST_OF_NAME], {})
        measures[_slug(figure.figure)] = metric
    path = folder / FILE
    path.write_text(json.dumps(benchmarks, indent=1, allow_nan=False), encoding="utf-8")
    return [path]


def _slug(figure: str) -> str:
    """Return a name of small letters, digits and hyphens: `train-step-over-torch-s-lstm`."""
    return re.sub(r"[^a-z0-9]+", "-", figure.lower()).strip("-")[:MOST_OF_SLUG]
