"""The day of a run, and those before it, where a suite's costs are measured on several days."""

from datetime import UTC, datetime

from msgspec.structs import replace

from rnnbench.records import CostTrial, Suite
from rnnbench.store import Store


def settle_occasion(suite: Suite, store: Store, *, fresh: bool = False, today: str = "") -> Suite:
    """The suite with its occasion, which is today, and the others of which there are results; the planner decides which
    of them count. With `fresh`, none does: today is measured whatever there is of other days.

    today: the date, by default that of UTC.
    """
    if suite.cost is None or suite.cost.occasions == 1:
        return suite
    today = today or datetime.now(UTC).date().isoformat()
    trials = [result.trial for result in store.read() if result.trial.suite_version == suite.version]
    seen = {trial.occasion for trial in trials if isinstance(trial, CostTrial) and trial.occasion}
    others = () if fresh else tuple(sorted(seen - {today}))
    return replace(suite, cost=replace(suite.cost, occasion=today, other_occasions=others))
