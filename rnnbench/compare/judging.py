"""Verdicts on one figure of two runs, each with one value or with those of its replicates."""

from collections.abc import Sequence
from statistics import median

from rnnbench import text
from rnnbench.compare.figures import Figure
from rnnbench.compare.peaks import peaks
from rnnbench.compare.records import Value, Verdict
from rnnbench.compare.repetitions import Judged, beyond, half_range, separate
from rnnbench.findings import INTERVAL_REPLICATES
from rnnbench.records import Tolerances

FEWEST_REPETITIONS = 3
"""Of fewer repetitions, nobody knows how well they agree."""
CLOSEST = 0.002
"""Repetitions may agree to the last byte and yet not all with the next run: this is tolerated."""
SPREADS = 3.0
"""What is tolerated, in half ranges of the repetitions of one run."""
LEVEL = 0.05
DEFAULT = Tolerances()


def judge(before: Sequence[Figure], after: Sequence[Figure], tolerance: float) -> Judged:
    """Return the verdict on the values of a figure by its kind; each side has one at least.

    tolerance: the share by which the figure may become larger; counts and last bits have none. Of
               memory and instructions less is tolerated where repetitions agree closely, unless
               somebody chose a tolerance other than the default.
    """
    tolerated = before[0].tolerated
    chosen = tolerated is not None and tolerance != getattr(DEFAULT, tolerated)
    match before[0].kind:
        case "memory" if tolerated == "peak":
            return peaks(_numbers(before), _numbers(after), tolerance, chosen=chosen)
        case "memory" | "instructions":
            return by_repetitions(_numbers(before), _numbers(after), tolerance, chosen=chosen)
        case "time":
            return by_interval(_numbers(before), _numbers(after), tolerance)
        case "deterministic":
            return _disagreement(before, after) or Judged(to_the_last_bit(before[0], after[0]))
        case _:
            return _disagreement(before, after) or Judged(exactly(before[0], after[0]))


def exactly(before: Figure, after: Figure) -> Verdict:
    """Compare two counts: any difference counts, by BASE's direction."""
    old = before.value
    new = after.value
    if old == new:
        return "same"
    if not before.direction or isinstance(old, str) or isinstance(new, str):
        return "changed"
    if old is None:
        return "better"
    if new is None:
        return "worse"
    return "better" if (new < old) == (before.direction == "lower") else "worse"


def to_the_last_bit(before: Figure, after: Figure) -> Verdict:
    """Compare two figures of training at one seed.

    A difference shows that something else was computed, not that it is worse: only a target that is
    no longer reached is.
    """
    if before.value == after.value:
        return "same"
    if before.value is None:
        return "better"
    return "worse" if after.value is None else "changed"


def by_repetitions(
    before: Sequence[float], after: Sequence[float], most: float, *, chosen: bool = False
) -> Judged:
    """Compare bytes, or instructions, whose repetitions nearly agree.

    HEAD is worse where its median is larger by more than is tolerated, and each of its repetitions
    larger than each of BASE; where only the median is, that is undecided. Three half ranges of the
    repetitions are tolerated, at most the share `most`, and that share where it was chosen or where
    a side has fewer than three repetitions.
    """
    if min(*before, *after, 1.0) <= 0:
        return Judged("same" if set(before) == set(after) else "changed", "nothing to divide by")
    tolerated = min(most, max(CLOSEST, SPREADS * max(half_range(before), half_range(after))))
    if chosen or min(len(before), len(after)) < FEWEST_REPETITIONS:
        tolerated = most
    return separate(before, after, tolerated)


def by_interval(before: Sequence[float], after: Sequence[float], tolerance: float) -> Judged:
    """Compare times by Welch's 95 % interval of the ratio, over the replicates of both runs.

    HEAD is worse where the whole interval lies beyond the tolerance, and the same where none of it
    does.
    """
    fewest = min(len(before), len(after))
    if fewest < INTERVAL_REPLICATES:
        few = text.counted(fewest, "replicate")
        return Judged("not comparable", f"{few}, and an interval takes {INTERVAL_REPLICATES}")
    return beyond(before, after, tolerance, LEVEL)


def _numbers(figures: Sequence[Figure]) -> list[float]:
    return [float(figure.value) for figure in figures if isinstance(figure.value, int | float)]


def _disagreement(before: Sequence[Figure], after: Sequence[Figure]) -> Judged | None:
    """The verdict where replicates of a run differ that should not; None where they agree."""
    for side, replicates in (("BASE", before), ("HEAD", after)):
        values = list(dict.fromkeys(figure.value for figure in replicates))
        if len(values) > 1:
            return Judged("undecided", f"replicates of {side} do not agree: {text.listed(values)}")
    return None


def common_value(replicates: Sequence[Figure]) -> Value:
    """Return the value that all replicates share; of figures that need not agree, the median."""
    values = [figure.value for figure in replicates if figure.value is not None]
    if not values:
        return None
    if replicates[0].kind in ("exact", "deterministic"):
        return values[0]
    return median(value for value in values if not isinstance(value, str))
