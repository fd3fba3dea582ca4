"""Several tests of the same seeds: adjusted p-values beside those of every flip written out, and
their level."""

from itertools import product

import numpy as np
import pytest
from scipy import stats

from rnnbench.findings.stats.holm import holm
from rnnbench.findings.stats.signed_rank import p_above
from rnnbench.findings.stats.westfall_young import _smallest_by_flip, critical, smallest, step_down
from tests.builders.matrix import slow


def columns(
    tests: int, seeds: int, shared: float, shift: float = 0.0, run: int = 0
) -> list[dict[int, float]]:
    """Normal values whose part `shared` all tests have in common."""
    draw = np.random.default_rng((70, run))
    common = draw.normal(size=seeds)
    own = draw.normal(size=(tests, seeds))
    values = np.sqrt(shared) * common + np.sqrt(1 - shared) * own + shift
    return [dict(enumerate(row)) for row in values.tolist()]


def p_values(tests: list[dict[int, float]]) -> list[float]:
    """Two-sided."""
    return [float(stats.wilcoxon(list(one.values()), method="exact").pvalue) for one in tests]


def test_the_smallest_of_several_is_as_rare_as_every_flip_of_the_seeds_says() -> None:
    tests = columns(3, 6, 0.5, shift=0.8)
    observed = min(p_above(list(one.values()), 0.0) for one in tests)
    flipped = [
        min(
            p_above([sign * away for sign, away in zip(signs, one.values(), strict=True)], 0.0)
            for one in tests
        )
        for signs in product((1, -1), repeat=6)
    ]
    assert smallest(tests, observed) == np.mean([p <= observed for p in flipped])
    assert observed < smallest(tests, observed) < 3 * observed


def test_a_test_alone_keeps_its_p_value_and_so_do_copies_of_it() -> None:
    (one,) = columns(1, 9, 0.0, shift=0.7)
    (p_value,) = p_values([one])
    assert smallest([one], 0.03) == 0.03
    assert smallest([one, one], p_value / 2) == pytest.approx(p_value / 2)
    assert smallest([one, one], 0.03) == 0.03
    assert step_down([one], [p_value]) == pytest.approx([p_value])
    assert step_down([one] * 20, [p_value] * 20) == pytest.approx([p_value] * 20)


def test_a_seed_that_lies_at_the_boundary_speaks_for_nothing() -> None:
    tests = [{0: 1.0, 1: 2.0, 2: 0.0, 3: 3.0, 4: 4.0}, {0: 0.0, 1: 2.0, 2: 1.0, 3: 3.0, 4: 4.0}]
    assert smallest(tests, 1.0) == 1.0
    p_value = p_above(list(tests[0].values()), 0.0)
    assert smallest(tests, p_value) >= p_value


def test_tests_of_other_seeds_count_as_holm_takes_them() -> None:
    tests = columns(4, 10, 0.0, shift=0.9)
    apart = [{10 * at + seed: away for seed, away in one.items()} for at, one in enumerate(tests)]
    values = p_values(tests)
    assert step_down(apart, values) == pytest.approx(holm(values), rel=0.25)
    assert step_down([None] * 4, values) == pytest.approx(holm(values))
    assert step_down(tests[:1], values[:1], unknown=3) == pytest.approx([min(1.0, 4 * values[0])])


def test_adjusted_p_values_stand_in_the_order_of_the_tests_and_of_their_size() -> None:
    tests = columns(5, 10, 0.6, shift=0.5, run=3)
    values = p_values(tests)
    adjusted = step_down(tests, values)
    assert [a >= p for a, p in zip(adjusted, values, strict=True)] == [True] * 5
    assert [adjusted[i] for i in np.argsort(values)] == sorted(adjusted)
    assert all(a <= h + 1e-9 for a, h in zip(adjusted, holm(values), strict=True))


@pytest.mark.parametrize(
    ("shared", "seeds"), [slow((0.0, 10)), (0.0, 20), (0.9, 10), slow((0.9, 20))]
)
def test_where_nothing_is_there_some_test_of_five_is_called_in_a_twentieth_of_all_runs(
    seeds: int, shared: float
) -> None:
    runs = 200
    called = 0
    for run in range(runs):
        tests = columns(5, seeds, shared, run=run)
        called += min(step_down(tests, p_values(tests))) <= 0.05
    assert called <= stats.binom.ppf(0.999, runs, 0.05)
    if shared and seeds == 20:  # by Holm's method 5 copies of one test would be held to a fifth
        assert called >= 3


def test_the_critical_p_value_is_one_that_the_smallest_falls_below_at_the_level() -> None:
    alone = columns(1, 10, 0.0)
    copies = columns(1, 10, 0.0) * 3
    apart = columns(3, 10, 0.0)
    assert critical(alone) == 0.025
    assert 0.02 <= critical(copies) <= 0.025
    assert smallest(apart, critical(apart)) <= 0.025 < smallest(apart, critical(apart) + 0.004)
    assert critical(columns(3, 4, 0.0)) == 0.0


def test_where_few_flips_are_as_small_each_test_counts_in_full() -> None:
    """Of 10,000 that are drawn; a fixed draw might have none by luck."""
    tests = columns(3, 20, 0.0)
    assert smallest(tests, 1e-4) == pytest.approx(3e-4)
    assert step_down(tests, [1e-4, 0.5, 0.6])[0] == pytest.approx(3e-4)


def test_the_critical_p_value_is_the_largest_that_is_rare_enough() -> None:
    """By counting the flips that are at most as large as each p-value."""
    rng = np.random.default_rng(1)
    for level in (0.3, 0.025, 0.001, 0.0):
        columns = [dict(enumerate(rng.normal(size=7))) for _ in range(3)]
        by_flip = _smallest_by_flip(columns)
        rare = [p for p in by_flip if np.mean(by_flip <= p) <= level]
        assert critical(columns, level) == max(rare, default=0.0)
