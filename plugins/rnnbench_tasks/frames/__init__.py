"""Rendered scenes: captions, and digits that move."""

import rnnbench
from rnnbench_tasks.frames.caption import Caption
from rnnbench_tasks.frames.moving_digits import MovingDigits

TASKS: tuple[type[rnnbench.Task], ...] = (Caption, MovingDigits)


@rnnbench.hookimpl
def rnnbench_tasks() -> tuple[type[rnnbench.Task], ...]:
    """Rendered scenes."""
    return TASKS
