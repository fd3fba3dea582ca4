"""Contracts: what plugins provide, and what the harness may rely on. Reading them needs no
torch."""

from rnnbench.contracts.archive import Archive
from rnnbench.contracts.batch import Array, Batch
from rnnbench.contracts.cell import (
    COMPILED,
    DEFAULT,
    FASTEST,
    CellSpec,
    DeclaresParameterGroups,
    ParameterGroup,
)
from rnnbench.contracts.diagnostic import Diagnostic
from rnnbench.contracts.examples import example_of, shortened, with_mistakes
from rnnbench.contracts.executor import Executor, ExecutorContext, ExecutorSpec
from rnnbench.contracts.renderer import Renderer
from rnnbench.contracts.scoring import compute, score
from rnnbench.contracts.task import GeneratedTask, Loss, Mode, Readout, RecordedTask, Splits, Task

__all__ = [
    "COMPILED",
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
    "example_of",
    "score",
    "shortened",
    "with_mistakes",
]
