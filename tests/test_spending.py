"""The error spent over looks: against published bounds, the multivariate normal distribution, and
random walks."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, strategies as st
from scipy.stats import multivariate_normal, norm

from rnnbench.findings.stats.error_spending import (
    UP_TO_PLAN,
    fewest_seeds,
    level,
    looks_that_count,
    smallest_p,
    spent,
)


def levels(looks: Sequence[int], planned: int, error: float = 0.05) -> list[float]:
    return [level(looks, seeds, planned, error) for seeds in looks]


@pytest.mark.parametrize(
    ("number", "bounds"),
    [(2, [2.963, 1.969]), (3, [3.710, 2.511, 1.993]), (5, [4.877, 3.357, 2.680, 2.290, 2.031])],
)
def test_up_to_the_plan_bounds_are_those_of_the_spending_after_obrien_and_fleming(
    number: int, bounds: Sequence[float]
) -> None:
    """Equal steps, 2.5 % on each side: as gsDesign and Jennison & Turnbull (2000) have them for
    two, three and five."""
    looks = [100 * look for look in range(1, number + 1)]
    found = levels(looks, looks[-1], 0.05 / UP_TO_PLAN)
    assert norm.isf(np.array(found) / 2) == pytest.approx(bounds, abs=2e-3)


@pytest.mark.parametrize(
    ("looks", "planned", "error"),
    [((10, 20, 30), 10, 0.05), ((8, 12, 13), 12, 0.05), ((14, 20, 60), 10, 0.05 / 6)],
)
def test_the_looks_together_spend_what_they_may(
    looks: tuple[int, ...], planned: int, error: float
) -> None:
    """The chance that any of them decides where nothing is there, by the distribution of all their
    sums together."""
    bounds = norm.isf(np.array(levels(looks, planned, error)) / 2)
    correlations = np.array([[np.sqrt(min(a, b) / max(a, b)) for a in looks] for b in looks])
    for number in range(1, len(looks) + 1):
        together = multivariate_normal(
            np.zeros(number), correlations[:number, :number], abseps=1e-6
        )
        inside = together.cdf(bounds[:number], lower_limit=-bounds[:number])
        assert 1 - inside == pytest.approx(spent(looks[number - 1], planned, error), abs=1e-5)


def test_a_look_at_each_seed_is_wrong_in_one_case_of_twenty_at_most() -> None:
    """Twenty thousand sums of normal values, looked at from seven seeds to a hundred."""
    sums = np.cumsum(np.random.default_rng(3).normal(size=(20_000, 100)), axis=1)
    looks = range(7, 101)
    bounds = norm.isf(np.array(levels(looks, 10)) / 2)
    wrong = np.any(np.abs(sums[:, 6:]) > bounds * np.sqrt(looks), axis=1)
    assert wrong.mean() <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 20_000)
    assert wrong.mean() >= 0.04


def test_one_planned_look_has_four_fifths_and_a_late_one_nearly_all() -> None:
    """By itself, each at its part of the error."""
    assert level((), 10, 10, 0.05) == pytest.approx(0.04)
    assert level((), 100, 10, 0.05) == pytest.approx(0.05 * (1 - 0.2 / 100))
    assert level((10,), 20, 10, 0.05) == pytest.approx(0.0137, abs=1e-4)


def test_a_look_at_which_no_p_value_is_small_enough_costs_nothing() -> None:
    """Seven seeds of ten: the smallest p-value is .0156, and the level would be .0109."""
    assert level((), 7, 10, 0.05) == 0
    assert level((), 8, 10, 0.05) > smallest_p(8)
    assert level((3, 7), 10, 10, 0.05) == level((), 10, 10, 0.05)
    assert looks_that_count((3, 7, 10), 10, 0.05) == (10,)
    assert level((8,), 10, 10, 0.05) < level((), 10, 10, 0.05)


@given(st.sets(st.integers(1, 60), max_size=8), st.integers(1, 60), st.integers(1, 40))
def test_more_looks_before_never_leave_more(before: set[int], seeds: int, planned: int) -> None:
    """And those at more seeds than this one change nothing."""
    found = level(tuple(before), seeds, planned, 0.05)
    assert 0 <= found <= level((), seeds, planned, 0.05) <= 0.05
    assert found == level([one for one in before if one < seeds], seeds, planned, 0.05)
    assert found == 0 or found >= smallest_p(seeds)


@pytest.mark.parametrize(("pairs", "seeds"), [(0, 7), (1, 7), (3, 8), (6, 9), (10, 9)])
def test_the_fewest_seeds_are_those_whose_smallest_p_value_reaches_the_planned_look(
    pairs: int, seeds: int
) -> None:
    """Times the number of pairs, at four in a hundred."""
    assert fewest_seeds(pairs) == seeds
    assert seeds == 7 or smallest_p(seeds - 1) * pairs > 0.04 >= smallest_p(seeds) * pairs
