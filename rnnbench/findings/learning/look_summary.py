"""The sentence on a look: at which level it decides, and why."""

from collections.abc import Sequence

from rnnbench.findings.learning.records import Comparison
from rnnbench.findings.stats.estimates import LEVEL


def with_look(sure: str, comparisons: Sequence[Comparison]) -> str:
    """How sure an answer is, with what there is to be said of the look."""
    tested = [one for one in comparisons if one.p_value is not None]
    if not tested:
        return sure
    strictest = min(tested, key=lambda one: one.level)
    levels = sorted({f"{one.level:.2g}" for one in tested}, key=float)
    decides = f"this look decides at {' to '.join(dict.fromkeys((levels[0], levels[-1])))}"
    if strictest.looked:
        return f"{sure} Looked at {seeds_in_words(strictest.looked)} before: {decides}."
    if strictest.pairs < strictest.planned:
        return (
            f"{sure} Of {strictest.planned} planned seeds there are {strictest.pairs}: {decides}."
        )
    if any(one.answer == "undecided" and (one.p_value or 0.0) <= LEVEL for one in tested):
        return f"{sure} So that seeds may be added, {decides}, not at {LEVEL:g}."
    return sure


def seeds_in_words(looked: Sequence[int]) -> str:
    """`7 seeds`; `7 and 10 seeds`; `7, 10 and 15 seeds`."""
    *first, last = map(str, looked)
    return f"{' and '.join(filter(None, (', '.join(first), last)))} seeds"
