"""Phrases and ratios that several sentences on cost share."""

from rnnbench import text
from rnnbench.findings.cost.records import StepKind
from rnnbench.findings.stats.ranges import Range

MOST_NAMED = 6
"""The most rows that one sentence names."""
ENOUGH_SESSIONS = 5
"""With fewer sessions, sentences warn that ratios move from one session to another."""
MOVES = "moves by 5 to 15 % from one session to another"
STEP_PHRASES: dict[StepKind, str] = {
    "train": "In training",
    "inference": "Forward alone",
    "streaming": "In a stream",
}


def ratio(over: Range) -> str:
    """Return a ratio with its interval: `1.25 [1.22 to 1.28]`.

    A plain range is named as such, with its replicates; one replicate is given as `1.25 (once)`.
    """
    if over.n == 1:
        return f"{text.rounded(over.centre)} (once)"
    what = f"over {over.n} replicates" if over.kind == "range" else ""
    return f"{text.rounded(over.centre)} {text.interval(over.low, over.high, what)}"
