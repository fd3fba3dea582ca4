"""The longest sequences whose training step fits into a memory limit."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from rnnbench.findings.cost.grouping import cost_trial
from rnnbench.findings.cost.scaling_records import Longest
from rnnbench.records import MemoryRow, Result
from rnnbench.records.recipe import LIMIT_MEMORY_MIB
from rnnbench.text import MEBIBYTE


def longest_lengths(group: Sequence[Result]) -> Iterator[Longest]:
    """Yield, by row and limit, the longest length that fits and the next one that does not.

    Where every length fits into the default limit there is nothing to report.
    """
    for (row, limit), fits_by_length in sorted(_outcomes(group).items()):
        failed = [length for length, fits in fits_by_length.items() if not fits]
        shortest_failed = min(failed, default=None)
        fitting = [
            length
            for length, fits in fits_by_length.items()
            if fits and (shortest_failed is None or length < shortest_failed)
        ]
        if shortest_failed is not None or limit != LIMIT_MEMORY_MIB:
            yield Longest(row, limit, max(fitting, default=None), shortest_failed)


def _outcomes(group: Sequence[Result]) -> Mapping[tuple[str, int], Mapping[int, bool]]:
    """Return, by row and limit, whether each length fitted in all of its replicates."""
    outcomes: dict[tuple[str, int], dict[int, bool]] = defaultdict(dict)
    for result in group:
        trial = cost_trial(result)
        if trial.measurement != "peak-memory" or result.status not in ("ok", "out-of-memory"):
            continue
        fits_by_length = outcomes[trial.cells[0].row, trial.limit_memory_mib]
        length = trial.shape.steps
        fits_by_length[length] = fits_by_length.get(length, True) and _fits(result)
    return outcomes


def _fits(result: Result) -> bool:
    """Return whether a training step took no more than its limit.

    On the processor the limit ends the trial. Of an accelerator's memory nothing is withheld, and
    the peak is held against the limit here.
    """
    trial = cost_trial(result)
    if result.status != "ok":
        return False
    if trial.device == "cpu":
        return True
    peaks = [row.peak_bytes for row in result.costs if isinstance(row, MemoryRow)]
    limit_bytes = trial.limit_memory_mib * MEBIBYTE
    return all(peak is not None and peak <= limit_bytes for peak in peaks)
