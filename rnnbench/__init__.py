"""rnnbench, the referee for recurrent cells: the front door. Each name is loaded when it is first used."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rnnbench.adapters import NamedState, Stateless, Stepwise, StepwiseWithOutput, TimeFirst
    from rnnbench.cell import CellSpec, ParameterGroup
    from rnnbench.errors import CellContractError, DataUnavailable, PluginError, Refused, RnnbenchError, describe
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
        HorizonFinding,
        Judged,
        Pace,
        Range,
        ReadingFinding,
        Scaling,
        Span,
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

_NAMES = {
    "adapters": "NamedState Stateless Stepwise StepwiseWithOutput TimeFirst",
    "cell": "CellSpec ParameterGroup",
    "errors": "CellContractError DataUnavailable PluginError Refused RnnbenchError describe",
    "executors.job": "Job JobProcess",
    "executors.running": "without_run",
    "findings": (
        "Arm Aspect ClaimFinding Condition CostFinding CostRow Findings HorizonFinding Judged Pace Range "
        "ReadingFinding Scaling Span"
    ),
    "hooks": "hookimpl",
    "metric": (
        "ACCURACY BITS_PER_CHARACTER CROSS_ENTROPY EXACT_MATCH FRAME_BCE FRAME_MSE MSE Metric NRMSE PERPLEXITY R2 "
        "SCALED_ACCURACY"
    ),
    "records": "Diagnosis Diagnostic Executor ExecutorSpec Limits Placement Renderer Result Trial limits trial_id",
    "state": "detach_state",
    "step_cell": "StepCell",
    "task": "Archive Batch GeneratedTask Loss Mode Readout RecordedTask Splits Task score",
    "time_distributed": "TimeDistributed",
}
"""By the room in which they are defined."""
_ROOMS = {name: room for room, names in _NAMES.items() for name in names.split()}

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
    "HorizonFinding",
    "Job",
    "JobProcess",
    "Judged",
    "Limits",
    "Loss",
    "Metric",
    "Mode",
    "NamedState",
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
    "Span",
    "Splits",
    "Stateless",
    "StepCell",
    "Stepwise",
    "StepwiseWithOutput",
    "Task",
    "TimeDistributed",
    "TimeFirst",
    "Trial",
    "describe",
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
