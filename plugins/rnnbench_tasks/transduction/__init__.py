"""One sequence into another: spelling into sound, one language into another."""

import rnnbench
from rnnbench_tasks.transduction.pronounce import Pronounce
from rnnbench_tasks.transduction.translate import Translate

TASKS: tuple[type[rnnbench.Task], ...] = (Pronounce, Translate)


@rnnbench.hookimpl
def rnnbench_tasks() -> tuple[type[rnnbench.Task], ...]:
    """One sequence into another."""
    return TASKS
