"""The campaign: ask the planner, hand trials to an executor, store what comes back, until nothing
is left."""

from rnnbench.campaign.executor_choice import ExecutorChoice
from rnnbench.campaign.fastest import settle_fastest
from rnnbench.campaign.law_checks import check_strangers, remember
from rnnbench.campaign.progress import FAILURES, IDLE, Progress, Watch
from rnnbench.campaign.run import run_suite
from rnnbench.campaign.session import settle_session
from rnnbench.campaign.untested import untested

__all__ = [
    "FAILURES",
    "IDLE",
    "ExecutorChoice",
    "Progress",
    "Watch",
    "check_strangers",
    "remember",
    "run_suite",
    "settle_fastest",
    "settle_session",
    "untested",
]
