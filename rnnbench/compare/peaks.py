"""The verdict on peaks of memory, which differ from process to process."""

from collections.abc import Sequence
from statistics import median

from rnnbench.compare.repetitions import Judged, beyond, separate
from rnnbench.findings import INTERVAL_REPLICATES

SMALLEST_BYTES = 64 * 2**10
"""Peaks are read in pages, and small cells take a few; smaller differences count as none."""
FEWEST_REPETITIONS = 3
LEVEL = 0.01
"""A suite has many peaks."""
LEAST_OF_MANY = 0.2
"""The share of what the policy tolerates that is tolerated of eight repetitions or more."""
OF_FEW = 2.0
"""What is tolerated of fewer, in what the policy tolerates. Ranges of three repetitions do not
overlap by luck in one case of ten, and peaks differ by 1 to 3 % from process to process."""


def peaks(
    before: Sequence[float], after: Sequence[float], most: float, *, chosen: bool = False
) -> Judged:
    """Return the verdict on peaks.

    From eight repetitions on, HEAD is worse where Welch's 99 % interval of the ratio lies beyond a
    fifth of `most`; where it lies across that and the ratio is beyond `most`, it is undecided. With
    fewer, HEAD is worse where its median is larger by more than twice `most`, and each repetition
    larger than each of BASE. With fewer than three that is undecided.

    chosen: somebody chose what is tolerated, and `most` itself is in any case.
    """
    if abs(median(after) - median(before)) < SMALLEST_BYTES:
        return Judged("same", f"less than {SMALLEST_BYTES // 2**10} KiB apart")
    if min(len(before), len(after)) < INTERVAL_REPLICATES:
        return _few(before, after, most if chosen else most * OF_FEW)
    tolerated = most if chosen else most * LEAST_OF_MANY
    judged = beyond(before, after, tolerated, LEVEL)
    if judged.verdict == "undecided" and abs((judged.ratio or 1.0) - 1) <= most:
        judged = judged._replace(verdict="same")
    return judged._replace(reason=f"{tolerated:.2%} are tolerated")


def _few(before: Sequence[float], after: Sequence[float], tolerated: float) -> Judged:
    if min(*before, *after) <= 0:
        return Judged("undecided", "a peak of nothing, which nothing can be compared with")
    judged = separate(before, after, tolerated)
    few = min(len(before), len(after)) < FEWEST_REPETITIONS
    if few and judged.verdict in ("worse", "better"):
        return judged._replace(verdict="undecided", reason="too few repetitions of a peak")
    return judged
