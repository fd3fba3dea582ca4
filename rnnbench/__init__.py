"""rnnbench, the referee for recurrent cells: the front door. Each name is loaded when it is first used."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rnnbench.adapters import Stateless, Stepwise, TimeFirst
    from rnnbench.cell import CellSpec, ParameterGroup
    from rnnbench.errors import CellContractError, DataUnavailable, PluginError, Refused, RnnbenchError
    from rnnbench.executors.job import Job, JobProcess
    from rnnbench.executors.running import without_run
    from rnnbench.findings import (
        Arm,
        Aspect,
        ClaimFinding,
        Condition,
        CostFinding,
        CostRow,
        Findings,
        Judged,
        Pace,
        Range,
        ReadingFinding,
        Scaling,
    )
    from rnnbench.hooks import hookimpl
    from rnnbench.metric import (
        ACCURACY,
        BITS_PER_CHARACTER,
        CROSS_ENTROPY,
        EXACT_MATCH,
        FRAME_BCE,
        FRAME_MSE,
        MSE,
        NRMSE,
        PERPLEXITY,
        R2,
        SCALED_ACCURACY,
        Metric,
    )
    from rnnbench.records import (
        Diagnosis,
        Diagnostic,
        Executor,
        ExecutorSpec,
        Limits,
        Placement,
        Renderer,
        Result,
        Trial,
        limits,
        trial_id,
    )
    from rnnbench.state import detach_state
    from rnnbench.step_cell import StepCell
    from rnnbench.task import Archive, Batch, GeneratedTask, Loss, Mode, Readout, RecordedTask, Splits, Task, score
    from rnnbench.time_distributed import TimeDistributed

__version__ = "0.1.0"

_ROOMS = {
    "ACCURACY": "metric",
    "Archive": "task",
    "Arm": "findings",
    "Aspect": "findings",
    "BITS_PER_CHARACTER": "metric",
    "Batch": "task",
    "CROSS_ENTROPY": "metric",
    "CellContractError": "errors",
    "CellSpec": "cell",
    "ClaimFinding": "findings",
    "Condition": "findings",
    "CostFinding": "findings",
    "CostRow": "findings",
    "DataUnavailable": "errors",
    "Diagnosis": "records",
    "Diagnostic": "records",
    "EXACT_MATCH": "metric",
    "Refused": "errors",
    "Executor": "records",
    "ExecutorSpec": "records",
    "FRAME_BCE": "metric",
    "FRAME_MSE": "metric",
    "Findings": "findings",
    "GeneratedTask": "task",
    "Job": "executors.job",
    "Judged": "findings",
    "JobProcess": "executors.job",
    "Limits": "records",
    "Loss": "task",
    "MSE": "metric",
    "Metric": "metric",
    "Mode": "task",
    "NRMSE": "metric",
    "PERPLEXITY": "metric",
    "Pace": "findings",
    "ParameterGroup": "cell",
    "Placement": "records",
    "PluginError": "errors",
    "R2": "metric",
    "Range": "findings",
    "ReadingFinding": "findings",
    "Readout": "task",
    "RecordedTask": "task",
    "Renderer": "records",
    "Result": "records",
    "RnnbenchError": "errors",
    "SCALED_ACCURACY": "metric",
    "Scaling": "findings",
    "Splits": "task",
    "Stateless": "adapters",
    "StepCell": "step_cell",
    "Stepwise": "adapters",
    "Task": "task",
    "TimeDistributed": "time_distributed",
    "TimeFirst": "adapters",
    "Trial": "records",
    "detach_state": "state",
    "hookimpl": "hooks",
    "limits": "records",
    "score": "task",
    "trial_id": "records",
    "without_run": "executors.running",
}

__all__ = [
    "ACCURACY",
    "BITS_PER_CHARACTER",
    "CROSS_ENTROPY",
    "EXACT_MATCH",
    "FRAME_BCE",
    "FRAME_MSE",
    "MSE",
    "NRMSE",
    "PERPLEXITY",
    "R2",
    "SCALED_ACCURACY",
    "Archive",
    "Arm",
    "Aspect",
    "Batch",
    "CellContractError",
    "CellSpec",
    "ClaimFinding",
    "Condition",
    "CostFinding",
    "CostRow",
    "DataUnavailable",
    "Diagnosis",
    "Diagnostic",
    "Executor",
    "ExecutorSpec",
    "Findings",
    "GeneratedTask",
    "Job",
    "JobProcess",
    "Judged",
    "Limits",
    "Loss",
    "Metric",
    "Mode",
    "Pace",
    "ParameterGroup",
    "Placement",
    "PluginError",
    "Range",
    "ReadingFinding",
    "Readout",
    "RecordedTask",
    "Refused",
    "Renderer",
    "Result",
    "RnnbenchError",
    "Scaling",
    "Splits",
    "Stateless",
    "StepCell",
    "Stepwise",
    "Task",
    "TimeDistributed",
    "TimeFirst",
    "Trial",
    "detach_state",
    "hookimpl",
    "limits",
    "score",
    "trial_id",
    "without_run",
]


def __getattr__(name: str) -> Any:
    if name not in _ROOMS:
        raise AttributeError(f"module 'rnnbench' has no attribute '{name}'")
    return getattr(import_module(f"rnnbench.{_ROOMS[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
