"""Figures over several tasks with intervals that hold at few seeds, from tables of scores.

Tables are (conditions, seeds), of scores from 0 to 1. Interquartile mean, optimality gap,
performance profile and probability of improvement are those of Agarwal et al. 2021,
arXiv:2108.13264. Their intervals are by a stratified bootstrap, which fails at three seeds: it
contains no score beyond the measured ones, and underestimates their spread. For means, `weights`
corrects both. A share of all runs has the interval of Clopper and Pearson.
`benchmarks/across_coverage.py` measures the coverage; figures are in `docs/log/statistics.md`.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from rnnbench.findings.stats.estimates import LEVEL
from rnnbench.findings.stats.exact import clopper_pearson

Array = NDArray[np.float64]
Interval = tuple[float, float]
DRAWS = 4000
EXACT_DIGITS = 12
"""Decimals of an end of an interval; those beyond are rounding errors, as in 1 - (1 - 0)."""
FEWEST_SEEDS = 3
"""With two seeds, no weights have the right spread."""
MIDDLE = (0.25, 0.75)
ALL = (0.0, 1.0)
THRESHOLDS = tuple(step / 50 for step in range(50))
"""Thresholds of performance profiles; no score is above 1."""


def interquartile_mean(scores: Array) -> float:
    """Return the mean of the middle half of all runs."""
    in_order = np.sort(scores, axis=None)
    cut = int(0.25 * len(in_order))
    return float(np.mean(in_order[cut : len(in_order) - cut]))


def optimality_gap(scores: Array) -> float:
    """Return how far the mean of all runs is below 1."""
    return 1.0 - float(np.mean(scores))


def profile(scores: Array) -> Array:
    """Return the share of runs above each threshold, (thresholds,)."""
    return np.array([np.mean(scores > threshold) for threshold in THRESHOLDS])


def improvement(ours: Array, theirs: Array) -> float:
    """Return the probability that a run of ours is better than one of theirs on one condition.

    It is the mean over conditions of the statistic of Mann & Whitney 1947: every seed of one cell
    meets every seed of the other, and a tie counts as half.
    """
    return float(duels(ours, theirs).mean())


def duels(ours: Array, theirs: Array) -> Array:
    """Return 1 where a run of ours is better than one of theirs, 1/2 for a tie, and 0 otherwise.

    From (..., conditions, seeds) of each cell to (..., conditions, seeds, seeds).
    """
    outcomes: Array = 0.5 * (1.0 + np.sign(ours[..., :, None] - theirs[..., None, :]))
    return outcomes


def interquartile_mean_interval(scores: Array) -> Interval:
    """Return the 95 % interval of the interquartile mean, from three seeds on."""
    return _mean_interval(scores, MIDDLE)


def optimality_gap_interval(scores: Array) -> Interval:
    """Return the 95 % interval of the optimality gap, from three seeds on."""
    low, high = _mean_interval(scores, ALL)
    return 1.0 - high, 1.0 - low


def share_intervals(shares: Array, runs: int, level: float = LEVEL) -> tuple[Array, Array]:
    """Return both ends of intervals at 1 - level, for shares of so many runs.

    A share need not be of a whole number of runs. The interval is that of Clopper & Pearson 1934,
    as if all runs were draws from the mixture of the conditions: a fixed number from each varies
    less (Hoeffding 1956). Nor does a probability of improvement vary more than a share of duels in
    which every run takes part once (Hoeffding 1963, section 5).
    """
    counts = np.asarray(shares) * runs
    return clopper_pearson(counts, runs, level)


@cache
def weights(conditions: int, seeds: int, draws: int = DRAWS) -> tuple[Array, Array]:
    """Return random weights of runs, and of a hypothetical run that was not observed.

    The weights of runs, (draws, conditions, seeds), add up to 1; those of the unobserved run are
    (draws,). Both are the same in every report.

    Within a condition the weights are Dirichlet's, as in the bootstrap of Rubin 1981, with the
    parameter at which a weighted mean has the variance of the mean of so many seeds: the variance
    over n seeds is (n - 1) / n of its true value, and weights with parameter a divide it by
    n a + 1, so that n a + 1 = n - 1. The unobserved run weighs as much as one more among all of
    them (the bound of Gaffke 2005). For the lower end of an interval it takes that weight from the
    best runs and has the worst possible score; for the upper end the other way round.
    """
    rng = np.random.default_rng(0)
    within = rng.dirichlet(np.full(seeds, (seeds - 2) / seeds), (draws, conditions))
    return within / conditions, rng.beta(1, conditions * seeds, draws)


def worst(values: Array, shares: Array, unobserved: Array, part: Interval) -> Array:
    """Return the weighted mean of a part of the runs, where the unobserved run has the score 0.

    values:     in ascending order, (..., runs).
    shares:     the weights of the runs, (draws, ..., runs).
    unobserved: the weight of the unobserved run, (draws,).
    part:       the quantiles between which the mean is taken.
    """
    beyond = unobserved.reshape(-1, *[1] * (shares.ndim - 1))
    first = np.maximum(part[0] - beyond, 0.0)
    last = np.maximum(part[1] - beyond, 0.0)
    up_to = np.cumsum(shares, axis=-1)
    inside = np.clip(up_to, first, last) - np.clip(up_to - shares, first, last)
    means: Array = (inside * values).sum(-1) / (part[1] - part[0])
    return means


def _mean_interval(scores: Array, part: Interval) -> Interval:
    """Return the 95 % interval for the mean of a part of the runs."""
    shares, unobserved = weights(*scores.shape)
    table = _in_one_order(scores)
    order = np.argsort(table, axis=None)
    values = table.ravel()[order]
    of_values = shares.reshape(DRAWS, -1)[:, order]
    means = worst(values, of_values, unobserved, part)
    gaps = worst(1.0 - values[::-1], of_values[:, ::-1], unobserved, part)
    low = float(np.quantile(means, LEVEL / 2))
    high = 1.0 - float(np.quantile(gaps, LEVEL / 2))
    return round(low, EXACT_DIGITS), round(high, EXACT_DIGITS)


def _in_one_order(scores: Array) -> Array:
    """Return the table with seeds and conditions sorted, so that their order does not matter."""
    by_seed = np.sort(scores, axis=1)
    ordered: Array = by_seed[np.lexsort(by_seed.T)]
    return ordered
