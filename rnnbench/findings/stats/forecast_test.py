"""Whether losses on the same test data differ by more than chance, although neighbours are alike.

The statistic is that of Diebold & Mariano 1995 (doi:10.1080/07350015.1995.10524599), the mean of
the differences over its standard error. Differences in a row may depend on each other; their
variance is therefore estimated from their slowest cosines, by as many as Lazarus, Lewis, Stock &
Watson 2018 (doi:10.1080/07350015.2018.1506926, equation 4) advise. The statistic then has Student's
distribution with that many degrees of freedom.
"""

import numpy as np
import scipy
from numpy.typing import NDArray

Values = NDArray[np.float64]
FEWEST = 8
"""With fewer differences, no variance of them is trusted."""


def p_differ(differences: Values, *, in_order: bool) -> float:
    """Return the two-sided p-value of the hypothesis that the mean difference, of (N,), is 0.

    1 where there are fewer than `FEWEST` differences, or all of them are 0.

    in_order: whether neighbours may depend on each other; otherwise this is Student's test.
    """
    count = len(differences)
    if count < FEWEST or not np.any(differences):
        return 1.0
    mean = float(differences.mean())
    if in_order:
        degrees = _cosines(count)
        variance = _long_run_variance(differences - mean, degrees)
    else:
        degrees = count - 1
        variance = float(differences.var(ddof=1))
    if variance <= 0:
        return 0.0
    statistic = abs(mean) / np.sqrt(variance / count)
    return float(2 * scipy.special.stdtr(degrees, -statistic))


def _cosines(count: int) -> int:
    """Return how many cosines estimate the variance of so many differences."""
    return max(1, int(0.4 * count ** (2 / 3)))


def _long_run_variance(centred: Values, cosines: int) -> float:
    """Return the mean square of the projections on the slowest cosines."""
    projections = scipy.fft.dct(centred, type=2, norm="ortho")[1 : cosines + 1]
    return float(np.mean(projections**2))
