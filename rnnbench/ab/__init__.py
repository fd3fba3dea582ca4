"""Compares two environments on one machine: the times of their cells, in turns."""

from rnnbench.ab.environments import Made, make_environment
from rnnbench.ab.folder import PairedFolder
from rnnbench.ab.learning import train
from rnnbench.ab.measuring import MINUTES_A_CELL, PairedRun, time_trials
from rnnbench.ab.side import Environment

__all__ = [
    "MINUTES_A_CELL",
    "Environment",
    "Made",
    "PairedFolder",
    "PairedRun",
    "make_environment",
    "time_trials",
    "train",
]
