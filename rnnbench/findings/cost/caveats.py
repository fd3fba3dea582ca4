"""What to hold against cost figures."""

from collections.abc import Iterator, Sequence

import numpy as np

from rnnbench.findings.cost.records import CostFinding, CostPair
from rnnbench.findings.stats.estimates import INTERVAL_REPLICATES
from rnnbench.records import Result, TimeRow

STEADY_CLOCK = 0.95
BUSY_CORES = 0.2
PRECISE = 0.02
ENOUGH_DAYS = 5
"""Two days that agree may do so by luck."""


def cost_caveats(results: Sequence[Result], costs: Sequence[CostFinding]) -> Iterator[str]:
    """Every caveat that the results give reason for."""
    yield from (f"{finding.title}: {sentence}" for finding in costs for sentence in finding.absent)
    yield from _replicates(costs)
    yield from _sessions(costs)
    yield from _clocks(results)
    yield from _company(results)
    yield from _memory(costs)


def _replicates(costs: Sequence[CostFinding]) -> Iterator[str]:
    step_times = [
        step_time
        for finding in costs
        for row in finding.rows
        for step_time in row.step_times.values()
    ]
    few = min((len(step_time.replicates) for step_time in step_times), default=INTERVAL_REPLICATES)
    if few < INTERVAL_REPLICATES:
        yield (
            f"Cost figures rest on {few} replicates; from {INTERVAL_REPLICATES} on they carry an"
            " interval."
        )
    for finding in costs:
        known = {
            (row.row, kind): step_time.precision
            for row in finding.rows
            for kind, step_time in row.step_times.items()
            if step_time.precision is not None
        }
        wide = {key: width for key, width in known.items() if width > PRECISE}
        if wide:
            worst = max(wide, key=wide.__getitem__)
            yield (
                f"{finding.title}: {len(wide)} of {len(known)} ratios to the reference cell are"
                f" wider than ±{PRECISE:.0%}, the widest ±{wide[worst]:.1%} ({', '.join(worst)})."
            )


def _sessions(costs: Sequence[CostFinding]) -> Iterator[str]:
    apart = [pair for finding in costs for pair in finding.pairs if not pair.same_kind]
    if any(len(pair.sessions) < ENOUGH_DAYS for pair in apart):
        yield (
            "A ratio of times between different kinds of cells moves with the speed of the machine:"
            " it holds to 5-15 % from one session to another, whatever its range here."
        )
    for finding in costs:
        short = max(
            (step_time.cut_short for row in finding.rows for step_time in row.step_times.values()),
            default=0,
        )
        if short:
            yield (
                f"{finding.title}: {short} replicates are of sessions that were cut short, with"
                f" fewer than {INTERVAL_REPLICATES}, and enter no ratio."
            )
        moved = [
            pair for pair in finding.pairs if not pair.same_kind and _moved(pair) >= 1 + PRECISE
        ]
        if moved:
            most = max(moved, key=_moved)
            each = [found.centre for found in most.sessions.values()]
            among = (
                f", the most of {len(moved)} ratios that moved by over {PRECISE:.0%}"
                if len(moved) > 1
                else ""
            )
            yield (
                f"{finding.title}: {most.slow} over {most.fast} ({most.kind}) was {min(each):.3g}"
                f" to {max(each):.3g} on {len(each)} sessions{among}."
            )


def _moved(pair: CostPair) -> float:
    """The largest ratio over the smallest of several sessions; 1 on one."""
    each = [found.centre for found in pair.sessions.values()]
    return max(each) / min(each) if each else 1.0


def _clocks(results: Sequence[Result]) -> Iterator[str]:
    rows = [row for result in results for row in result.costs if isinstance(row, TimeRow)]
    unsteady = sum(
        float(np.sum(r.cpu_seconds)) < STEADY_CLOCK * float(np.sum(r.wall_seconds)) for r in rows
    )
    if unsteady:
        yield (
            f"{unsteady} of {len(rows)} time measurements lost over 5 % of wall time to other work"
            " on the machine."
        )


def _company(results: Sequence[Result]) -> Iterator[str]:
    around = [result.surroundings for result in results if result.surroundings]
    busy = [look for look in around if look.busy_cores > BUSY_CORES]
    if busy:
        most = max(busy, key=lambda look: look.busy_cores)
        named = f", such as {most.busiest}" if most.busiest else ""
        yield (
            f"The machine was busy with other work before {len(busy)} of {len(around)} cost trials:"
            f" up to {most.busy_cores:.2g} cores' worth{named}."
        )
    shared = {
        result.provenance.executor
        for result in results
        if result.costs and result.provenance.shared
    }
    if shared:
        yield (
            "Cost figures were measured on machines shared with other work"
            f" ({', '.join(sorted(shared))})."
        )


def _memory(costs: Sequence[CostFinding]) -> Iterator[str]:
    rows = [row for finding in costs for row in finding.rows]
    hidden = sorted(
        {row.row for row in rows if row.saved_bytes is not None and row.kernel == "torch.compile"}
    )
    if hidden:
        yield (
            "What compiled code saves for backward is seen as far as autograd sees it:"
            f" {', '.join(hidden)}."
        )
