"""Figures over several tasks: those of others, properties, and intervals whose level is computed
exactly."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from rnnbench.findings.stats import aggregates
from rnnbench.findings.stats.aggregates import Array

OURS = np.array(
    [
        [0.10, 0.25, 0.15, 0.05, 0.30],
        [0.95, 0.90, 1.00, 0.85, 0.90],
        [0.40, 0.45, 0.70, 0.40, 0.55],
        [1.00, 1.00, 0.00, 1.00, 1.00],
    ]
)
THEIRS = np.array(
    [
        [0.20, 0.25, 0.10, 0.35, 0.30],
        [0.90, 0.80, 0.95, 0.85, 0.70],
        [0.30, 0.35, 0.50, 0.40, 0.60],
        [0.00, 0.00, 1.00, 0.00, 0.00],
    ]
)


def tables() -> st.SearchStrategy[Array]:
    """Scores with ties and both ends among them, of three to five seeds."""
    shapes = st.tuples(st.integers(1, 4), st.integers(3, 5))
    return shapes.flatmap(
        lambda shape: arrays(np.float64, shape, elements=st.integers(0, 10).map(lambda n: n / 10))
    )


def test_the_figures_are_those_of_an_independent_implementation() -> None:
    """rliable 1.2.0 on these tables (transposed: runs x tasks): metrics.aggregate_iqm,
    aggregate_optimality_gap, probability_of_improvement, and library.create_performance_profile at
    0, 0.1, 0.26, 0.4, 0.5, 0.9, 0.98."""
    assert aggregates.interquartile_mean(OURS) == pytest.approx(0.64, abs=1e-12)
    assert aggregates.interquartile_mean(THEIRS) == pytest.approx(0.395, abs=1e-12)
    assert aggregates.optimality_gap(OURS) == pytest.approx(0.40249999999999986, abs=1e-12)
    assert aggregates.optimality_gap(THEIRS) == pytest.approx(0.5725, abs=1e-12)
    assert aggregates.improvement(OURS, THEIRS) == pytest.approx(0.635, abs=1e-12)
    assert aggregates.improvement(THEIRS, OURS) == pytest.approx(0.365, abs=1e-12)
    at = [
        aggregates.THRESHOLDS.index(threshold)
        for threshold in (0.0, 0.1, 0.26, 0.4, 0.5, 0.9, 0.98)
    ]
    assert aggregates.profile(OURS)[at] == pytest.approx(
        [0.95, 0.85, 0.75, 0.6, 0.55, 0.3, 0.25], abs=1e-12
    )
    assert aggregates.profile(THEIRS)[at] == pytest.approx(
        [0.8, 0.75, 0.65, 0.4, 0.35, 0.1, 0.05], abs=1e-12
    )


def test_the_interquartile_mean_leaves_a_quarter_out_at_either_end() -> None:
    """By hand: of eight runs the middle four, whichever condition they are of."""
    scores = np.array([[0.0, 0.2, 1.0, 0.9], [0.1, 0.3, 0.5, 0.6]])
    assert aggregates.interquartile_mean(scores) == pytest.approx((0.2 + 0.3 + 0.5 + 0.6) / 4)


@given(tables(), st.integers(0, 99))
def test_neither_the_order_of_seeds_nor_that_of_conditions_matters(
    scores: Array, seed: int
) -> None:
    """In estimates and in intervals."""
    rng = np.random.default_rng(seed)
    other = rng.permuted(scores, axis=1)[rng.permutation(len(scores))]
    assert aggregates.interquartile_mean(other) == pytest.approx(
        aggregates.interquartile_mean(scores), abs=1e-12
    )
    for interval in (aggregates.interquartile_mean_interval, aggregates.optimality_gap_interval):
        assert interval(other) == pytest.approx(interval(scores), abs=1e-12)


@given(tables())
def test_an_interval_holds_its_estimate_and_no_score_is_beyond_the_ends(scores: Array) -> None:
    """Whatever the scores."""
    for interval, centre in (
        (aggregates.interquartile_mean_interval(scores), aggregates.interquartile_mean(scores)),
        (aggregates.optimality_gap_interval(scores), aggregates.optimality_gap(scores)),
    ):
        assert -1e-12 <= interval[0] <= centre + 1e-12
        assert centre - 1e-12 <= interval[1] <= 1 + 1e-12


@given(tables())
def test_what_is_bad_is_the_mirror_of_what_is_good(scores: Array) -> None:
    """The interval of 1 - score is that of the score turned round, but for the draws."""
    low, high = aggregates.interquartile_mean_interval(scores)
    assert aggregates.interquartile_mean_interval(1 - scores) == pytest.approx(
        (1 - high, 1 - low), abs=0.04
    )


@given(tables(), st.integers(0, 5))
def test_to_win_and_to_lose_add_up_to_one(scores: Array, seed: int) -> None:
    """The chance of A over B and that of B over A; their intervals mirror each other."""
    other = np.random.default_rng(seed).permuted(scores, axis=None)
    won = aggregates.improvement(scores, other)
    lost = aggregates.improvement(other, scores)
    assert won + lost == pytest.approx(1, abs=1e-12)
    low, high = aggregates.share_intervals(np.array([won, lost]), scores.size)
    assert low[0] + high[1] == pytest.approx(1, abs=1e-9)
    assert low[1] + high[0] == pytest.approx(1, abs=1e-9)
    assert aggregates.improvement(scores, scores) == 0.5


def test_the_interval_of_a_share_is_that_of_clopper_and_pearson() -> None:
    """At whole numbers of runs, against scipy."""
    for runs in (1, 6, 30):
        for found in range(runs + 1):
            known = stats.binomtest(found, runs).proportion_ci(0.95, "exact")
            low, high = aggregates.share_intervals(np.array(found / runs), runs)
            assert (float(low), float(high)) == pytest.approx((known.low, known.high), abs=1e-9)


@pytest.mark.parametrize("seeds", [3, 5, 10])
@pytest.mark.parametrize("others", [(), (0.0, 1.0), (1.0, 1.0, 1.0), (0.3, 0.6, 0.9)])
def test_the_interval_of_a_share_holds_its_level_over_unequal_tasks(
    others: tuple[float, ...], seeds: int
) -> None:
    """At least 93 % at every rate of the task in question, by the distribution of the sum and not
    by simulation."""
    runs = seeds * (1 + len(others))
    low, high = aggregates.share_intervals(np.arange(runs + 1) / runs, runs)
    for rate in np.linspace(0.02, 0.98, 49):
        chances = np.array([1.0])
        for each in (rate, *others):
            chances = np.convolve(chances, stats.binom.pmf(np.arange(seeds + 1), seeds, each))
        truth = np.mean([rate, *others])
        assert chances[(low <= truth) & (truth <= high)].sum() >= 0.93


@pytest.mark.parametrize("seeds", [3, 5, 10])
@pytest.mark.parametrize("others", [(0.0, 1.0), (1.0, 1.0, 1.0)])
def test_means_hold_their_level_where_one_task_is_in_doubt(
    others: tuple[float, ...], seeds: int
) -> None:
    """The hardest case for a bootstrap, which takes three equal seeds for a certainty: 93 % at
    every rate, exactly."""
    found = []
    for solved in range(seeds + 1):
        doubtful = np.array([[1.0] * solved + [0.0] * (seeds - solved)])
        scores = np.concatenate([doubtful, np.repeat(np.array(others)[:, None], seeds, axis=1)])
        found.append(
            (
                aggregates.optimality_gap_interval(scores),
                aggregates.interquartile_mean_interval(scores),
            )
        )
    for rate in np.linspace(0.02, 0.98, 49):
        chances = stats.binom.pmf(np.arange(seeds + 1), seeds, rate)
        mean = float(np.mean([rate, *others]))
        middle = float(np.clip((mean - 0.25) / 0.5, 0, 1))
        for figure, truth in ((0, 1 - mean), (1, middle)):
            held = [each[figure][0] - 1e-9 <= truth <= each[figure][1] + 1e-9 for each in found]
            assert chances[held].sum() >= 0.93, (figure, rate)


@pytest.mark.parametrize(("conditions", "seeds"), list(product((1, 4), (3, 5, 10))))
def test_weights_spread_as_a_mean_of_so_many_seeds_does(conditions: int, seeds: int) -> None:
    """Of scores whose sample variance is s2, the weighted mean of one condition has variance s2 /
    seeds."""
    shares, unseen = aggregates.weights(conditions, seeds)
    assert shares.sum(axis=(1, 2)) == pytest.approx(1)
    scores = np.linspace(0, 1, seeds)
    means = conditions * shares[:, 0] @ scores
    assert means.var() == pytest.approx(scores.var(ddof=1) / seeds, rel=0.08)
    assert unseen.mean() == pytest.approx(1 / (conditions * seeds + 1), rel=0.08)


def test_an_interval_of_zeros_ends_at_zero_or_well_above_it() -> None:
    """No rounding error is left of 1 - (1 - 0), which would be printed as 3×10⁻¹⁶."""
    for seeds, conditions in ((3, 4), (3, 8), (10, 6)):
        scores = np.zeros((conditions, seeds))
        scores[0] = 1e-3
        for low, high in (
            aggregates.interquartile_mean_interval(scores),
            aggregates.optimality_gap_interval(1 - scores),
        ):
            assert low == 0 or low > 1e-9
            assert high == 0 or high > 1e-9
