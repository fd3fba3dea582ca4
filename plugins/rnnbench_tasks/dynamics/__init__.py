"""Generated series of dynamical systems: chaos, a driven system, and samples at irregular times."""

import rnnbench
from rnnbench_tasks.dynamics.irregular_sine import IrregularSine
from rnnbench_tasks.dynamics.lorenz import Lorenz
from rnnbench_tasks.dynamics.mackey_glass import MackeyGlass
from rnnbench_tasks.dynamics.narma import Narma10

TASKS: tuple[type[rnnbench.Task], ...] = (Lorenz, MackeyGlass, Narma10, IrregularSine)


@rnnbench.hookimpl
def rnnbench_tasks() -> tuple[type[rnnbench.Task], ...]:
    """Return the tasks on dynamical systems."""
    return TASKS
