"""Generated tasks on state tracking: the state after a sequence of moves."""

import rnnbench
from rnnbench_tasks.state.group import Group
from rnnbench_tasks.state.modular_arithmetic import ModularArithmetic
from rnnbench_tasks.state.regular_languages import CycleNavigation, EvenPairs, Parity

TASKS: tuple[type[rnnbench.Task], ...] = (
    Parity,
    EvenPairs,
    CycleNavigation,
    ModularArithmetic,
    Group,
)


@rnnbench.hookimpl
def rnnbench_tasks() -> tuple[type[rnnbench.Task], ...]:
    """Return the tasks on state tracking."""
    return TASKS
