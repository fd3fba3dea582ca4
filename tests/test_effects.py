"""What paired seeds say of an effect, against independent forms."""

from itertools import combinations_with_replacement

import numpy as np
import pytest
from hypothesis import given, strategies as st
from scipy import stats

from rnnbench.findings.stats.hodges_lehmann import effect, typical
from rnnbench.findings.stats.signed_rank import evidence, p_above, p_below, tails
from rnnbench.records import Region

some_values = st.lists(st.integers(-40, 40).map(lambda n: n / 4), min_size=3, max_size=10)


@pytest.mark.parametrize("n", [6, 7, 10, 25])
def test_without_ties_the_p_value_is_that_of_scipy(n: int) -> None:
    """Wilcoxon's exact distribution."""
    values = np.random.default_rng(n).normal(0.4, 1.0, n)
    assert p_above(values, 0.0) == pytest.approx(
        stats.wilcoxon(values, alternative="greater", method="exact").pvalue
    )
    assert p_below(values, 0.2) == pytest.approx(
        stats.wilcoxon(values - 0.2, alternative="less", method="exact").pvalue
    )


@given(st.lists(st.integers(-3, 3).map(float), min_size=1, max_size=10))
def test_with_ties_the_p_value_is_that_of_all_sign_patterns(some: list[float]) -> None:
    """Tied values share the mean of their ranks, and what lies at the boundary is left out: by
    enumeration."""
    values = np.array(some)
    away = values[values != 0]
    ranks = stats.rankdata(np.abs(away))
    patterns = (np.arange(2 ** len(away))[:, None] >> np.arange(len(away))) & 1
    expected = np.mean(patterns @ ranks >= ranks[away > 0].sum())
    assert p_above(values, 0.0, differ=True) == pytest.approx(expected)


def test_what_lies_at_the_boundary_says_nothing() -> None:
    """Ten seeds without any difference are no evidence on either side."""
    assert p_above([0.0] * 10, 0.0) == p_below([0.0] * 10, 0.0) == 1.0
    assert evidence([0.0] * 10, Region(low=0.0)) == (1.0, 1.0)


def test_a_difference_of_rounding_lies_at_the_boundary() -> None:
    """0.1 + 0.2 is above 0.3 by the last bit alone, which is no evidence."""
    assert 0.1 + 0.2 > 0.3
    assert p_above([0.1 + 0.2] * 10, 0.3) == 1.0


def test_many_seeds_are_told_by_the_normal_distribution() -> None:
    """Where the exact one would be as good: both agree near the border between them."""
    values = np.random.default_rng(3).normal(0.2, 1.0, 80)
    expected = stats.wilcoxon(
        values, alternative="greater", method="asymptotic", correction=True
    ).pvalue
    assert p_above(values, 0.0) == pytest.approx(expected, rel=0.02)


@pytest.mark.parametrize("n", [6, 7, 10, 20])
def test_the_interval_holds_what_the_test_does_not_refuse(n: int) -> None:
    """Just inside its ends both sides are possible, just outside one of them is refused at 5 %."""
    values = np.random.default_rng(n).normal(1.0, 1.0, n).tolist()
    found = effect(values)
    assert found.kind == "95 % interval"
    assert found.low < found.centre < found.high
    assert 2 * p_above(values, found.low + 1e-9) > 0.05
    assert 2 * p_above(values, found.low - 1e-9) <= 0.05
    assert 2 * p_below(values, found.high - 1e-9) > 0.05
    assert 2 * p_below(values, found.high + 1e-9) <= 0.05


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5])
def test_so_few_seeds_carry_no_interval(n: int) -> None:
    """Five values cannot reach 5 % on both sides: smallest and largest are named for what they
    are."""
    values = list(range(n))
    found = effect(values)
    assert (found.kind, found.low, found.high, found.n) == ("range", 0.0, n - 1.0, n)


