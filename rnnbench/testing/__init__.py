"""Checks for authors of cells and tasks: laws that must hold before any figure is meaningful."""

from rnnbench.records import Outcome
from rnnbench.testing.cell_checks import CELL_CHECKS, check_cell, run_check
from rnnbench.testing.outcome import Check, CheckFailed, NotApplicable
from rnnbench.testing.task_checks import TASK_CHECKS, check_task

__all__ = [
    "CELL_CHECKS",
    "TASK_CHECKS",
    "Check",
    "CheckFailed",
    "NotApplicable",
    "Outcome",
    "check_cell",
    "check_task",
    "run_check",
]
