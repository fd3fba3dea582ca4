"""First-party tasks."""

import rnnbench
from rnnbench_tasks.adding import Adding
from rnnbench_tasks.bitcoin import Bitcoin
from rnnbench_tasks.digits import DigitsPixels, DigitsRows
from rnnbench_tasks.recall_first import RecallFirst


@rnnbench.hookimpl
def rnnbench_tasks() -> list[type[rnnbench.Task]]:
    """Generated long-range tasks, images as sequences, and forecasting."""
    return [Adding, RecallFirst, DigitsRows, DigitsPixels, Bitcoin]
