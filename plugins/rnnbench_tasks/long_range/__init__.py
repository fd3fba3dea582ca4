"""Generated tasks on long-range memory, whose answers depend on steps far back."""

import rnnbench
from rnnbench_tasks.long_range.adding import Adding, AddingAnywhere
from rnnbench_tasks.long_range.copying import Copy
from rnnbench_tasks.long_range.delay import Delay
from rnnbench_tasks.long_range.temporal_order import TemporalOrder

TASKS: tuple[type[rnnbench.Task], ...] = (Adding, AddingAnywhere, Copy, TemporalOrder, Delay)


@rnnbench.hookimpl
def rnnbench_tasks() -> tuple[type[rnnbench.Task], ...]:
    """Return the tasks on long-range memory."""
    return TASKS
