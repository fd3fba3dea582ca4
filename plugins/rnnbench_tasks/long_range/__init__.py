"""Long-range tasks, generated: a fact early on, and a question much later."""

import rnnbench
from rnnbench_tasks.long_range.adding import Adding, AddingAnywhere
from rnnbench_tasks.long_range.copying import Copy
from rnnbench_tasks.long_range.delay import Delay
from rnnbench_tasks.long_range.temporal_order import TemporalOrder

TASKS: tuple[type[rnnbench.Task], ...] = (Adding, AddingAnywhere, Copy, TemporalOrder, Delay)


@rnnbench.hookimpl
def rnnbench_tasks() -> tuple[type[rnnbench.Task], ...]:
    """Long memory of one fact or of two."""
    return TASKS
