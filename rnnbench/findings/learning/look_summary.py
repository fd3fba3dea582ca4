"""The sentence on a look (interim analysis): at which level it decides, and why."""

from collections.abc import Sequence

from rnnbench import text
from rnnbench.findings.learning.records import Comparison
from rnnbench.findings.stats.estimates import LEVEL


def with_look(sure: str, comparisons: Sequence[Comparison]) -> str:
    """Add the sentence on the look to the sentences on how sure an answer is.

    For example: `This look decides at 0.021, as there was one at 7 seeds before.`
    """
    tested = [comparison for comparison in comparisons if comparison.p_value is not None]
    if not tested:
        return sure
    strictest = min(tested, key=lambda comparison: comparison.level)
    in_order = sorted(comparison.level for comparison in tested)
    levels = list(dict.fromkeys(text.rounded(level, 2) for level in in_order))
    level = levels[0] if len(levels) == 1 else f"{levels[0]} to {levels[-1]}"
    decides = f"{sure} This look decides at {level}"
    if strictest.looked:
        return f"{decides}, {looked_before(strictest.looked)}."
    if strictest.pairs < strictest.planned:
        return f"{decides}, {part_of_the_seeds(strictest.pairs, strictest.planned)}."
    if any(map(_would_be_decided, tested)):
        return f"{decides}, not at {text.setting(LEVEL)}, so that seeds may be added."
    return sure


def _would_be_decided(comparison: Comparison) -> bool:
    """Whether a comparison is undecided at this look, and would be decided by a single one."""
    return comparison.answer == "undecided" and (comparison.p_value or 0.0) <= LEVEL


def looked_before(looked: Sequence[int]) -> str:
    """Return why a look decides at a level of its own, after others at these numbers of seeds."""
    return f"as the results were looked at with {seeds_in_words(looked)} before"


def part_of_the_seeds(seeds: int, planned: int) -> str:
    """Return why a look decides at a level of its own before all planned seeds are there."""
    return f"as {seeds} of {text.counted(planned, 'planned seed')} have results"


def seeds_in_words(looked: Sequence[int]) -> str:
    """Return `7 seeds`, `7 and 10 seeds` or `7, 10 and 15 seeds`."""
    return f"{text.enumerated([str(seeds) for seeds in looked])} {text.plural('seed', looked[-1])}"
