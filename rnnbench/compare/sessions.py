"""Whether results of two runs are of one session of measurement."""

from collections.abc import Iterable

from rnnbench import text
from rnnbench.records import CostTrial, Result

UNNAMED = "times are compared within one session that has a name (`cost.occasion`)"


def sessions_apart(results: Iterable[Result]) -> list[str]:
    """Return why results are not of one session, as a list of at most one sentence."""
    trials = [result.trial for result in results]
    sessions = {trial.session for trial in trials if isinstance(trial, CostTrial)}
    if len(sessions) == 1 and "" not in sessions:
        return []
    named = text.listed(sorted(session or "no name" for session in sessions))
    return [f"{UNNAMED}, and these are of {named}"]
