"""Epochs to target as censored data: curves, means up to the budget, and intervals that allow for
what was not seen."""

import numpy as np
import pytest
from hypothesis import given, strategies as st
from scipy import stats

from rnnbench.findings.learning.epochs_to_target import epoch_ratios, reached
from rnnbench.findings.stats.bounded_mean import mean_bounds, ratio_bounds, share_above
from rnnbench.findings.stats.kaplan_meier import (
    restricted_mean,
    restricted_means,
    restricted_ratio,
    restricted_ratios,
    survival,
)
from tests.builders.targets import learning

BUDGET = 30
EPOCHS = [3, 5, 5, 8, 12, None, None, 7, 9, 5]
some_epochs = st.lists(st.one_of(st.none(), st.integers(1, BUDGET - 1)), min_size=2, max_size=10)


def test_curve_and_mean_are_those_of_lifelines() -> None:
    """KaplanMeierFitter().fit([3, 5, 5, 8, 12, 30, 30, 7, 9, 5], events 1 but for the two 30) of
    lifelines 0.30.3, and restricted_mean_survival_time(t=30)."""
    curve = survival(EPOCHS)
    assert curve.epochs == (3, 5, 7, 8, 9, 12)
    assert curve.share == pytest.approx([0.9, 0.6, 0.5, 0.4, 0.3, 0.2])
    assert curve.at_risk == (10, 9, 6, 5, 4, 3)
    assert restricted_mean(EPOCHS, BUDGET).centre == pytest.approx(11.399999999999999)


@given(some_epochs)
def test_the_curve_is_scipys_to_the_last_bit(epochs: list[int | None]) -> None:
    """Also where every seed, or none, reaches the threshold."""
    known = [epoch for epoch in epochs if epoch is not None]
    censored = stats.CensoredData(uncensored=known, right=[BUDGET] * (len(epochs) - len(known)))
    times = sorted(set(known))
    shares = stats.ecdf(censored).sf.evaluate(np.array(times)).tolist() if times else []
    assert survival(epochs).share == tuple(shares)


@given(st.lists(some_epochs, min_size=2, max_size=5))
def test_cells_in_one_pass_have_the_intervals_that_they_have_alone(
    cells: list[list[int | None]],
) -> None:
    """To the last bit, with seeds lost in some of them."""
    assert restricted_means(cells, BUDGET) == [restricted_mean(cell, BUDGET) for cell in cells]
    pairs = [(cell, cell[::-1]) for cell in cells]
    alone = [restricted_ratio(ours, theirs, BUDGET) for ours, theirs in pairs]
    assert restricted_ratios(pairs, BUDGET) == alone


@given(some_epochs)
def test_the_mean_is_that_of_epochs_with_the_budget_for_what_was_not_reached(
    epochs: list[int | None],
) -> None:
    """Every censoring is at the budget, so that the area under the curve is just that, within its
    interval."""
    found = restricted_mean(epochs, BUDGET)
    assert found.centre == pytest.approx(np.mean([BUDGET if e is None else e for e in epochs]))
    assert 1 <= found.low <= found.centre + 1e-9
    assert found.centre - 1e-9 <= found.high <= BUDGET


@given(some_epochs, st.integers(0, 9))
def test_one_seed_less_that_gets_there_never_lowers_the_mean(
    epochs: list[int | None], which: int
) -> None:
    """Nor either end of its interval."""
    worse = list(epochs)
    worse[which % len(epochs)] = None
    before = restricted_mean(epochs, BUDGET)
    after = restricted_mean(worse, BUDGET)
    for one, other in zip(
        (before.low, before.centre, before.high), (after.low, after.centre, after.high), strict=True
    ):
        assert one <= other + 1e-9


@pytest.mark.parametrize(("yes", "n"), [(0, 3), (1, 3), (2, 5), (5, 5), (7, 10)])
def test_for_yes_and_no_the_interval_is_that_of_clopper_and_pearson(yes: int, n: int) -> None:
    """To rounding."""
    low, high = mean_bounds(np.array([1.0] * yes + [0.0] * (n - yes)), 0.0, 1.0)
    exact = stats.binomtest(yes, n).proportion_ci(0.95, method="exact")
    assert (float(low), float(high)) == pytest.approx((exact.low, exact.high), abs=1e-9)


