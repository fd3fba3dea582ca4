"""Tasks on rendered images: captions of scenes, and digits that move."""

import rnnbench
from rnnbench_tasks.frames.caption import Caption
from rnnbench_tasks.frames.moving_digits import MovingDigits

TASKS: tuple[type[rnnbench.Task], ...] = (Caption, MovingDigits)


@rnnbench.hookimpl
def rnnbench_tasks() -> tuple[type[rnnbench.Task], ...]:
    """Return the tasks on rendered images."""
    return TASKS
