"""Compares two runs: what changed, and whether a gate lets it pass. No torch."""

from rnnbench.compare.compare import compare
from rnnbench.compare.gate import JUDGED, rule
from rnnbench.compare.junit import junit, marks
from rnnbench.compare.markdown import RENEW, markdown
from rnnbench.compare.paired import PRECISION, PairedMeasurement
from rnnbench.compare.paired_comparing import paired_comparison
from rnnbench.compare.paired_judging import PairedRuling
from rnnbench.compare.plain_text import in_words
from rnnbench.compare.policy import policy_for, read_policy
from rnnbench.compare.reading import read_run
from rnnbench.compare.records import (
    OUTCOME,
    Change,
    Circumstance,
    Comparison,
    GateVerdict,
    Kind,
    Ruling,
    Run,
    Side,
    Verdict,
)
from rnnbench.compare.summary import Block, Line, blocks, counted, in_units

__all__ = [
    "JUDGED",
    "OUTCOME",
    "PRECISION",
    "RENEW",
    "Block",
    "Change",
    "Circumstance",
    "Comparison",
    "GateVerdict",
    "Kind",
    "Line",
    "PairedMeasurement",
    "PairedRuling",
    "Ruling",
    "Run",
    "Side",
    "Verdict",
    "blocks",
    "compare",
    "counted",
    "in_units",
    "in_words",
    "junit",
    "markdown",
    "marks",
    "paired_comparison",
    "policy_for",
    "read_policy",
    "read_run",
    "rule",
]
