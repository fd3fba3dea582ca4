"""Contracts: what plugins bring, and what the harness may count on. Torch is not needed to read
them."""

from rnnbench.contracts.archive import Archive
from rnnbench.contracts.batch import Array, Batch
from rnnbench.contracts.cell import (
    DEFAULT,
    FASTEST,
    CellSpec,
    DeclaresParameterGroups,
    ParameterGroup,
)
from rnnbench.contracts.diagnostic import Diagnostic
from rnnbench.contracts.executor import Executor, ExecutorContext, ExecutorSpec
from rnnbench.contracts.renderer import Renderer
from rnnbench.contracts.scoring import compute, score
from rnnbench.contracts.task import GeneratedTask, Loss, Mode, Readout, RecordedTask, Splits, Task

__all__ = [
    "DEFAULT",
    "FASTEST",
    "Archive",
    "Array",
    "Batch",
    "CellSpec",
    "DeclaresParameterGroups",
    "Diagnostic",
    "Executor",
    "ExecutorContext",
    "ExecutorSpec",
    "GeneratedTask",
    "Loss",
    "Mode",
    "ParameterGroup",
    "Readout",
    "RecordedTask",
    "Renderer",
    "Splits",
    "Task",
    "compute",
    "score",
]
