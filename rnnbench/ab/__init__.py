"""Compares two environments on one machine: the times of their cells, in turns."""

from rnnbench.ab.commit_environment import Made, NotInstallable, make_environment
from rnnbench.ab.environment import Environment
from rnnbench.ab.folder import PairedFolder
from rnnbench.ab.learning import Training, train_both
from rnnbench.ab.measuring import (
    FIRST_BATCHES_SHARE,
    MINUTES_A_CELL,
    PairedRun,
    has_time,
    likely_seconds,
    time_trials,
)

__all__ = [
    "FIRST_BATCHES_SHARE",
    "MINUTES_A_CELL",
    "Environment",
    "Made",
    "NotInstallable",
    "PairedFolder",
    "PairedRun",
    "Training",
    "has_time",
    "likely_seconds",
    "make_environment",
    "time_trials",
    "train_both",
]
