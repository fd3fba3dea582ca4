"""What became of trials, as servers that run tests understand it."""

from collections.abc import Iterator
from typing import Any

import rnnbench

FAILED = ("error", "killed", "timeout", "out-of-memory")
SKIPPED = ("skipped", "refused")
MEASURED_MEMORY = "cost.peak-memory."
"""How the ids of trials begin for which running out of memory is a result."""


def problem(trial: Any) -> str:
    """Return why a trial failed, or which of its cells did; "" where it did not fail."""
    out_of_memory = trial.status == "out-of-memory" and trial.trial.startswith(MEASURED_MEMORY)
    if trial.status in FAILED and not out_of_memory:
        return f"{trial.status}: {trial.reason}" if trial.reason else str(trial.status)
    return "; ".join(f"{row}: {reason}" for row, reason in trial.absent.items())


def failed(findings: rnnbench.Findings) -> Iterator[tuple[str, str]]:
    """Yield the id of each trial that failed, and why."""
    for trial in findings.trials:
        if reason := problem(trial):
            yield trial.trial, reason
