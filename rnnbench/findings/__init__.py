"""Findings: what a set of results says. Estimates with ranges, answers, doubts. No torch, no files."""

from rnnbench.findings.cost_records import CostFinding, CostPair, CostRow, Pace, Scaling
from rnnbench.findings.estimates import INTERVAL_REPLICATES, half_width
from rnnbench.findings.find import find
from rnnbench.findings.ranges import Curve, DiagnosticCurve, Range
from rnnbench.findings.records import (
    Arm,
    Comparison,
    Condition,
    Failure,
    Findings,
    RateScore,
    Search,
)

__all__ = [
    "INTERVAL_REPLICATES",
    "Arm",
    "Comparison",
    "Condition",
    "CostFinding",
    "CostPair",
    "CostRow",
    "Curve",
    "DiagnosticCurve",
    "Failure",
    "Findings",
    "Pace",
    "Range",
    "RateScore",
    "Scaling",
    "Search",
    "find",
    "half_width",
]
