"""Who is missing where cells were measured side by side, and why."""

from collections import Counter
from collections.abc import Iterator, Sequence

from rnnbench.records import CostTrial, Measurement, Result


def absences(group: Sequence[Result]) -> Iterator[str]:
    """A sentence for each cell, measurement and reason."""
    replicates: Counter[Measurement] = Counter()
    found: Counter[tuple[str, Measurement, str]] = Counter()
    for result in group:
        if isinstance(result.trial, CostTrial):
            measurement = result.trial.measurement
            replicates[measurement] += 1
            found.update((row, measurement, reason) for row, reason in result.absent.items())
    for (row, measurement, reason), count in sorted(found.items()):
        of = replicates[measurement]
        yield (
            f"{row} has no figure of {measurement} in {count} of {of} replicates:"
            f" {reason.rstrip('.')}."
        )
