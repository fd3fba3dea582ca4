"""The export `bmf`: Bencher Metric Format, by cell and setting, and within by measure."""

import json
import re
from hashlib import sha256
from pathlib import Path

import rnnbench
from rnnbench_reports.exported import RATIO, exported

FILE = "bmf.json"
MOST_OF_NAME = 1024
MOST_OF_SLUG = 64
"""The most characters that Bencher takes for a benchmark and for a measure."""
HASH_DIGITS = 8
PLAIN = re.compile(r"[a-z0-9]+( [a-z0-9]+)*")
"""Figures of which no two have one slug."""


def render(findings: rnnbench.Findings, folder: Path) -> list[Path]:
    """Write one file. The format knows no direction: thresholds on Bencher say which is better."""
    benchmarks: dict[str, dict[str, dict[str, float]]] = {}
    for figure in exported(findings):
        metric = {"value": figure.value}
        if figure.low is not None:
            metric["lower_value"] = figure.low
        if figure.high is not None:
            metric["upper_value"] = figure.high
        measures = benchmarks.setdefault(_name(figure.subject), {})
        measures[_slug(figure.figure)] = metric
    path = folder / FILE
    path.write_text(json.dumps(benchmarks, indent=1, allow_nan=False), encoding="utf-8")
    return [path]


def _slug(figure: str) -> str:
    """Return a name of small letters, digits and hyphens: `train-step-over-torch-s-lstm`.

    Where it leaves out what tells one figure from another, a hash of the whole name follows; so it
    depends on no other figure, and stays from commit to commit.
    """
    slug = re.sub(r"[^a-z0-9]+", "-", figure.lower()).strip("-")
    is_whole = PLAIN.fullmatch(figure.replace(RATIO, "over torch")) and len(slug) <= MOST_OF_SLUG
    return slug if is_whole else _cut(slug, figure, MOST_OF_SLUG)


def _name(subject: str) -> str:
    """Return the name of a benchmark; a long one ends in a hash."""
    return subject if len(subject) <= MOST_OF_NAME else _cut(subject, subject, MOST_OF_NAME)


def _cut(short: str, whole: str, most: int) -> str:
    digits = sha256(whole.encode()).hexdigest()[:HASH_DIGITS]
    return f"{short[: most - HASH_DIGITS - 1].rstrip('-')}-{digits}".lstrip("-")
