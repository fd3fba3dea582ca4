"""How many more seeds would probably decide a comparison: the normal approximation of the power of
its test."""

from collections.abc import Sequence

import numpy as np
from scipy import stats

from rnnbench.findings.stats.estimates import LEVEL

POWER = 0.8
EFFICIENCY = 3 / np.pi
"""Of the signed-rank test beside Student's, on normal data."""
MOST_SAID = 1000
WORTHWHILE = 0.2
"""More seeds are advised where what was seen is at most so likely if nothing is there; else they
would seek luck."""


def more_seeds(values: Sequence[float], gaps: Sequence[float], level: float = LEVEL) -> int | None:
    """How many more values like these would decide in four of five cases, where one of these gaps
    has to be told from nothing; None where no end is in sight."""
    spread = float(np.std(values, ddof=1)) if len(values) > 1 else 0.0
    if not spread:  # values that are all alike say nothing of how they vary
        return None
    wide = max((gap for gap in gaps if gap > 0), default=0.0)
    if not wide:
        return None
    quantiles = stats.norm.isf(level / 2) + stats.norm.ppf(POWER)
    total = int(np.ceil((quantiles * spread / wide) ** 2 / EFFICIENCY))
    more = max(total - len(values), 1)
    return more if more <= MOST_SAID else None


def more_of_a_share(
    solved: Sequence[float], bounds: Sequence[float], level: float = LEVEL
) -> int | None:
    """Likewise of a share of seeds, where the nearest of these bounds has to be told from it."""
    share = float(np.mean(solved))
    bound = min(bounds, key=lambda bound: abs(share - bound))
    if share == bound:
        return None
    spreads = np.sqrt(bound * (1 - bound)), np.sqrt(share * (1 - share))
    wide = stats.norm.isf(level / 2) * spreads[0] + stats.norm.ppf(POWER) * spreads[1]
    more = max(int(np.ceil((wide / (share - bound)) ** 2)) - len(solved), 1)
    return more if more <= MOST_SAID else None
