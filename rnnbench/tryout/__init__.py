"""A user's file tried: a handful of cells beside baselines, within minutes."""

from rnnbench.tryout.preparing import OpenedFile, open_file
from rnnbench.tryout.records import Attempt, StepTimes, TryPlan, TryRequest
from rnnbench.tryout.running import Ending, RunEnd, run_until
from rnnbench.tryout.session import Session, open_session
from rnnbench.tryout.stepping import CHEAPEST

__all__ = [
    "CHEAPEST",
    "Attempt",
    "Ending",
    "OpenedFile",
    "RunEnd",
    "Session",
    "StepTimes",
    "TryPlan",
    "TryRequest",
    "open_file",
    "open_session",
    "run_until",
]
