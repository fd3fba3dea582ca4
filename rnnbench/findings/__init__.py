"""Findings: what a set of results says. Estimates with ranges, answers, doubts. No torch, no files."""

from rnnbench.findings.find import find
from rnnbench.findings.ranges import Curve, DiagnosticCurve, Range
from rnnbench.findings.records import (
    Arm,
    Comparison,
    Condition,
    CostFinding,
    CostRow,
    Failure,
    Findings,
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
    "DiagnosticCurve",
    "Failure",
    "Findings",
    "Range",
    "RateScore",
    "Search",
    "find",
]
