"""Findings: what a set of results says. Estimates with ranges, answers, doubts. No torch, no files."""

from rnnbench.findings.find import find
from rnnbench.findings.records import (
    Arm,
    Comparison,
    Condition,
    CostFinding,
    CostRow,
    Curve,
    Failure,
    Findings,
    Range,
    RateScore,
    Search,
)

__all__ = [
    "Arm",
    "Comparison",
    "Condition",
    "CostFinding",
    "CostRow",
    "Curve",
    "Failure",
    "Findings",
    "Range",
    "RateScore",
    "Search",
    "find",
]
