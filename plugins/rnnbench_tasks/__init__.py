"""First-party tasks."""

import rnnbench
from rnnbench_tasks import (
    counting,
    frames,
    images,
    long_range,
    recall,
    series,
    speech,
    state_tracking,
    text,
    transduction,
)
from rnnbench_tasks.adding import Adding
from rnnbench_tasks.bitcoin import Bitcoin
from rnnbench_tasks.digits import DigitsPixels, DigitsRows
from rnnbench_tasks.recall_first import RecallFirst


@rnnbench.hookimpl
def rnnbench_tasks() -> list[type[rnnbench.Task]]:
    """Generated tasks on memory, state and counting, and real data of every kind that the field uses."""
    families = (long_range, recall, state_tracking, counting, images, series, text, transduction, speech, frames)
    return [
        Adding,
        RecallFirst,
        DigitsRows,
        DigitsPixels,
        Bitcoin,
        *(task for family in families for task in family.TASKS),
    ]
