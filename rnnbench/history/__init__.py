"""The figures of runs by commit: stored in one file, with the commits at which they moved."""

from rnnbench.history.ab_judge import ab_judge
from rnnbench.history.adding import add, merge, refuse_unless_history
from rnnbench.history.bisect import (
    BadUndecided,
    Bisected,
    Judge,
    Judgement,
    Listen,
    NotWorse,
    bisect,
)
from rnnbench.history.commits import Checkout, named_commit
from rnnbench.history.database import DEFAULT_FILE, History
from rnnbench.history.feed import RECENT, Feed, Selection, Shown, ShownStep, feed
from rnnbench.history.records import Added, Commit, Measured, Point, Series, Step, Summary
from rnnbench.history.runs import RunValues, values_of_run
from rnnbench.history.summaries import Summarised, summaries

__all__ = [
    "DEFAULT_FILE",
    "RECENT",
    "Added",
    "BadUndecided",
    "Bisected",
    "Checkout",
    "Commit",
    "Feed",
    "History",
    "Judge",
    "Judgement",
    "Listen",
    "Measured",
    "NotWorse",
    "Point",
    "RunValues",
    "Selection",
    "Series",
    "Shown",
    "ShownStep",
    "Step",
    "Summarised",
    "Summary",
    "ab_judge",
    "add",
    "bisect",
    "feed",
    "merge",
    "named_commit",
    "refuse_unless_history",
    "summaries",
    "values_of_run",
]
