"""Tasks on images of digits, read row by row or pixel by pixel."""

import rnnbench
from rnnbench_tasks.images.digits import DigitsPixels, DigitsRows
from rnnbench_tasks.images.mnist import MnistPermuted, MnistPixels, MnistRows

TASKS: tuple[type[rnnbench.Task], ...] = (
    DigitsRows,
    DigitsPixels,
    MnistRows,
    MnistPixels,
    MnistPermuted,
)


@rnnbench.hookimpl
def rnnbench_tasks() -> tuple[type[rnnbench.Task], ...]:
    """Return the tasks on images."""
    return TASKS
