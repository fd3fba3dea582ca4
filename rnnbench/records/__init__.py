"""Records: frozen, typed data that encodes to JSON and needs no torch; every package exchanges
them."""

from rnnbench.records.architecture import Architecture
from rnnbench.records.checkpoints import (
    CHECKPOINT_SECONDS,
    PREDICTIONS_FOLDER,
    WEIGHTS_FOLDER,
    WEIGHTS_NOT_KEPT,
    Checkpoints,
    predictions_file,
    weights_file,
)
from rnnbench.records.claim import Claim
from rnnbench.records.claim_figure import MEASURED_BY, RATIOS, Figure
from rnnbench.records.consistency import contradiction
from rnnbench.records.cost import (
    BUSY_CORES,
    CostFigure,
    InstructionsRow,
    MemoryRow,
    OperationsRow,
    PrecisionTarget,
    Surroundings,
    TimelineRow,
    TimeRow,
)
from rnnbench.records.cost_measurement import Measurement
from rnnbench.records.diagnosis import Diagnosed, Diagnosis
from rnnbench.records.encoding import encode, schema_of
from rnnbench.records.example import Example
from rnnbench.records.gate_policy import GatePolicy, GateRule, OnChange, Tolerances, Tolerated
from rnnbench.records.import_report import ImportReport
from rnnbench.records.look import Look, Looked
from rnnbench.records.outcome import CheckRequest, CheckWord, Law, Outcome
from rnnbench.records.paired import REFERENCE_ROW, PairedReplicate, PairedTimes, PartOfTrial
from rnnbench.records.provenance import Machine, Provenance
from rnnbench.records.reading import SHARES, Question, Reading, Region
from rnnbench.records.recipe import FIRST_TUNING_SEED, Recipe, Shape
from rnnbench.records.result import (
    Epoch,
    Learning,
    MetricNote,
    ModelSize,
    Result,
    Seconds,
    Status,
)
from rnnbench.records.side import CostSide, LearningSide, identity
from rnnbench.records.suite import CostPlan, CostSettings, LeftOut, Needed, SeedRule, Suite, TaskUse
from rnnbench.records.trial import (
    CellUse,
    CostTerms,
    CostTrial,
    Dial,
    LearningTrial,
    Limits,
    Option,
    Trial,
    canonical,
    limits,
    trial_id,
)

__all__ = [
    "BUSY_CORES",
    "CHECKPOINT_SECONDS",
    "FIRST_TUNING_SEED",
    "MEASURED_BY",
    "PREDICTIONS_FOLDER",
    "RATIOS",
    "REFERENCE_ROW",
    "SHARES",
    "WEIGHTS_FOLDER",
    "WEIGHTS_NOT_KEPT",
    "Architecture",
    "CellUse",
    "CheckRequest",
    "CheckWord",
    "Checkpoints",
    "Claim",
    "CostFigure",
    "CostPlan",
    "CostSettings",
    "CostSide",
    "CostTerms",
    "CostTrial",
    "Diagnosed",
    "Diagnosis",
    "Dial",
    "Epoch",
    "Example",
    "Figure",
    "GatePolicy",
    "GateRule",
    "ImportReport",
    "InstructionsRow",
    "Law",
    "Learning",
    "LearningSide",
    "LearningTrial",
    "LeftOut",
    "Limits",
    "Look",
    "Looked",
    "Machine",
    "Measurement",
    "MemoryRow",
    "MetricNote",
    "ModelSize",
    "Needed",
    "OnChange",
    "OperationsRow",
    "Option",
    "Outcome",
    "PairedReplicate",
    "PairedTimes",
    "PartOfTrial",
    "PrecisionTarget",
    "Provenance",
    "Question",
    "Reading",
    "Recipe",
    "Region",
    "Result",
    "Seconds",
    "SeedRule",
    "Shape",
    "Status",
    "Suite",
    "Surroundings",
    "TaskUse",
    "TimeRow",
    "TimelineRow",
    "Tolerances",
    "Tolerated",
    "Trial",
    "canonical",
    "contradiction",
    "encode",
    "identity",
    "limits",
    "predictions_file",
    "schema_of",
    "trial_id",
    "weights_file",
]
