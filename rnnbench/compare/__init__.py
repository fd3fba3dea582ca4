"""Two runs against each other: what changed, and whether a gate lets it pass. No torch, no
files."""

from rnnbench.compare.compare import compare
from rnnbench.compare.gate import JUDGED, rule
from rnnbench.compare.junit import junit
from rnnbench.compare.markdown import RENEW, markdown
from rnnbench.compare.records import (
    OUTCOME,
    Change,
    Circumstance,
    Comparison,
    Kind,
    Ruling,
    Run,
    SearchState,
    Side,
    Verdict,
)
from rnnbench.compare.summary import Block, Line, blocks, counted, in_units

__all__ = [
    "JUDGED",
    "OUTCOME",
    "RENEW",
    "Block",
    "Change",
    "Circumstance",
    "Comparison",
    "Kind",
    "Line",
    "Ruling",
    "Run",
    "SearchState",
    "Side",
    "Verdict",
    "blocks",
    "compare",
    "counted",
    "in_units",
    "junit",
    "markdown",
    "rule",
]
