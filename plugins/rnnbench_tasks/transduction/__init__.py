"""Tasks that turn one sequence into another: strings, pronunciation and translation."""

import rnnbench
from rnnbench_tasks.transduction import rewriting
from rnnbench_tasks.transduction.pronounce import Pronounce
from rnnbench_tasks.transduction.translate import Translate

TASKS: tuple[type[rnnbench.Task], ...] = (*rewriting.TASKS, Pronounce, Translate)


@rnnbench.hookimpl
def rnnbench_tasks() -> tuple[type[rnnbench.Task], ...]:
    """Return the tasks that turn one sequence into another."""
    return TASKS
