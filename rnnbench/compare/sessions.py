"""Whether times of two runs may be compared: one session of measurement, on a quiet machine."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from rnnbench import text
from rnnbench.records import BUSY_CORES, CostTrial, Result

UNNAMED = "times are compared within one session that has a name (`cost.occasion`)"
MOST_HOURS = 3
"""A session is no longer than this; later the machine may be another."""
APART = "more than {} hours lie between these results"
DISTURBED = "others used {} of its cores before a trial"
USE_AB = "use `rnnbench ab`, which measures both at one time"


def disturbed(results: Iterable[Result]) -> list[str]:
    """Return what worked beside cost trials, as a list of at most one sentence."""
    busiest = max((_busy_cores(result) for result in results), default=0.0)
    if busiest <= BUSY_CORES:
        return []
    return [DISTURBED.format(text.rounded(busiest, 2))]


def _busy_cores(result: Result) -> float:
    return result.surroundings.busy_cores if result.surroundings else 0.0


def sessions_apart(results: Iterable[Result]) -> list[str]:
    """Return why results are not of one session, as a list of at most one sentence."""
    trials = [result.trial for result in results]
    sessions = {trial.session for trial in trials if isinstance(trial, CostTrial)}
    if len(sessions) == 1 and "" not in sessions:
        return []
    named = text.listed(sorted(session or "no name" for session in sessions))
    return [f"{UNNAMED}, and these are of {named}"]


def hours_apart(results: Iterable[Result]) -> list[str]:
    """Return that results are too far apart in time, as a list of at most one sentence."""
    try:
        started = [datetime.fromisoformat(result.started) for result in results]
        apart = max(started) - min(started)
    except (ValueError, TypeError):  # it was edited: no time, or one without a zone
        return ["one of these results does not say when it was measured"]
    return [] if apart <= timedelta(hours=MOST_HOURS) else [APART.format(MOST_HOURS)]
