"""Tasks and the batches they make."""

from rnnbench.task.archive import Archive
from rnnbench.task.batch import Array, Batch
from rnnbench.task.scoring import compute, score
from rnnbench.task.task import GeneratedTask, Loss, Mode, Readout, RecordedTask, Splits, Task

__all__ = [
    "Archive",
    "Array",
    "Batch",
    "GeneratedTask",
    "Loss",
    "Mode",
    "Readout",
    "RecordedTask",
    "Splits",
    "Task",
    "compute",
    "score",
]