def test_the_share_above_a_value_is_that_of_random_weights() -> None:
    """Weights that are uniform over all that sum to 1, drawn 200,000 times."""
    points = np.array([1.0, 4.0, 4.0, 9.0, 30.0])
    means = np.random.default_rng(0).dirichlet(np.ones(5), 200_000) @ points
    for at in (3.0, 8.0, 15.0):
        assert float(share_above(points, np.array(at))) == pytest.approx(
            np.mean(means > at), abs=0.004
        )


def test_ten_seeds_that_all_get_there_say_little_of_the_eleventh() -> None:
    """The upper end allows for seeds that never would: nearly a third may, as 10 of 10 leaves a
    solve rate of .69."""
    found = restricted_mean([5] * 10, BUDGET)
    assert found.low == pytest.approx(5 - 4 * 0.3085, abs=0.01)
    assert found.high == pytest.approx(5 + 25 * 0.3085, abs=0.01)


@given(some_epochs, st.integers(0, 1000))
def test_swapping_two_cells_inverts_the_ratio(epochs: list[int | None], seed: int) -> None:
    """And both ends of its interval."""
    other = [int(e) for e in np.random.default_rng(seed).integers(1, BUDGET, len(epochs))]
    there = restricted_ratio(epochs, other, BUDGET)
    back = restricted_ratio(other, epochs, BUDGET)
    expected = (1 / back.high, 1 / back.centre, 1 / back.low)
    assert (there.low, there.centre, there.high) == pytest.approx(expected, rel=1e-6)


def test_the_ratio_s_interval_holds_where_others_do_not() -> None:
    """A cell that is as quick as the other, but for one seed in ten that never gets there, in 400
    pairs of runs."""
    rng = np.random.default_rng(1)
    for n in (3, 10):
        a, b = (
            np.where(rng.random((400, n)) < 0.1, 30.0, rng.integers(4, 8, (400, n))) for _ in "ab"
        )
        low, high = ratio_bounds(a, b, 1.0, 30.0)
        assert np.mean((low <= 1) & (high >= 1)) > 0.93


def test_each_threshold_has_its_mean_in_epochs_steps_and_sequences() -> None:
    """Ten steps an epoch, 32 sequences a step."""
    runs = [learning([0.9, 0.2, 0.2, 0.05, 0.0, 0.0]), learning([0.2, 0.2, 0.2, 0.2, 0.2, 0.2])]
    target, nearly, fair = reached({"a": runs}, 6, 32)["a"]
    assert [found.share for found in (target, nearly, fair)] == [1.0, 0.9, 0.75]
    assert [found.solved for found in (target, nearly, fair)] == [1, 1, 2]
    assert [found.epochs.centre for found in (target, nearly, fair)] == [5.5, 5.0, 1.5]
    assert (fair.steps.centre, fair.sequences.centre) == (15.0, 480.0)
    assert fair.steps.high == pytest.approx(10 * fair.epochs.high)


def test_who_is_quicker_may_depend_on_the_threshold() -> None:
    """Each threshold has its ratio over the quickest to the target; ties are counted."""
    sprinter = {s: learning([0.2, 0.2, 0.2, 0.2, 0.2, 0.0, 0.0]) for s in range(3)}
    steady = {s: learning([0.5, 0.5, 0.5, 0.0, 0.0, 0.0, 0.0]) for s in range(3)}
    (found,) = epoch_ratios({"sprinter": sprinter, "steady": steady}, 7)
    assert (found.row, found.other) == ("sprinter", "steady")
    assert [ratio.ratio.centre for ratio in found.ratios] == pytest.approx([6 / 4, 6 / 4, 1 / 4])
    (tied,) = epoch_ratios({"a": steady, "b": dict(steady)}, 7)
    assert [ratio.ties for ratio in tied.ratios] == [3, 3, 3]
    nobody = {s: learning([1.0, 1.0]) for s in range(2)}
    assert epoch_ratios({"a": nobody, "b": nobody}, 2) == ()
