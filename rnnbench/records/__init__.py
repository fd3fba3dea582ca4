"""Records: everything that travels between rooms. Frozen, typed, JSON-able, torch-free."""

from rnnbench.records.diagnosis import Diagnosed, Diagnosis, Diagnostic
from rnnbench.records.executor import CHECKPOINT_SECONDS, Executor, ExecutorSpec, Placement
from rnnbench.records.recipe import FIRST_TUNING_SEED, Recipe, Shape
from rnnbench.records.renderer import Renderer
from rnnbench.records.result import (
    Epoch,
    Learning,
    Machine,
    MemoryRow,
    MetricNote,
    ModelSize,
    Provenance,
    Result,
    Seconds,
    Status,
    TimeRow,
)
from rnnbench.records.suite import CostPlan, Suite, TaskUse
from rnnbench.records.trial import (
    CellUse,
    CostTrial,
    Dial,
    LearningTrial,
    Limits,
    Trial,
    canonical,
    limits,
    trial_id,
)

__all__ = [
    "CHECKPOINT_SECONDS",
    "FIRST_TUNING_SEED",
    "CellUse",
    "CostPlan",
    "CostTrial",
    "Diagnosed",
    "Diagnosis",
    "Diagnostic",
    "Dial",
    "Epoch",
    "Executor",
    "ExecutorSpec",
    "Learning",
    "LearningTrial",
    "Limits",
    "Machine",
    "MemoryRow",
    "MetricNote",
    "ModelSize",
    "Placement",
    "Provenance",
    "Recipe",
    "Renderer",
    "Result",
    "Seconds",
    "Shape",
    "Status",
    "Suite",
    "TaskUse",
    "TimeRow",
    "Trial",
    "canonical",
    "limits",
    "trial_id",
]
