"""Records: everything that travels between rooms. Frozen, typed, JSON-able, torch-free."""

from rnnbench.records.recipe import Recipe, Shape
from rnnbench.records.renderer import Renderer
from rnnbench.records.result import (
    Epoch,
    Learning,
    Machine,
    MemoryRow,
    MetricNote,
    Provenance,
    Result,
    Seconds,
    Status,
    TimeRow,
)
from rnnbench.records.suite import CostPlan, Suite, TaskUse
from rnnbench.records.trial import CellUse, CostTrial, Dial, LearningTrial, Trial, canonical, trial_id

__all__ = [
    "CellUse",
    "CostPlan",
    "CostTrial",
    "Dial",
    "Epoch",
    "Learning",
    "LearningTrial",
    "Machine",
    "MemoryRow",
    "MetricNote",
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
    "trial_id",
]