def test_the_typical_value_is_the_median_of_pair_means() -> None:
    """Means of 1, 2 and 6 with each other and themselves: 1, 1.5, 2, 3.5, 4, 6."""
    assert typical([6.0, 1.0, 2.0]) == 2.75


@given(some_values)
def test_turning_all_signs_turns_the_answer(values: list[float]) -> None:
    """Nothing favours one side."""
    turned = [-value for value in values]
    assert p_above(values, 0.5) == p_below(turned, -0.5)
    one = effect(values)
    other = effect(turned)
    assert (one.low, one.centre, one.high) == pytest.approx(
        (-other.high, -other.centre, -other.low)
    )
    assert evidence(values, Region(high=0.3)) == evidence(turned, Region(low=-0.3))


@given(some_values, st.floats(0.1, 5.0))
def test_what_speaks_for_a_region_speaks_against_what_lies_outside(
    values: list[float], width: float
) -> None:
    """`beyond` is the opposite of `within`."""
    inside = Region(-width, width)
    outside = Region(-width, width, outside=True)
    assert evidence(values, inside) == tuple(reversed(evidence(values, outside)))


def test_equivalence_needs_both_sides() -> None:
    """Ten seeds well inside of the margin show it; ten that reach over one side show neither it nor
    the opposite."""
    near = [0.01 * n for n in range(-5, 5)]
    p_for, p_against = evidence(near, Region(-0.2, 0.2))
    assert p_for < 0.01
    assert p_against == 1.0
    p_for, p_against = evidence([value + 0.2 for value in near], Region(-0.2, 0.2))
    assert p_for > 0.05
    assert p_against > 0.05
    assert evidence([value + 0.5 for value in near], Region(-0.2, 0.2))[1] < 0.01


def test_values_at_the_boundary_count_as_just_beyond_it_or_not_at_all() -> None:
    """Against what is asked; where only a difference is looked for, they are left out as scipy
    leaves them out."""
    values = [0.0, 0.0, 0.0, *np.arange(1.0, 9.0), -2.5]
    below = [value or -1e-9 for value in values]
    assert p_above(values, 0.0) == pytest.approx(p_above(below, 0.0))
    above = [value or 1e-9 for value in values]
    assert p_below(values, 0.0) == pytest.approx(p_below(above, 0.0))
    for asked, alternative in ((p_above, "greater"), (p_below, "less")):
        left_out = stats.wilcoxon(
            [value for value in values if value], alternative=alternative, method="exact"
        )
        assert asked(values, 0.0, differ=True) == pytest.approx(left_out.pvalue)


@pytest.mark.parametrize("n", [10, 20, 30])
def test_where_the_typical_value_is_the_boundary_verdicts_stay_rare(n: int) -> None:
    """Most values at the boundary, the others above: wrong in no more than one of twenty, however
    many seeds."""
    rng = np.random.default_rng(n)
    draws = np.where(rng.random((200, n)) < 0.72, 0.0, 0.2)
    assert (
        np.mean([min(evidence(values.tolist(), Region(high=0.0))) <= 0.05 for values in draws])
        <= 0.05
    )


@given(st.lists(st.integers(-4, 4), min_size=1, max_size=12))
def test_a_p_value_is_that_of_the_first_flip(values: list[int]) -> None:
    """Without numpy and with it, to the last bit, ties and values on the boundary among them."""
    distances = np.array(values, dtype=float)
    assert p_above(values, 0.0) == tails(distances, np.ones((1, len(values))))[0]
    apart = distances[distances != 0]
    assert p_above(values, 0.0, differ=True) == tails(apart, np.ones((1, len(apart))))[0]


@given(st.lists(st.floats(-5, 5), min_size=1, max_size=12))
def test_the_typical_value_is_numpys_to_the_last_bit(values: list[float]) -> None:
    """The median of the means of all pairs, never -0.0."""
    means = [(a + b) / 2 for a, b in combinations_with_replacement(values, 2)]
    assert repr(typical(values)) == repr(float(np.median(means)))
