"""Ratios of times between any two rows, and between cells on one kernel and on two."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

import numpy as np
from msgspec.structs import replace

from rnnbench.findings.cost.records import CostPair, KernelPair, StepKind, StepTime
from rnnbench.findings.cost.side_by_side import shared_logs_of_pairs
from rnnbench.findings.cost.step_times import (
    TimedRow,
    by_process,
    by_session,
    has_interval,
    over_sessions,
    same_kind,
    step_seconds,
)
from rnnbench.findings.stats.estimates import Family
from rnnbench.findings.stats.ranges import Range
from rnnbench.records import canonical

OPERATIONS = "eager operations"
"""The kernel of a cell whose own code calls torch's operations one by one."""
LOOPS = ("default", "eager")
LEFT = 0.5
"""The largest part of the logarithm of a ratio that may be left on one kernel, where the kernels
explain the ratio."""
Times = Mapping[str, Sequence[TimedRow]]
"""Replicates by row."""
RowPair = tuple[str, str]


def pairs(kind: StepKind, times: Times) -> tuple[CostPair, ...]:
    """Return every two rows that were measured side by side, the slower one over the faster one."""
    medians = {row: float(np.median(step_seconds(found))) for row, found in times.items()}
    fastest_first = sorted(times, key=lambda row: (medians[row], row))
    steps = {row: by_process(replicates) for row, replicates in times.items()}
    names = [(slow, fast) for fast, slow in combinations(fastest_first, 2)]
    all_logs = shared_logs_of_pairs([(steps[slow], steps[fast]) for slow, fast in names])
    side_by_side = {pair: logs for pair, logs in zip(names, all_logs, strict=True) if logs}
    family = Family(max(1, len(side_by_side)), "pairs")
    found = []
    for (slow, fast), logs in side_by_side.items():
        kernel = _kernel(times[slow])
        found.append(
            CostPair(
                kind=kind,
                slow=slow,
                fast=fast,
                same_kind=same_kind(times[slow], times[fast]),
                ratio=over_sessions(logs, family),
                sessions=by_session(logs, family),
                kernel=kernel if kernel == _kernel(times[fast]) else "",
            )
        )
    return tuple(found)


def kernel_pairs(
    kind: StepKind,
    times: Times,
    cost_pairs: Sequence[CostPair],
    reference: str,
    table: Mapping[str, StepTime],
) -> Iterator[KernelPair]:
    """Yield cells on different kernels, compared with the same cells on one kernel.

    Which cells are compared depends on the rows that were measured, and not on their figures: each
    cell and the reference row or, without one, the cells that have rows on several kernels. Ratios
    to the reference are those of its table.
    """
    ratios = _ratios(cost_pairs, reference, table)
    with_interval = {
        frozenset((pair.slow, pair.fast))
        for pair in cost_pairs
        if has_interval(pair.ratio, pair.sessions)
    }
    versions = _versions(times, reference)
    for row, over in _compared(versions, times, reference):
        kernels = (_kernel(times[row]), _kernel(times[over]))
        if (row, over) not in ratios or kernels[0] == kernels[1]:
            continue
        alike = _on_one_kernel(versions[row], versions[over], times)
        if alike is None or alike not in ratios:
            continue
        both_have_intervals = {frozenset((row, over)), frozenset(alike)} <= with_interval
        yield KernelPair(
            kind=kind,
            row=row,
            over=over,
            kernels=kernels,
            apart=ratios[row, over],
            alike_row=alike[0],
            alike_over=alike[1],
            alike_kernel=_kernel(times[alike[0]]),
            alike=ratios[alike],
            by_step=all(_implementation(times[version]) == "eager" for version in alike),
            explained=both_have_intervals and _explains(ratios[row, over], ratios[alike]),
        )


def _ratios(
    cost_pairs: Sequence[CostPair], reference: str, table: Mapping[str, StepTime]
) -> dict[RowPair, Range]:
    """Return the ratio of any two rows, in both directions; those of the table take precedence."""
    ratios = {(pair.slow, pair.fast): pair.ratio for pair in cost_pairs}
    ratios |= {(fast, slow): ratio.inverse() for (slow, fast), ratio in ratios.items()}
    for row, step_time in table.items():
        if step_time.over:
            ratios[row, reference] = step_time.over
    return ratios


def _kernel(replicates: Sequence[TimedRow]) -> str:
    """Return the kernel of a row.

    A cell's own operations may be arranged in several ways, such as a scan: an arrangement that was
    asked for by name is a kernel of its own.
    """
    kernel = replicates[0].row.kernel
    implementation = _implementation(replicates)
    if kernel == OPERATIONS and implementation not in LOOPS:
        return f"{kernel}, {implementation}"
    return kernel


def _implementation(replicates: Sequence[TimedRow]) -> str:
    return replicates[0].cell.implementation


def _versions(times: Times, reference: str) -> dict[str, list[str]]:
    """Return the rows of each cell by its leading row: the reference, or the plainest version."""
    cells: dict[bytes, list[str]] = defaultdict(list)
    for row in sorted(times, key=lambda row: (row != reference, *_plainness(times[row]), row)):
        cell = replace(times[row][0].cell, implementation="default", label="")
        cells[canonical(cell)].append(row)
    return {rows[0]: rows for rows in cells.values()}


def _plainness(replicates: Sequence[TimedRow]) -> tuple[bool, bool]:
    """Return a key that sorts implementations: the default, the loop over steps, then others."""
    implementation = _implementation(replicates)
    return implementation != "default", implementation != "eager"


def _compared(versions: Mapping[str, list[str]], times: Times, reference: str) -> list[RowPair]:
    """Return the leading rows of the cells that are compared."""
    if reference:
        return [(row, reference) for row in sorted(versions) if row != reference]
    on_several_kernels = []
    for row, rows in versions.items():
        kernels = {_kernel(times[version]) for version in rows}
        if len(kernels) > 1:
            on_several_kernels.append(row)
    return list(combinations(sorted(on_several_kernels), 2))


def _on_one_kernel(ours: Sequence[str], theirs: Sequence[str], times: Times) -> RowPair | None:
    """Return a row of each cell on a kernel that both have; the first cell's own if possible."""
    for row in ours:
        for over in theirs:
            if _kernel(times[row]) == _kernel(times[over]):
                return row, over
    return None


def _explains(apart: Range, alike: Range) -> bool:
    """Whether two rows differ, and most of the difference vanishes on one kernel."""
    if apart.low <= 1 <= apart.high:
        return False
    return bool(np.log(alike.centre) / np.log(apart.centre) < LEFT)
