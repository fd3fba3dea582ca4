"""Caveats on cost figures: few replicates, moving ratios, and other work on the machine."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

import numpy as np

from rnnbench import text
from rnnbench.findings.cost.phrases import ENOUGH_SESSIONS, MOVES
from rnnbench.findings.cost.records import CostFinding, CostPair, CostRow, StepTime
from rnnbench.findings.stats.estimates import INTERVAL_REPLICATES
from rnnbench.records import BUSY_CORES, Result, TimeRow

STEADY_CLOCK = 0.95
"""A measurement is unsteady where CPU time is a smaller part of wall time."""
PRECISE = 0.02
"""A ratio is imprecise where half its interval is a larger part of it."""


def cost_caveats(results: Sequence[Result], costs: Sequence[CostFinding]) -> Iterator[str]:
    """Yield every caveat that applies to these results."""
    for finding in costs:
        for sentence in finding.absent:
            yield f"{finding.title}: {sentence}"
    yield from _few_replicates(costs)
    for finding in costs:
        yield from _wide_intervals(finding)
    yield from _few_sessions(costs)
    for finding in costs:
        yield from _cut_short(finding)
        yield from _moved_ratios(finding)
    yield from _unsteady_clocks(results)
    yield from _busy_machines(results)
    yield from _shared_machines(results)
    yield from _hidden_memory(costs)


def _step_times(rows: Iterable[CostRow]) -> Iterator[StepTime]:
    return chain.from_iterable(row.step_times.values() for row in rows)


def _few_replicates(costs: Sequence[CostFinding]) -> Iterator[str]:
    rows = chain.from_iterable(finding.rows for finding in costs)
    counts = [len(step_time.replicates) for step_time in _step_times(rows)]
    few = min(counts, default=INTERVAL_REPLICATES)
    if few < INTERVAL_REPLICATES:
        yield (
            f"Cost figures rest on {text.counted(few, 'replicate')}, and carry an interval from"
            f" {INTERVAL_REPLICATES} on."
        )


def _wide_intervals(finding: CostFinding) -> Iterator[str]:
    widths = {}
    for row in finding.rows:
        for kind, step_time in row.step_times.items():
            if step_time.precision is not None:
                widths[row.row, kind] = step_time.precision
    wide = {key: width for key, width in widths.items() if width > PRECISE}
    if wide:
        widest = max(wide, key=wide.__getitem__)
        ratios = text.counted(len(widths), "ratio")
        verb = "is" if len(wide) == 1 else "are"
        yield (
            f"{finding.title}: {len(wide)} of {ratios} to the reference cell {verb} wider than"
            f" ±{PRECISE:.0%}, the widest ±{wide[widest]:.1%} ({', '.join(widest)})."
        )


def _few_sessions(costs: Sequence[CostFinding]) -> Iterator[str]:
    pairs = chain.from_iterable(finding.pairs for finding in costs)
    if any(not pair.same_kind and len(pair.sessions) < ENOUGH_SESSIONS for pair in pairs):
        yield (
            f"A ratio of times between different cells or kernels {MOVES}, whatever its interval"
            " here."
        )


def _cut_short(finding: CostFinding) -> Iterator[str]:
    counts = [step_time.cut_short for step_time in _step_times(finding.rows)]
    most = max(counts, default=0)
    if most:
        replicates = "1 replicate is" if most == 1 else f"{most} replicates are"
        yield (
            f"{finding.title}: {replicates} of sessions that were cut short, with"
            f" fewer than {INTERVAL_REPLICATES}, and enter{'s' if most == 1 else ''} no ratio."
        )


def _moved_ratios(finding: CostFinding) -> Iterator[str]:
    moved = [
        pair for pair in finding.pairs if not pair.same_kind and _movement(pair) >= 1 + PRECISE
    ]
    if not moved:
        return
    most = max(moved, key=_movement)
    ratios = [ratio.centre for ratio in most.sessions.values()]
    ratio = f"the ratio of {most.slow} to {most.fast}"
    among = ""
    if len(moved) > 1:
        among = f" Of {len(moved)} ratios that varied by over {PRECISE:.0%}, {ratio} varied most."
    yield (
        f"{finding.title}: {ratio} ({most.kind}) ranged from {text.rounded(min(ratios))} to"
        f" {text.rounded(max(ratios))} over {len(ratios)} sessions.{among}"
    )


def _movement(pair: CostPair) -> float:
    """Return the largest ratio of all sessions over the smallest; 1 without several sessions."""
    ratios = [ratio.centre for ratio in pair.sessions.values()]
    return max(ratios) / min(ratios) if ratios else 1.0


def _unsteady_clocks(results: Sequence[Result]) -> Iterator[str]:
    on_processor = [result for result in results if result.trial.device == "cpu"]
    figures = chain.from_iterable(result.costs for result in on_processor)
    rows = [figure for figure in figures if isinstance(figure, TimeRow)]
    unsteady = sum(map(_is_unsteady, rows))
    if unsteady:
        yield (
            f"{unsteady} of {text.counted(len(rows), 'time measurement')} lost over 5 % of wall"
            " time to other work on the machine."
        )


def _is_unsteady(row: TimeRow) -> bool:
    return float(np.sum(row.cpu_seconds)) < STEADY_CLOCK * float(np.sum(row.wall_seconds))


def _busy_machines(results: Sequence[Result]) -> Iterator[str]:
    surroundings = [result.surroundings for result in results if result.surroundings]
    busy = [around for around in surroundings if around.busy_cores > BUSY_CORES]
    if busy:
        busiest = max(busy, key=lambda around: around.busy_cores)
        named = f", such as {busiest.busiest}" if busiest.busiest else ""
        yield (
            f"The machine was busy with other work before {len(busy)} of"
            f" {text.counted(len(surroundings), 'cost trial')}: up to"
            f" {text.rounded(busiest.busy_cores, 2)} cores' worth{named}."
        )


def _shared_machines(results: Sequence[Result]) -> Iterator[str]:
    executors = {
        result.provenance.executor
        for result in results
        if result.costs and result.provenance.shared
    }
    if executors:
        yield (
            "Cost figures were measured on machines shared with other work"
            f" ({', '.join(sorted(executors))})."
        )


def _hidden_memory(costs: Sequence[CostFinding]) -> Iterator[str]:
    rows = chain.from_iterable(finding.rows for finding in costs)
    compiled = {
        row.row for row in rows if row.saved_bytes is not None and row.kernel == "torch.compile"
    }
    if compiled:
        yield (
            "Of what compiled code saves for backward, only the part that autograd tracks is"
            f" counted: {', '.join(sorted(compiled))}."
        )
