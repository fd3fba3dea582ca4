"""The sentence on a look (interim analysis): at which level it decides, and why."""

from collections.abc import Sequence

from rnnbench import text
from rnnbench.findings.learning.records import Comparison
from rnnbench.findings.stats.estimates import LEVEL


def with_look(sure: str, comparisons: Sequence[Comparison]) -> str:
    """Add the sentence on the look to the sentences on how sure an answer is."""
    tested = [comparison for comparison in comparisons if comparison.p_value is not None]
    if not tested:
        return sure
    strictest = min(tested, key=lambda comparison: comparison.level)
    in_order = sorted(comparison.level for comparison in tested)
    levels = list(dict.fromkeys(text.rounded(level, 2) for level in in_order))
    level = levels[0] if len(levels) == 1 else f"{levels[0]} to {levels[-1]}"
    decides = f"this look decides at {level}"
    if strictest.looked:
        return f"{sure} Looked at {seeds_in_words(strictest.looked)} before: {decides}."
    if strictest.pairs < strictest.planned:
        return (
            f"{sure} Of {strictest.planned} planned seeds there are {strictest.pairs}: {decides}."
        )
    if any(map(_would_be_decided, tested)):
        return f"{sure} So that seeds may be added, {decides}, not at {text.setting(LEVEL)}."
    return sure


def _would_be_decided(comparison: Comparison) -> bool:
    """Whether a comparison is undecided at this look, and would be decided by a single one."""
    return comparison.answer == "undecided" and (comparison.p_value or 0.0) <= LEVEL


def seeds_in_words(looked: Sequence[int]) -> str:
    """Return `7 seeds`, `7 and 10 seeds` or `7, 10 and 15 seeds`."""
    return f"{text.enumerated([str(seeds) for seeds in looked])} {text.plural('seed', looked[-1])}"
