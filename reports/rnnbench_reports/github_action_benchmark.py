"""The export `github-action-benchmark`: two files for that action, one for each way of better."""

import json
from pathlib import Path

import rnnbench
from rnnbench_reports.exported import Exported, exported

FILES = {"lower": "custom-smaller-is-better.json", "higher": "custom-bigger-is-better.json"}
"""The file of each direction, for the tools customSmallerIsBetter and customBiggerIsBetter."""


def render(findings: rnnbench.Findings, folder: Path) -> list[Path]:
    """Write an array of figures for each direction; none where no figure has that direction, since
    the action refuses an empty one."""
    paths = []
    figures = list(exported(findings))
    for direction, name in FILES.items():
        entries = [_entry(figure) for figure in figures if figure.better == direction]
        if entries:
            path = folder / name
            path.write_text(json.dumps(entries, indent=1, allow_nan=False), encoding="utf-8")
            paths.append(path)
    return paths


def _entry(figure: Exported) -> dict[str, str | float]:
    entry: dict[str, str | float] = {
        "name": f"{figure.subject}: {figure.figure}",
        "unit": figure.unit,
        "value": figure.value,
    }
    if figure.low is not None and figure.high is not None:
        entry["range"] = rnnbench.text.interval(figure.low, figure.high)
    if figure.of:
        entry["extra"] = figure.of
    return entry
