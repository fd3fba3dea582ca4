"""Exact tests and intervals of shares, and Welch's test, beside those of scipy.stats."""

import subprocess
import sys
from typing import Literal

import numpy as np
import pytest
import scipy

from rnnbench.findings.stats.aggregates import interquartile_mean
from rnnbench.findings.stats.exact import clopper_pearson, p_share, welch

RUNS = (1, 2, 7, 30, 400)
LEVELS = (0.05, 0.001)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("runs", RUNS)
def test_clopper_pearson_is_that_of_scipy(runs: int, level: float) -> None:
    counts = np.arange(runs + 1)
    low, high = clopper_pearson(counts, runs, level)
    for count in counts:
        interval = scipy.stats.binomtest(count, runs).proportion_ci(1 - level, method="exact")
        assert low[count] == pytest.approx(interval.low, rel=1e-12)
        assert high[count] == pytest.approx(interval.high, rel=1e-12)


@pytest.mark.parametrize("alternative", ["greater", "less"])
@pytest.mark.parametrize("bound", [0.1, 0.5, 0.8])
@pytest.mark.parametrize("runs", RUNS)
def test_the_binomial_test_is_that_of_scipy(
    runs: int, bound: float, alternative: Literal["greater", "less"]
) -> None:
    for count in range(runs + 1):
        test = scipy.stats.binomtest(count, runs, bound, alternative)
        ours = p_share(count, runs, bound, alternative)
        assert ours == pytest.approx(test.pvalue, rel=1e-10, abs=1e-300)


@pytest.mark.parametrize(("first", "second"), [(2, 2), (3, 9), (10, 10), (40, 5)])
def test_welchs_test_is_that_of_scipy(first: int, second: int) -> None:
    rng = np.random.default_rng(first)
    ours = rng.normal(0.3, 1.0, first)
    theirs = rng.normal(0.0, 3.0, second)
    test = scipy.stats.ttest_ind(ours, theirs, equal_var=False, alternative="greater")
    both = scipy.stats.ttest_ind(ours, theirs, equal_var=False)
    difference = welch(ours, theirs)
    assert difference.p_above() == pytest.approx(test.pvalue, rel=1e-10)
    assert difference.interval(0.05) == pytest.approx(both.confidence_interval(0.95), rel=1e-10)


@pytest.mark.parametrize("number", [1, 3, 4, 5, 8, 21])
def test_the_interquartile_mean_is_that_of_scipy(number: int) -> None:
    scores = np.random.default_rng(number).normal(size=(number, 3))
    trimmed = scipy.stats.trim_mean(scores, 0.25, axis=None)
    assert interquartile_mean(scores) == pytest.approx(trimmed, rel=1e-12)


def test_findings_do_not_import_scipy_stats() -> None:
    """Its import takes most of a second of each report."""
    code = (
        "import rnnbench.findings.stats.estimates as estimates, sys\n"
        "estimates.solve_rate(3, 10)\n"
        "import rnnbench.findings, rnnbench.compare\n"
        "print('scipy.stats' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
