"""rnnbench, the referee for recurrent cells: the front door. Each name is loaded when it is first used."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rnnbench.cell import CellSpec
    from rnnbench.errors import CellContractError, DataUnavailable, PluginError, RnnbenchError
    from rnnbench.findings import Arm, Condition, CostFinding, Findings, Range
    from rnnbench.hooks import hookimpl
    from rnnbench.metric import ACCURACY, MSE, R2, Metric
    from rnnbench.records import Renderer, Result
    from rnnbench.step_cell import StepCell
    from rnnbench.task import Archive, Batch, GeneratedTask, Loss, RecordedTask, Splits, Task, score

__version__ = "0.1.0"

_ROOMS = {
    "ACCURACY": "metric",
    "Archive": "task",
    "Arm": "findings",
    "Batch": "task",
    "CellContractError": "errors",
    "CellSpec": "cell",
    "Condition": "findings",
    "CostFinding": "findings",
    "DataUnavailable": "errors",
    "Findings": "findings",
    "GeneratedTask": "task",
    "MSE": "metric",
    "Loss": "task",
    "Metric": "metric",
    "PluginError": "errors",
    "R2": "metric",
    "Range": "findings",
    "RecordedTask": "task",
    "Renderer": "records",
    "Result": "records",
    "RnnbenchError": "errors",
    "Splits": "task",
    "StepCell": "step_cell",
    "Task": "task",
    "hookimpl": "hooks",
    "score": "task",
}

__all__ = [
    "ACCURACY",
    "MSE",
    "R2",
    "Archive",
    "Arm",
    "Batch",
    "CellContractError",
    "CellSpec",
    "Condition",
    "CostFinding",
    "DataUnavailable",
    "Findings",
    "GeneratedTask",
    "Loss",
    "Metric",
    "PluginError",
    "Range",
    "RecordedTask",
    "Renderer",
    "Result",
    "RnnbenchError",
    "Splits",
    "StepCell",
    "Task",
    "hookimpl",
    "score",
]


def __getattr__(name: str) -> Any:
    if name not in _ROOMS:
        raise AttributeError(f"module 'rnnbench' has no attribute '{name}'")
    return getattr(import_module(f"rnnbench.{_ROOMS[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
