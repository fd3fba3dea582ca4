"""Plans cost trials: which cells share a process, and how many replicates each figure needs."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import count

from msgspec.structs import replace

from rnnbench.findings import INTERVAL_REPLICATES, half_width
from rnnbench.plan.known import Index, Known
from rnnbench.records import (
    CellUse,
    CostPlan,
    CostTerms,
    CostTrial,
    Measurement,
    Shape,
    Suite,
    trial_id,
)

SIDE_BY_SIDE = ("train-step-time", "inference-time", "streaming-time", "instructions")
"""Measurements that take all cells in one process, interleaved."""
TIMES = ("train-step-time", "inference-time", "streaming-time")
STEADY = {"memory-timeline": 1, "operations": 1, "instructions": 1}
"""The number of replicates of measurements that hardly vary."""


def cost_trials(suite: Suite, index: Index | None = None) -> Iterator[CostTrial]:
    """Yield every cost trial of the suite that is due, done ones included, replicate by replicate.

    A run cut short therefore has all figures, from the replicates that it completed.
    """
    plan = suite.cost
    if plan is None:
        return
    known = index or {}
    series = [_in_session(plan, first, known) for first in _first_replicates(suite, plan)]
    for replicate in count():
        due = [first for first in series if replicate < count_replicates(plan, first, known)]
        if not due:
            return
        for first in due:
            yield replace(first, round=replicate)


def count_replicates(plan: CostPlan, first: CostTrial, index: Index) -> int:
    """The number of replicates that a measurement needs by the known results, given its first one.

    Times have at least `replicates`. Further ones are added singly until every ratio to the
    reference cell is as precise as asked, `most_seconds` have passed, or there are
    `most_replicates`. A suite with fewer replicates than an interval needs gets exactly those, and
    so does an earlier session.
    """
    if first.measurement in STEADY:
        return STEADY[first.measurement]
    if first.measurement == "peak-memory":
        return min(plan.replicates, plan.memory_replicates)
    if plan.replicates < INTERVAL_REPLICATES or first.session in plan.other_sessions:
        return plan.replicates
    for number in range(plan.replicates, plan.most_replicates):
        outcomes = [index.get(trial_id(replace(first, round=turn))) for turn in range(number)]
        done = [outcome for outcome in outcomes if outcome is not None]
        if len(done) < number:
            return number
        if not _lost_some(done, plan) and not wants_more(done, plan):
            return number
    return max(plan.replicates, plan.most_replicates)


def _count_with_figures(outcomes: Iterable[Known | None]) -> int:
    return sum(outcome is not None and bool(outcome.log_ratios) for outcome in outcomes)


def _lost_some(done: Sequence[Known], plan: CostPlan) -> bool:
    """Whether some replicates lost their figures, others did not, and time is left to replace
    them."""
    in_time = sum(outcome.seconds for outcome in done) < plan.most_seconds
    return in_time and 0 < _count_with_figures(done) < plan.replicates


def _in_session(plan: CostPlan, first: CostTrial, index: Index) -> CostTrial:
    """The measurement in the session that it belongs to, which is usually the current one.

    Where these cells already have enough other sessions with figures of all replicates, it is the
    last of those, so that nothing is due. A measurement begun in the current session is completed.
    """
    if not first.session or trial_id(first) in index:
        return first
    others = [replace(first, session=session) for session in plan.other_sessions]
    complete = [
        other
        for other in others
        if _count_with_figures(_outcomes(other, plan, index)) >= plan.replicates
    ]
    return complete[-1] if len(complete) >= plan.sessions else first


def _outcomes(first: CostTrial, plan: CostPlan, index: Index) -> Iterator[Known | None]:
    """Yield the known outcome of each possible replicate of a measurement in its session."""
    for replicate in range(max(plan.replicates, plan.most_replicates)):
        yield index.get(trial_id(replace(first, round=replicate)))


def wants_more(done: Sequence[Known], plan: CostPlan) -> bool:
    """Whether some ratio is less precise than asked, and time is left for more replicates."""
    if sum(outcome.seconds for outcome in done) >= plan.most_seconds:
        return False
    return precision(done) > plan.precision


def precision(done: Sequence[Known]) -> float:
    """Half the width of the widest interval of a ratio to the reference cell, as a part of it.

    It is 0 without any interval. A cell that most replicates lack has no interval, so that it
    prolongs no measurement.
    """
    by_row: dict[str, list[float]] = {}
    for outcome in done:
        for row, log_ratio in outcome.log_ratios.items():
            by_row.setdefault(row, []).append(log_ratio)
    samples = [
        log_ratios for log_ratios in by_row.values() if len(log_ratios) >= INTERVAL_REPLICATES
    ]
    return max(map(half_width, samples), default=0.0)


def _memory_limit(plan: CostPlan, measurement: str) -> int:
    own = plan.memory_limit_mib if measurement == "peak-memory" else None
    return own or plan.limit_memory_mib


def _first_replicates(suite: Suite, plan: CostPlan) -> Iterator[CostTrial]:
    """Yield the first replicate of each measurement in the current session.

    Times take all cells in one process, memory takes one cell in each.
    """
    for measurement in plan.measure:
        for shape in plan.shapes:
            cells = _measured_cells(suite, plan, measurement, shape)
            groups: list[tuple[CellUse, ...]] = [(cell,) for cell in cells]
            if cells and measurement in SIDE_BY_SIDE:
                groups = [cells]
            for group in groups:
                yield _first_replicate(suite, plan, group, measurement, shape)


def _measured_cells(
    suite: Suite, plan: CostPlan, measurement: Measurement, shape: Shape
) -> tuple[CellUse, ...]:
    """The cells of a measurement at a shape: those needed, if the plan names any, and not left
    out."""
    left_out = {(out.row, out.measurement, out.shape) for out in plan.left_out}
    needed = {(need.row, need.measurement, need.shape) for need in plan.needed}
    cells = []
    for cell in suite.cells:
        key = (cell.row, measurement, shape)
        if key not in left_out and (not needed or key in needed):
            cells.append(cell)
    return tuple(cells)


def _first_replicate(
    suite: Suite,
    plan: CostPlan,
    cells: tuple[CellUse, ...],
    measurement: Measurement,
    shape: Shape,
) -> CostTrial:
    terms = {name: getattr(plan, name) for name in CostTerms.__struct_fields__}
    terms["limit_memory_mib"] = _memory_limit(plan, measurement)
    if measurement not in TIMES:
        terms["session"] = ""
    return CostTrial(
        suite=suite.name,
        suite_version=suite.version,
        cells=cells,
        measurement=measurement,
        shape=shape,
        repeats=plan.repeats,
        round=0,
        device=suite.device,
        **terms,
    )
