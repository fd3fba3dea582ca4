"""Which day's measurements a run adds to, where a suite's costs are measured on several days."""

from datetime import UTC, datetime

from msgspec.structs import replace

from rnnbench.records import CostTrial, Suite
from rnnbench.store import Store


def settle_occasion(suite: Suite, store: Store, today: str = "") -> Suite:
    """The suite with its occasion: today where there is a day still to be measured on, or the last one.

    today: the date, by default that of UTC.
    """
    if suite.cost is None or suite.cost.occasions == 1:
        return suite
    today = today or datetime.now(UTC).date().isoformat()
    trials = [result.trial for result in store.read() if result.trial.suite_version == suite.version]
    seen = sorted({trial.occasion for trial in trials if isinstance(trial, CostTrial) and trial.occasion})
    occasion = today if today in seen or len(seen) < suite.cost.occasions else seen[-1]
    return replace(suite, cost=replace(suite.cost, occasion=occasion))
