"""How many more seeds would probably decide a comparison, by a normal approximation of power."""

from collections.abc import Sequence

import numpy as np
import scipy

from rnnbench.findings.stats.estimates import LEVEL

POWER = 0.8
EFFICIENCY = 3 / np.pi
"""Efficiency of the signed-rank test relative to Student's test, on normal data."""
MOST_ADVISED = 1000
"""No number of further seeds above this one is advised."""
WORTHWHILE = 0.2
"""More seeds are advised up to this p-value; above it, they would only help by luck."""


def more_seeds(values: Sequence[float], gaps: Sequence[float], level: float = LEVEL) -> int | None:
    """Return how many more values like these would decide in four of five cases.

    None where the values do not vary, where no gap is above 0, and where too many are needed.

    gaps: distances from the typical value to the bounds; one of them has to differ from 0.
    """
    spread = float(np.std(values, ddof=1)) if len(values) > 1 else 0.0
    if not spread:
        return None
    widest = max((gap for gap in gaps if gap > 0), default=0.0)
    if not widest:
        return None
    quantiles = scipy.special.ndtri(1 - level / 2) + scipy.special.ndtri(POWER)
    total = int(np.ceil((quantiles * spread / widest) ** 2 / EFFICIENCY))
    more = max(total - len(values), 1)
    return more if more <= MOST_ADVISED else None


def more_of_a_share(
    solved: Sequence[float], bounds: Sequence[float], level: float = LEVEL
) -> int | None:
    """Return how many more seeds would tell a share from its nearest bound in four of five cases.

    None where the share lies on that bound, and where too many seeds are needed.

    solved: 1 for each seed that reached the target, and 0 for each one that did not.
    """
    share = float(np.mean(solved))
    bound = min(bounds, key=lambda bound: abs(share - bound))
    if share == bound:
        return None
    spread_at_bound = np.sqrt(bound * (1 - bound))
    spread_at_share = np.sqrt(share * (1 - share))
    width = (
        scipy.special.ndtri(1 - level / 2) * spread_at_bound
        + scipy.special.ndtri(POWER) * spread_at_share
    )
    more = max(int(np.ceil((width / (share - bound)) ** 2)) - len(solved), 1)
    return more if more <= MOST_ADVISED else None
