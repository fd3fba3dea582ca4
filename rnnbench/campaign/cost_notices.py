"""What a run says of its cost trials: who is left out, how busy the machine was, how precise the
figures became."""

from collections import Counter
from collections.abc import Iterator

from rnnbench.findings import INTERVAL_REPLICATES
from rnnbench.plan import TIMES, Index, cost_trials, precision, wants_more
from rnnbench.records import CostTrial, PrecisionTarget, Result, Suite, Trial, trial_id

BUSY_CORES = 0.2
BUSY = "the machine is busy"


def left_out(suite: Suite) -> Iterator[str]:
    """A line for each cell and reason."""
    if suite.cost is None:
        return
    reasons: dict[tuple[str, str], list[str]] = {}
    for out in suite.cost.left_out:
        reasons.setdefault((out.row, out.reason), []).append(f"{out.measurement} at {out.shape}")
    for (row, reason), where in reasons.items():
        rest = f" and {len(where) - 1} more" if len(where) > 1 else ""
        yield f"{row} is left out of {where[0]}{rest}: {reason}"


def aim(suite: Suite, trial: Trial) -> PrecisionTarget | None:
    """What a result of this trial was to become part of."""
    plan = suite.cost
    if plan is None or not isinstance(trial, CostTrial):
        return None
    return PrecisionTarget(plan.precision, plan.most_seconds, plan.most_replicates, plan.reference)


def busy(result: Result) -> Iterator[str]:
    """A line where others were at work before a cost trial began."""
    around = result.surroundings
    if around and around.busy_cores > BUSY_CORES:
        named = f", {around.busiest}" if around.busiest else ""
        yield (
            f"{BUSY}: others use {around.busy_cores:.2g} of its cores{named}; cost figures get"
            " wider"
        )


def missing(suite: Suite, index: Index) -> Counter[str]:
    """Cells that have no row beside others that have, each with where and why, and in how many
    replicates."""
    return Counter(
        f"{row} is missing from {trial.measurement} at {trial.shape}: {reason}"
        for trial in cost_trials(suite, index)
        if (outcome := index.get(trial_id(trial)))
        for row, reason in outcome.absent.items()
    )


def enough(suite: Suite, index: Index) -> Iterator[str]:
    """A line where nothing is measured on this session, as there are others enough."""
    times = [trial for trial in cost_trials(suite, index) if trial.measurement in TIMES]
    plan = suite.cost
    if plan and times and all(trial.session != plan.session for trial in times):
        names = ", ".join(plan.other_sessions)
        yield (
            f"nothing is measured on {plan.session}: enough sessions are complete, of {names};"
            " raise cost.occasions"
        )


def reached(suite: Suite, index: Index) -> Iterator[str]:
    """A line for each measurement whose replicates go on until they are precise, once it is
    complete."""
    plan = suite.cost
    if plan is None or plan.replicates < INTERVAL_REPLICATES:
        return
    by_station: dict[tuple[str, str], list[CostTrial]] = {}
    for trial in cost_trials(suite, index):
        if trial.measurement in TIMES and trial.session not in plan.other_sessions:
            by_station.setdefault((trial.measurement, str(trial.shape)), []).append(trial)
    for (measurement, shape), trials in by_station.items():
        done = [
            outcome
            for trial in trials
            if (outcome := index.get(trial_id(trial))) and outcome.log_ratios
        ]
        if len(done) < max(plan.replicates, 2):
            continue
        wide = precision(done)
        why = "asked"
        if wide > plan.precision:
            why = "wider than asked, ended by " + (
                "its number" if wants_more(done, plan) else "its time"
            )
        said = (
            f"{len(done)} replicates: ratios to the reference cell within ±{wide:.1%} ({why}:"
            f" ±{plan.precision:.0%})"
        )
        yield f"{measurement} at {shape}: {said}"
