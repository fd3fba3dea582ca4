"""Cost trials: what is measured beside what, and how many replicates each figure still needs."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import count

from msgspec.structs import replace

from rnnbench.findings import INTERVAL_REPLICATES, half_width
from rnnbench.plan.known import Index, Known
from rnnbench.records import CostPlan, CostTrial, Suite, trial_id

SIDE_BY_SIDE = ("train-step-time", "inference-time", "streaming-time", "instructions")
"""Measurements whose cells share a process."""
TIMES = ("train-step-time", "inference-time", "streaming-time")
STEADY = {"memory-timeline": 1, "operations": 1, "instructions": 1}
"""Replicates of what hardly varies, or not at all."""


def cost_trials(suite: Suite, index: Index | None = None) -> Iterator[CostTrial]:
    """Every cost trial of the suite that is due by what is known, done ones included, replicate by
    replicate: what is cut short has all figures from the replicates that it has."""
    if suite.cost is None:
        return
    known = index or {}
    stations = [_on_its_day(suite.cost, station, known) for station in _stations(suite, suite.cost)]
    for turn in count():
        due = [station for station in stations if turn < wanted(suite.cost, station, known)]
        if not due:
            return
        yield from (replace(station, round=turn) for station in due)


def wanted(plan: CostPlan, station: CostTrial, index: Index) -> int:
    """How many replicates there are to be of this measurement, as far as is known.

    Of times at least `replicates`; then one more at a time until every ratio to the reference cell
    is as precise as asked, or they have taken as long as they may, or there are `most_replicates`.
    Below the number that carries an interval there is nothing to be made more precise, and it is
    just what the suite says. A day that is over gets no more.
    """
    if station.measurement in STEADY:
        return STEADY[station.measurement]
    if station.measurement == "peak-memory":
        return min(plan.replicates, plan.memory_replicates)
    if plan.replicates < INTERVAL_REPLICATES or station.session in plan.other_sessions:
        return plan.replicates
    for number in range(plan.replicates, plan.most_replicates):
        known = [index.get(trial_id(replace(station, round=turn))) for turn in range(number)]
        done = [outcome for outcome in known if outcome is not None]
        if len(done) < number or not (_lacks_some(done, plan) or wants_more(done, plan)):
            return number
    return max(plan.replicates, plan.most_replicates)


def _with_figures(outcomes: Iterable[Known | None]) -> int:
    return sum(outcome is not None and bool(outcome.log_ratios) for outcome in outcomes)


def _lacks_some(done: Sequence[Known], plan: CostPlan) -> bool:
    """Whether some replicates were lost where others have figures, while there is time for more."""
    in_time = sum(outcome.seconds for outcome in done) < plan.most_seconds
    return in_time and 0 < _with_figures(done) < plan.replicates


def _on_its_day(plan: CostPlan, station: CostTrial, index: Index) -> CostTrial:
    """The measurement today; or, where these cells have as many other days as are wanted, each with
    figures of all its replicates, on the last of them, on which nothing is lacking. What was begun
    today is brought to its end.
    """
    if not station.session or trial_id(station) in index:
        return station
    days = [replace(station, session=day) for day in plan.other_sessions]
    complete = [day for day in days if _with_figures(_all_of(day, plan, index)) >= plan.replicates]
    return complete[-1] if len(complete) >= plan.sessions else station


def _all_of(day: CostTrial, plan: CostPlan, index: Index) -> Iterator[Known | None]:
    """What is known of each replicate that there may be on a day."""
    for turn in range(max(plan.replicates, plan.most_replicates)):
        yield index.get(trial_id(replace(day, round=turn)))


def wants_more(done: Sequence[Known], plan: CostPlan) -> bool:
    """Whether some ratio is less precise than asked, while there is time."""
    if sum(outcome.seconds for outcome in done) >= plan.most_seconds:
        return False
    return precision(done) > plan.precision


def precision(done: Sequence[Known]) -> float:
    """Half the width of the widest interval of a ratio to the reference cell, as a part of the
    ratio; 0 where there is none. A cell that is missing in most replicates has none: it keeps
    nobody waiting."""
    logs: dict[str, list[float]] = {}
    for outcome in done:
        for row, log_ratio in outcome.log_ratios.items():
            logs.setdefault(row, []).append(log_ratio)
    return max(
        (half_width(values) for values in logs.values() if len(values) >= INTERVAL_REPLICATES),
        default=0.0,
    )


def _memory_limit(plan: CostPlan, measurement: str) -> int:
    own = plan.memory_limit_mib if measurement == "peak-memory" else None
    return own or plan.limit_memory_mib


def _stations(suite: Suite, plan: CostPlan) -> Iterator[CostTrial]:
    """The first replicate of each measurement, on one thread unless told otherwise: times with all
    cells side by side, memory one cell to a process."""
    for measurement in plan.measure:
        for shape in plan.shapes:
            gone = {(out.row, out.measurement, out.shape) for out in plan.left_out}
            wanted_of = {
                need.row
                for need in plan.needed
                if (need.measurement, need.shape) == (measurement, shape)
            }
            there = [cell for cell in suite.cells if not plan.needed or cell.row in wanted_of]
            cells = tuple(cell for cell in there if (cell.row, measurement, shape) not in gone)
            together = [cells] if measurement in SIDE_BY_SIDE else [(cell,) for cell in cells]
            for group in filter(None, together):
                yield CostTrial(
                    suite=suite.name,
                    suite_version=suite.version,
                    cells=group,
                    measurement=measurement,
                    shape=shape,
                    repeats=plan.repeats,
                    round=0,
                    limit_seconds=plan.limit_seconds,
                    limit_memory_mib=_memory_limit(plan, measurement),
                    limit_output_mib=plan.limit_output_mib,
                    threads=plan.threads,
                    device=suite.device,
                    session=plan.session if measurement in TIMES else "",
                )
