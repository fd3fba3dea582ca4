"""The session of a run, which is its day or has a name, and those before it, where costs are
measured on several."""

from datetime import UTC, datetime

from msgspec.structs import replace

from rnnbench.records import CostTrial, Suite
from rnnbench.store import Store


def settle_session(suite: Suite, store: Store, *, fresh: bool = False, today: str = "") -> Suite:
    """The suite with its session, which is today where it has no name, and the others of which
    there are results; the planner decides which of them count. With `fresh`, none does: it is
    measured whatever there is of others.

    today: the date, by default that of UTC.
    """
    if suite.cost is None or (suite.cost.sessions == 1 and not suite.cost.session):
        return suite
    today = suite.cost.session or today or datetime.now(UTC).date().isoformat()
    trials = [
        result.trial for result in store.read() if result.trial.suite_version == suite.version
    ]
    seen = {trial.session for trial in trials if isinstance(trial, CostTrial) and trial.session}
    others = () if fresh or suite.cost.sessions == 1 else tuple(sorted(seen - {today}))
    return replace(suite, cost=replace(suite.cost, session=today, other_sessions=others))
