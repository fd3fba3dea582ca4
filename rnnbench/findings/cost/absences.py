"""Cells without figures where several were measured side by side, and why."""

from collections import Counter
from collections.abc import Iterator, Sequence

from rnnbench import text
from rnnbench.records import CostTrial, Measurement, Result


def absences(group: Sequence[Result]) -> Iterator[str]:
    """Yield a sentence for each cell, measurement and reason."""
    replicates: Counter[Measurement] = Counter()
    absent: Counter[tuple[str, Measurement, str]] = Counter()
    for result in group:
        if isinstance(result.trial, CostTrial):
            measurement = result.trial.measurement
            replicates[measurement] += 1
            absent.update((row, measurement, reason) for row, reason in result.absent.items())
    for (row, measurement, reason), count in sorted(absent.items()):
        yield text.sentence(
            f"{row} has no figure of {measurement} in {count} of {replicates[measurement]}"
            f" replicates: {reason}"
        )
