"""Findings from a set of results: estimates with ranges, answers, caveats.

Nothing here uses torch or reads files.
"""

from rnnbench.findings.aggregate.records import Aspect, AspectRow, Improvement, Profile
from rnnbench.findings.claims.judging import is_settled
from rnnbench.findings.claims.looks import looks_ahead, verdict_seeds
from rnnbench.findings.claims.measurements import Measurements
from rnnbench.findings.claims.records import ClaimFinding, Judged, ReadingFinding
from rnnbench.findings.claims.summary import describe
from rnnbench.findings.claims.trial_figures import LOST, claim_figures
from rnnbench.findings.cost.records import (
    CostFinding,
    CostPair,
    CostRow,
    KernelPair,
    StepKind,
    StepTime,
)
from rnnbench.findings.cost.scaling_records import Scaling
from rnnbench.findings.find import find
from rnnbench.findings.law_caveats import LawCaveat, caveats_of
from rnnbench.findings.learning.between_records import BetweenRuns
from rnnbench.findings.learning.between_runs import between_runs
from rnnbench.findings.learning.epochs_to_target import EpochRatio, Reached, ShareRatio
from rnnbench.findings.learning.horizons import HorizonFinding
from rnnbench.findings.learning.race import Raced, race
from rnnbench.findings.learning.records import Arm, Comparison, Condition
from rnnbench.findings.learning.scored import Scored, is_raced, rank
from rnnbench.findings.learning.search_records import Optimum, RateScore, Search
from rnnbench.findings.learning.solve_curve import SolveCurve
from rnnbench.findings.learning.span import Rung, Span, SpanInterval
from rnnbench.findings.learning.state_size_records import (
    SizedScore,
    StateSizeCurve,
    StateSizeFinding,
)
from rnnbench.findings.records import DescribedCell, Failure, Findings, TrialOutcome, schema
from rnnbench.findings.stats.error_spending import fewest_seeds
from rnnbench.findings.stats.estimates import INTERVAL_REPLICATES, half_width
from rnnbench.findings.stats.kaplan_meier import Survival
from rnnbench.findings.stats.ranges import Curve, DiagnosticCurve, Range
from rnnbench.findings.tryout.records import Tryout

__all__ = [
    "INTERVAL_REPLICATES",
    "LOST",
    "Arm",
    "Aspect",
    "AspectRow",
    "BetweenRuns",
    "ClaimFinding",
    "Comparison",
    "Condition",
    "CostFinding",
    "CostPair",
    "CostRow",
    "Curve",
    "DescribedCell",
    "DiagnosticCurve",
    "EpochRatio",
    "Failure",
    "Findings",
    "HorizonFinding",
    "Improvement",
    "Judged",
    "KernelPair",
    "LawCaveat",
    "Measurements",
    "Optimum",
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
    "SizedScore",
    "SolveCurve",
    "Span",
    "SpanInterval",
    "StateSizeCurve",
    "StateSizeFinding",
    "StepKind",
    "StepTime",
    "Survival",
    "TrialOutcome",
    "Tryout",
    "between_runs",
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
    "schema",
    "verdict_seeds",
]
