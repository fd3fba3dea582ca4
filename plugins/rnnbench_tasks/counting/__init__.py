"""Generated tasks on counting and nesting: languages that take a counter, or a stack."""

import rnnbench
from rnnbench_tasks.counting.an_bn import AnBn, AnBnCn
from rnnbench_tasks.counting.dyck import DyckOne, DyckTwo

TASKS: tuple[type[rnnbench.Task], ...] = (AnBn, AnBnCn, DyckOne, DyckTwo)


@rnnbench.hookimpl
def rnnbench_tasks() -> tuple[type[rnnbench.Task], ...]:
    """Return the tasks on counting and nesting."""
    return TASKS
