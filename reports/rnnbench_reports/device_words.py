"""Words of reports that depend on where steps ran: on the processor or on an accelerator."""

from collections.abc import Iterable

import rnnbench

ONE_THREAD = "thread CPU time on one thread"
THREADS = "wall time on several threads"
EVENTS = "the time between two events of the accelerator for a step on it"
RESIDENT = "Peak resident growth of a process over one training step of the bare cell"
ALLOCATED = (
    "Peak of what torch has allocated on the accelerator in one training step of the bare cell,"
    " beyond what it had before the cell was built"
)


def clock(costs: Iterable[rnnbench.CostFinding]) -> str:
    """Return a sentence on the clocks that timed the steps of these findings."""
    clocks = dict.fromkeys(map(_clock, costs))
    return f"Time is {rnnbench.text.listed(clocks, by=', or ')}."


def slow(costs: Iterable[rnnbench.CostFinding]) -> str:
    """Return the name of the time by which slow steps of these findings are counted."""
    names = dict.fromkeys("wall time" if is_processor(cost) else "time" for cost in costs)
    return rnnbench.text.listed(names, by=" or ")


def peak(costs: Iterable[rnnbench.CostFinding]) -> str:
    """Return what the peak memory of these findings is, for the beginning of a caption."""
    peaks = dict.fromkeys(RESIDENT if is_processor(cost) else ALLOCATED for cost in costs)
    return rnnbench.text.listed(peaks, by="; ")


def peak_unit(cost: rnnbench.CostFinding) -> str:
    """Return the unit of the peak memory of a finding, with what it is counted from."""
    if is_processor(cost):
        return "MiB above the process without the cell"
    return "MiB allocated on the accelerator for the cell"


def place(cost: rnnbench.CostFinding) -> str:
    """Return the name of what ran the steps of a finding."""
    return "machine" if is_processor(cost) else "accelerator"


def is_processor(cost: rnnbench.CostFinding) -> bool:
    """Return whether the steps of a finding ran on the processor."""
    return cost.device == "cpu"


def _clock(cost: rnnbench.CostFinding) -> str:
    if not is_processor(cost):
        return EVENTS
    return ONE_THREAD if cost.threads == 1 else THREADS
