"""Records: everything that travels between rooms. Frozen, typed, JSON-able, torch-free."""

from rnnbench.records.cost import (
    Aim,
    CostFigure,
    InstructionsRow,
    MemoryRow,
    OperationsRow,
    Surroundings,
    TimelineRow,
    TimeRow,
)
from rnnbench.records.diagnosis import Diagnosed, Diagnosis, Diagnostic
from rnnbench.records.executor import CHECKPOINT_SECONDS, Executor, ExecutorSpec, Placement
from rnnbench.records.recipe import FIRST_TUNING_SEED, Measurement, Recipe, Shape
from rnnbench.records.renderer import Renderer
from rnnbench.records.result import (
    Epoch,
    Learning,
    Machine,
    MetricNote,
    ModelSize,
    Provenance,
    Result,
    Seconds,
    Status,
)
from rnnbench.records.suite import CostPlan, LeftOut, Suite, TaskUse
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
    "Aim",
    "CellUse",
    "CostFigure",
    "CostPlan",
    "CostTrial",
    "Diagnosed",
    "Diagnosis",
    "Diagnostic",
    "Dial",
    "Epoch",
    "Executor",
    "ExecutorSpec",
    "InstructionsRow",
    "Learning",
    "LearningTrial",
    "LeftOut",
    "Limits",
    "Machine",
    "Measurement",
    "MemoryRow",
    "MetricNote",
    "ModelSize",
    "OperationsRow",
    "Placement",
    "Provenance",
    "Recipe",
    "Renderer",
    "Result",
    "Seconds",
    "Shape",
    "Status",
    "Suite",
    "Surroundings",
    "TaskUse",
    "TimeRow",
    "TimelineRow",
    "Trial",
    "canonical",
    "limits",
    "trial_id",
]
