"""Trials of cells that go wrong."""

from rnnbench.records import LearningTrial
from tests.builders.executors import trial


def small(cell: str, **recipe: object) -> LearningTrial:
    """A trial with limits that a test can reach."""
    return trial(
        cell, **{"limit_memory_mib": 300, "limit_output_mib": 2, "limit_seconds": 60.0, **recipe}
    )
