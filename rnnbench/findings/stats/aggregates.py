"""Figures over several tasks, of scores from 0 to 1 in tables (conditions, seeds); intervals that
hold at few seeds.

Interquartile mean, optimality gap, performance profile and probability of improvement are those of
Agarwal et al. 2021, arXiv:2108.13264. Their intervals are by a stratified bootstrap, which knows
too little of three seeds: it never sees a score beyond those it has, and takes their spread for too
small. For means, both are mended (`weights`). A share of all runs has the interval of Clopper and
Pearson. `benchmarks/across_coverage.py` measures what holds; figures in `docs/log.md`.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from rnnbench.findings.stats.estimates import LEVEL

Array = NDArray[np.float64]
Interval = tuple[float, float]
DRAWS = 4000
FEWEST_SEEDS = 3
"""With two, no weights have the right spread."""
MIDDLE, ALL = (0.25, 0.75), (0.0, 1.0)
THRESHOLDS = tuple(step / 50 for step in range(50))
"""Of performance profiles; no score is above 1."""


def interquartile_mean(scores: Array) -> float:
    """Mean of the middle half of all runs."""
    return float(stats.trim_mean(scores, 0.25, axis=None))


def optimality_gap(scores: Array) -> float:
    """How far the mean of all runs is short of 1."""
    return 1.0 - float(np.mean(scores))


def profile(scores: Array) -> Array:
    """Share of runs above each threshold, (thresholds,)."""
    return np.array([np.mean(scores > threshold) for threshold in THRESHOLDS])


def improvement(ours: Array, theirs: Array) -> float:
    """Probability that a run of ours is better than one of theirs on the same condition, a tie
    counting as half; mean over conditions of the statistic of Mann & Whitney 1947. Every seed of
    one meets every seed of the other.
    """
    return float(duels(ours, theirs).mean())


def duels(ours: Array, theirs: Array) -> Array:
    """1 where a run of ours is better than one of theirs, 1/2 where they tie: (..., conditions,
    seeds, seeds)."""
    found: Array = 0.5 * (1.0 + np.sign(ours[..., :, None] - theirs[..., None, :]))
    return found


def interquartile_mean_interval(scores: Array) -> Interval:
    """At 95 %, from three seeds on."""
    return _mean_interval(scores, MIDDLE)


def optimality_gap_interval(scores: Array) -> Interval:
    """At 95 %, from three seeds on."""
    low, high = _mean_interval(scores, ALL)
    return 1.0 - high, 1.0 - low


def share_intervals(shares: Array, runs: int, level: float = LEVEL) -> tuple[Array, Array]:
    """Both ends, at 1 - level, for shares of so many runs; they need not be of whole numbers of
    them.

    Clopper & Pearson 1934, as if all runs were draws from the mixture of the conditions: so many
    from each vary less (Hoeffding 1956). Nor does a probability of improvement vary more than a
    share of duels in which every run fights once (Hoeffding 1963, section 5).
    """
    found = np.asarray(shares) * runs
    low = stats.beta.ppf(level / 2, found, runs - found + 1)
    high = stats.beta.ppf(1 - level / 2, found + 1, runs - found)
    return np.where(found > 0, low, 0.0), np.where(found < runs, high, 1.0)


@cache
def weights(conditions: int, seeds: int, draws: int = DRAWS) -> tuple[Array, Array]:
    """Random weights of runs, (draws, conditions, seeds), that add up to 1; and of what no run has
    shown, (draws,). They are the same in every report.

    Within a condition they are Dirichlet's, as in the bootstrap of Rubin 1981, with the parameter
    at which a weighted mean spreads as the mean of so many seeds does: the spread over n seeds is
    (n - 1) / n of what it should be, and weights with parameter a give it divided by n a + 1, so
    that n a + 1 = n - 1. What is unseen weighs as much as one run more among all of them would (the
    bound of Gaffke 2005). For the lower end of an interval it takes that weight from the best runs
    and is the worst there can be; for the upper one the other way round.
    """
    rng = np.random.default_rng(0)
    within = rng.dirichlet(np.full(seeds, (seeds - 2) / seeds), (draws, conditions))
    return within / conditions, rng.beta(1, conditions * seeds, draws)


def worst(values: Array, shares: Array, unseen: Array, part: Interval) -> Array:
    """Mean of a part of the runs (from quantile to quantile), of values in order, (..., runs),
    weighted by shares, (draws, ..., runs), where what is unseen is at 0."""
    beyond = unseen.reshape(-1, *[1] * (shares.ndim - 1))
    first = np.maximum(part[0] - beyond, 0.0)
    last = np.maximum(part[1] - beyond, 0.0)
    up_to = np.cumsum(shares, axis=-1)
    inside = np.clip(up_to, first, last) - np.clip(up_to - shares, first, last)
    found: Array = (inside * values).sum(-1) / (part[1] - part[0])
    return found


def _mean_interval(scores: Array, part: Interval) -> Interval:
    """The 95 % interval for the mean of a part of the runs, of scores (conditions, seeds)."""
    shares, unseen = weights(*scores.shape)
    table = _in_one_order(scores)
    order = np.argsort(table, axis=None)
    values = table.ravel()[order]
    of_values = shares.reshape(DRAWS, -1)[:, order]
    means = worst(values, of_values, unseen, part)
    gaps = worst(1.0 - values[::-1], of_values[:, ::-1], unseen, part)
    low = float(np.quantile(means, LEVEL / 2))
    high = 1.0 - float(np.quantile(gaps, LEVEL / 2))
    return low, high


def _in_one_order(scores: Array) -> Array:
    """The table with its seeds and its conditions sorted, so that their order changes no digit of
    an interval."""
    by_seed = np.sort(scores, axis=1)
    ordered: Array = by_seed[np.lexsort(by_seed.T)]
    return ordered
