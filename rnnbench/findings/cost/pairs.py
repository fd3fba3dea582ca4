"""Ratios of times between any two rows, and what a kernel has to do with them."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

import numpy as np
from msgspec.structs import replace

from rnnbench.findings.cost.records import CostPair, KernelPair, StepKind, StepTime
from rnnbench.findings.cost.step_times import (
    TimedRow,
    by_day,
    by_process,
    has_interval,
    over_sessions,
    same_kind,
    shared_logs,
    step_seconds,
)
from rnnbench.findings.stats.estimates import Family
from rnnbench.findings.stats.ranges import Range
from rnnbench.records import canonical

OPERATIONS = "eager operations"
"""The kernel of a cell whose own code calls torch's operations one by one."""
LOOPS = ("default", "eager")
LEFT = 0.5
"""What part of the logarithm of a ratio may be left on one kernel, where the kernels are to explain
it."""
Rows = Mapping[str, Sequence[TimedRow]]


def pairs(kind: StepKind, seen: Rows) -> tuple[CostPair, ...]:
    """Every two rows that were measured side by side, the slower one over the faster one."""
    typical = {row: float(np.median(step_seconds(found))) for row, found in seen.items()}
    order = sorted(seen, key=lambda row: (typical[row], row))
    steps = {row: by_process(found) for row, found in seen.items()}
    logs = {
        (slow, fast): shared_logs(steps[slow], steps[fast]) for fast, slow in combinations(order, 2)
    }
    side_by_side = {rows: found for rows, found in logs.items() if found}
    family = Family(max(1, len(side_by_side)), "pairs")
    return tuple(
        CostPair(
            kind=kind,
            slow=slow,
            fast=fast,
            same_kind=same_kind(seen[slow], seen[fast]),
            ratio=over_sessions(found, family),
            sessions=by_day(found, family),
            kernel=_kernel(seen[slow]) if _kernel(seen[slow]) == _kernel(seen[fast]) else "",
        )
        for (slow, fast), found in side_by_side.items()
    )


def _kernel(seen: Sequence[TimedRow]) -> str:
    """What a row runs on. A cell's own operations may be arranged in several ways, such as a scan:
    one that was asked for by name is a kernel of its own."""
    kernel, implementation = seen[0].row.kernel, seen[0].cell.implementation
    return (
        f"{kernel}, {implementation}"
        if kernel == OPERATIONS and implementation not in LOOPS
        else kernel
    )


def kernel_pairs(
    kind: StepKind,
    seen: Rows,
    found: Sequence[CostPair],
    reference: str,
    table: Mapping[str, StepTime],
) -> Iterator[KernelPair]:
    """Cells on different kernels, and the same cells on one. It is settled by what was measured,
    and not by figures, which cells these are: each one beside the reference, or those that have
    rows on several kernels. Ratios to the reference are those of its table."""
    ratios = {(pair.slow, pair.fast): pair.ratio for pair in found}
    ratios |= {(fast, slow): ratio.inverse() for (slow, fast), ratio in ratios.items()}
    ratios |= {
        (row, reference): step_time.over for row, step_time in table.items() if step_time.over
    }
    intervals = {
        frozenset((pair.slow, pair.fast))
        for pair in found
        if has_interval(pair.ratio, pair.sessions)
    }
    versions = _versions(seen, reference)
    for row, over in _compared(versions, seen, reference):
        if (row, over) not in ratios or _kernel(seen[row]) == _kernel(seen[over]):
            continue
        alike = _on_one_kernel(versions[row], versions[over], seen)
        if alike is None or alike not in ratios:
            continue
        apart, left = ratios[row, over], ratios[alike]
        sure = {frozenset((row, over)), frozenset(alike)} <= intervals
        yield KernelPair(
            kind=kind,
            row=row,
            over=over,
            kernels=(_kernel(seen[row]), _kernel(seen[over])),
            apart=apart,
            alike_row=alike[0],
            alike_over=alike[1],
            alike_kernel=_kernel(seen[alike[0]]),
            alike=left,
            by_step=all(seen[version][0].cell.implementation == "eager" for version in alike),
            explained=sure and _explains(apart, left),
        )


def _versions(seen: Rows, reference: str) -> dict[str, list[str]]:
    """The rows of each cell, by the one that leads: the reference, or the cell as it runs by
    itself."""
    cells: dict[bytes, list[str]] = defaultdict(list)
    for row in sorted(seen, key=lambda row: (row != reference, *_plainness(seen[row]), row)):
        cells[canonical(replace(seen[row][0].cell, implementation="default", label=""))].append(row)
    return {rows[0]: rows for rows in cells.values()}


def _plainness(seen: Sequence[TimedRow]) -> tuple[bool, bool]:
    """Sorts the implementations of a cell: the one it has by itself, then its plain loop over
    steps, then others."""
    implementation = seen[0].cell.implementation
    return implementation != "default", implementation != "eager"


def _compared(
    versions: Mapping[str, list[str]], seen: Rows, reference: str
) -> list[tuple[str, str]]:
    if reference:
        return [(row, reference) for row in sorted(versions) if row != reference]
    several = [
        row
        for row, rows in versions.items()
        if len({_kernel(seen[version]) for version in rows}) > 1
    ]
    return list(combinations(sorted(several), 2))


def _on_one_kernel(
    ours: Sequence[str], theirs: Sequence[str], seen: Rows
) -> tuple[str, str] | None:
    """A row of each on a kernel that both have; on that of the first cell as it leads, where there
    is a choice."""
    for row in ours:
        for over in theirs:
            if _kernel(seen[row]) == _kernel(seen[over]):
                return row, over
    return None


def _explains(apart: Range, alike: Range) -> bool:
    """Whether two rows are told apart, and most of that is gone on one kernel."""
    if apart.low <= 1 <= apart.high:
        return False
    return bool(np.log(alike.centre) / np.log(apart.centre) < LEFT)
