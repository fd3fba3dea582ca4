"""Settles the session of a run: its date or its name, and the sessions before it.

Costs may be measured in several sessions, to include the variation between days.
"""

from datetime import UTC, datetime

from msgspec.structs import replace

from rnnbench.records import CostTrial, Suite
from rnnbench.store import Store


def settle_session(suite: Suite, store: Store, *, fresh: bool = False, today: str = "") -> Suite:
    """The suite with its session, and the other sessions of which there are results.

    The session is today's date unless it has a name. The planner decides which other sessions
    count; with `fresh`, none do, so that everything is measured again.

    today: the date, by default that of UTC.
    """
    cost = suite.cost
    if cost is None or (cost.sessions == 1 and not cost.session):
        return suite
    session = cost.session or today or datetime.now(UTC).date().isoformat()
    stored = _stored_sessions(store, suite.version)
    others: tuple[str, ...] = ()
    if not fresh and cost.sessions > 1:
        others = tuple(sorted(stored - {session}))
    return replace(suite, cost=replace(cost, session=session, other_sessions=others))


def _stored_sessions(store: Store, version: int) -> set[str]:
    """The sessions of the stored cost trials of a suite's version."""
    sessions = set()
    for result in store.read():
        trial = result.trial
        if trial.suite_version == version and isinstance(trial, CostTrial) and trial.session:
            sessions.add(trial.session)
    return sessions
