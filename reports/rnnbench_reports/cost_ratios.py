"""Ratios of times between any two rows, as a table for other programs."""

import csv
from pathlib import Path

import rnnbench

FILE = "cost-ratios.csv"
COLUMNS = (
    "setting",
    "step",
    "row",
    "over",
    "kernel",
    "over_kernel",
    "one_kernel",
    "ratio",
    "low",
    "high",
    "n",
    "interval",
)


def render(findings: rnnbench.Findings, folder: Path) -> list[Path]:
    """Write one file with a line for every two rows that were measured side by side, the slower one
    over the faster."""
    path = folder / FILE
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for cost in findings.costs:
            writer.writerows(_lines(cost))
    return [path]


def _lines(cost: rnnbench.CostFinding) -> list[tuple[object, ...]]:
    kernels = {row.row: row.kernel for row in cost.rows}
    return [
        (
            cost.title,
            pair.kind,
            pair.slow,
            pair.fast,
            kernels[pair.slow],
            kernels[pair.fast],
            "yes" if pair.kernel else "no",
            pair.ratio.centre,
            pair.ratio.low,
            pair.ratio.high,
            pair.ratio.n,
            pair.ratio.kind,
        )
        for pair in cost.pairs
    ]
