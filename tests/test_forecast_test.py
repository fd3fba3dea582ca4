"""The test of differences whose neighbours are alike."""

import numpy as np
import pytest
from scipy import stats

from rnnbench.findings.stats.forecast_test import p_differ


def autoregressive(rng: np.random.Generator, count: int, rho: float) -> np.ndarray:
    """Numbers with a mean of 0, each of which keeps a part of the one before."""
    noise = rng.normal(size=count + 50)
    values = np.zeros(count + 50)
    for place in range(1, len(values)):
        values[place] = rho * values[place - 1] + noise[place]
    return values[50:]


@pytest.mark.parametrize("rho", [0.0, 0.5])
def test_alike_neighbours_do_not_make_a_difference(rho: float) -> None:
    """Without a difference, it is found in about 5 % of cases; Student's test finds more."""
    rng = np.random.default_rng(0)
    samples = [autoregressive(rng, 120, rho) for _ in range(400)]
    found = np.mean([p_differ(sample, in_order=True) <= 0.05 for sample in samples])
    naive = np.mean([stats.ttest_1samp(sample, 0.0).pvalue <= 0.05 for sample in samples])
    assert found < 0.09
    assert rho == 0.0 or naive > 0.15


def test_the_variance_is_that_of_plain_cosines() -> None:
    """An independent form of the p-value, by sums over cosines one by one."""
    values = autoregressive(np.random.default_rng(1), 60, 0.3) + 0.4
    count = len(values)
    cosines = int(0.4 * count ** (2 / 3))
    total = 0.0
    for number in range(1, cosines + 1):
        angles = np.pi * number * (np.arange(count) + 0.5) / count
        total += (np.sqrt(2 / count) * np.sum(np.cos(angles) * values)) ** 2
    statistic = abs(values.mean()) / np.sqrt(total / cosines / count)
    expected = 2 * stats.t.sf(statistic, cosines)
    assert p_differ(values, in_order=True) == pytest.approx(expected)


def test_without_an_order_it_is_students_test() -> None:
    values = np.random.default_rng(2).normal(0.2, 1.0, size=40)
    expected = stats.ttest_1samp(values, 0.0).pvalue
    assert p_differ(values, in_order=False) == pytest.approx(expected)


@pytest.mark.parametrize("values", [np.zeros(50), np.ones(7)])
def test_nothing_and_a_handful_carry_no_verdict(values: np.ndarray) -> None:
    assert p_differ(values, in_order=True) == 1.0
