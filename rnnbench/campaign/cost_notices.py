"""Notices on the cost trials of a run: cells left out, a busy machine, the precision reached."""

from collections import Counter
from collections.abc import Iterator, Sequence

from rnnbench import text
from rnnbench.findings import INTERVAL_REPLICATES
from rnnbench.plan import TIMES, Index, Known, cost_trials, precision, wants_more
from rnnbench.records import (
    BUSY_CORES,
    CostPlan,
    CostTrial,
    PrecisionTarget,
    Result,
    Suite,
    Trial,
    trial_id,
)

BUSY = "the machine is busy"


def left_out(suite: Suite) -> Iterator[str]:
    """Yield a line for each cell that is left out, and each reason."""
    if suite.cost is None:
        return
    places_by_reason: dict[tuple[str, str], list[str]] = {}
    for out in suite.cost.left_out:
        place = f"{out.measurement} at {out.shape}"
        places_by_reason.setdefault((out.row, out.reason), []).append(place)
    for (row, reason), places in places_by_reason.items():
        rest = f" and {len(places) - 1} more" if len(places) > 1 else ""
        yield f"{row} is left out of {places[0]}{rest}: {reason}"


def target_of(suite: Suite, trial: Trial) -> PrecisionTarget | None:
    """The precision target of a cost trial; None for a learning trial."""
    plan = suite.cost
    if plan is None or not isinstance(trial, CostTrial):
        return None
    return PrecisionTarget(plan.precision, plan.most_seconds, plan.most_replicates, plan.reference)


def busy(result: Result) -> Iterator[str]:
    """Yield a line if other processes kept the machine busy before a cost trial began."""
    load = result.surroundings
    if load and load.busy_cores > BUSY_CORES:
        busiest = f", {load.busiest}" if load.busiest else ""
        yield (
            f"{BUSY}: others use {text.rounded(load.busy_cores, 2)} of its cores{busiest};"
            " cost figures get wider"
        )


def missing(suite: Suite, index: Index) -> Counter[str]:
    """Count the replicates in which a cell has no row beside others, by cell, place and reason."""
    sentences: Counter[str] = Counter()
    for trial in cost_trials(suite, index):
        outcome = index.get(trial_id(trial))
        if outcome is None:
            continue
        place = f"{trial.measurement} at {trial.shape}"
        sentences.update(
            f"{row} is missing from {place}: {reason}" for row, reason in outcome.absent.items()
        )
    return sentences


def enough(suite: Suite, index: Index) -> Iterator[str]:
    """Yield a line if nothing is measured in this session, because enough others are complete."""
    times = [trial for trial in cost_trials(suite, index) if trial.measurement in TIMES]
    plan = suite.cost
    if plan and times and all(trial.session != plan.session for trial in times):
        names = ", ".join(plan.other_sessions)
        yield (
            f"nothing is measured on {plan.session}: enough sessions are complete, of {names};"
            " raise cost.occasions"
        )


def reached(suite: Suite, index: Index) -> Iterator[str]:
    """Yield a line for each completed measurement of times: its replicates and its precision."""
    plan = suite.cost
    if plan is None or plan.replicates < INTERVAL_REPLICATES:
        return
    for (measurement, shape), trials in _times_of_session(suite, plan, index).items():
        outcomes = [index.get(trial_id(trial)) for trial in trials]
        done = [outcome for outcome in outcomes if outcome and outcome.log_ratios]
        if len(done) >= max(plan.replicates, 2):
            yield f"{measurement} at {shape}: {_precision_reached(done, plan)}"


def _times_of_session(
    suite: Suite, plan: CostPlan, index: Index
) -> dict[tuple[str, str], list[CostTrial]]:
    """The time measurements of this session, by measurement and shape."""
    trials: dict[tuple[str, str], list[CostTrial]] = {}
    for trial in cost_trials(suite, index):
        if trial.measurement in TIMES and trial.session not in plan.other_sessions:
            trials.setdefault((trial.measurement, str(trial.shape)), []).append(trial)
    return trials


def _precision_reached(done: Sequence[Known], plan: CostPlan) -> str:
    half_width = precision(done)
    verdict = "asked"
    if half_width > plan.precision:
        ended_by = "its number" if wants_more(done, plan) else "its time"
        verdict = f"wider than asked, ended by {ended_by}"
    return (
        f"{len(done)} replicates: ratios to the reference cell within ±{half_width:.1%} ({verdict}:"
        f" ±{plan.precision:.0%})"
    )
