"""Findings: what a set of results says. Estimates with ranges, answers, doubts. No torch, no files."""

from rnnbench.findings.across_records import Aspect, AspectRow, Improvement, Profile
from rnnbench.findings.book import Book
from rnnbench.findings.claim_figures import LOST, claim_figures
from rnnbench.findings.claim_looks import looks_ahead, verdict_seeds
from rnnbench.findings.claim_records import ClaimFinding, Judged, ReadingFinding
from rnnbench.findings.claim_wording import describe
from rnnbench.findings.claims import is_settled
from rnnbench.findings.cost_records import CostFinding, CostPair, CostRow, KernelPair, Pace
from rnnbench.findings.estimates import INTERVAL_REPLICATES, half_width
from rnnbench.findings.find import find
from rnnbench.findings.horizons import HorizonFinding
from rnnbench.findings.law_caveats import LawCaveat, caveats_of
from rnnbench.findings.race import Raced, race
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
from rnnbench.findings.scaling_records import Scaling
from rnnbench.findings.scored import Scored, is_raced, rank
from rnnbench.findings.solve_curve import SolveCurve
from rnnbench.findings.span import Rung, Span, SpanInterval
from rnnbench.findings.spending import fewest_seeds
from rnnbench.findings.survival import EpochRatio, Reached, ShareRatio, Survival

__all__ = [
    "INTERVAL_REPLICATES",
    "LOST",
    "Arm",
    "Aspect",
    "AspectRow",
    "Book",
    "ClaimFinding",
    "Comparison",
    "Condition",
    "CostFinding",
    "CostPair",
    "CostRow",
    "Curve",
    "DiagnosticCurve",
    "EpochRatio",
    "Failure",
    "Findings",
    "HorizonFinding",
    "Improvement",
    "Judged",
    "KernelPair",
    "LawCaveat",
    "Pace",
    "Profile",
    "Raced",
    "Range",
    "RateScore",
    "Reached",
    "ReadingFinding",
    "Rung",
    "Scaling",
    "Scored",
    "Search",
    "ShareRatio",
    "SolveCurve",
    "Span",
    "SpanInterval",
    "Survival",
    "caveats_of",
    "claim_figures",
    "describe",
    "fewest_seeds",
    "find",
    "half_width",
    "is_raced",
    "is_settled",
    "looks_ahead",
    "race",
    "rank",
    "verdict_seeds",
]
