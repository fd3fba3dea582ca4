"""Steps of a history: where there are some, of what size, and none where there is only noise."""

import math
from collections.abc import Sequence

import numpy as np
import pytest
import scipy
from msgspec.structs import replace

from rnnbench.compare.records import Value
from rnnbench.history import Series, Step
from rnnbench.history.levels import Rise, Sensitivity, Values, noise, rises, without_outliers
from rnnbench.history.over_seeds import shifts
from rnnbench.history.summaries import summarise
from tests.builders.history import BITS, BYTES, COUNT, EPOCHS, TIME, name

SENSITIVITY = Sensitivity(shortest=3, smallest=0.01, least=0.001)
SPREAD = 0.01
HELD_TO = {"processor": "P", "device": "cpu"}


def steps(series: Series, by_commit: Sequence[Value]) -> list[tuple[int, str]]:
    """The commits at which a figure of one value each steps, and the verdicts."""
    values = {name(number): {0: value} for number, value in enumerate(by_commit)}
    found = summarise(series, values).steps
    return [(int(step.commit, 16), step.verdict) for step in found]


def noisy(levels: Sequence[tuple[int, float]], seed: int, spread: float = SPREAD) -> Values:
    """Logarithms around levels, each of so many commits."""
    level = np.concatenate([np.full(count, level) for count, level in levels])
    return level + np.random.default_rng(seed).normal(0, spread, len(level))


def best_by_hand(values: Values, deviation: float, shortest: int, penalty: float) -> list[int]:
    """The starts of the optimal levels, by the recursion over all last levels (Auger and Lawrence
    1989)."""
    n = len(values)
    cost = [-penalty, *[math.inf] * n]
    starts: list[list[int]] = [[] for _ in range(n + 1)]
    for end in range(shortest, n + 1):
        for start in range(end - shortest + 1):
            if math.isinf(cost[start]):
                continue
            piece = values[start:end]
            total = cost[start] + penalty + float(((piece - piece.mean()) ** 2).sum())
            if total < cost[end] - 1e-12:
                cost[end] = total
                starts[end] = [*starts[start], *([start] if start else [])]
    return starts[n]


# Levels


@pytest.mark.parametrize("seed", range(5))
def test_the_levels_are_those_of_the_optimal_fit(seed: int) -> None:
    """By an independent recursion; the steps are large enough that none is given up."""
    values = noisy([(12, 0.0), (9, 0.08), (20, 0.03), (7, 0.2)], seed)
    deviation = noise(values)
    penalty = 4.0 * deviation**2 * math.log(len(values))
    limited = without_outliers(values, 3 * deviation)
    by_hand = best_by_hand(limited, deviation, 3, penalty)
    assert [rise.start for rise in rises(values, SENSITIVITY)] == by_hand == [12, 21, 41]


def test_a_step_has_the_size_and_the_interval_of_students_test() -> None:
    """For two levels it is the test with a common variance, as scipy has it."""
    values = noisy([(20, 0.0), (30, 0.1)], 1)
    (rise,) = rises(values, SENSITIVITY._replace(shortest=1))  # outliers are left as they are
    test = scipy.stats.ttest_ind(values[20:], values[:20])
    interval = test.confidence_interval(0.95)
    assert rise.start == 20
    assert rise.counts == (20, 30)
    assert rise.p_value == pytest.approx(test.pvalue, rel=1e-6, abs=1e-30)
    assert (rise.low, rise.high) == pytest.approx((interval.low, interval.high))


def test_intervals_hold_their_level_where_the_commit_is_found() -> None:
    """The true size is in 95 % of them, give or take what 300 can tell."""
    held: list[bool] = []
    for seed in range(300):
        found = rises(noisy([(20, 0.0), (20, 0.06)], seed), SENSITIVITY)
        held += [rise.low <= 0.06 <= rise.high for rise in found if rise.start == 20]
    assert len(held) > 270
    assert scipy.stats.binomtest(sum(held), len(held), 0.95).pvalue > 0.01


def test_noise_alone_has_hardly_a_step() -> None:
    """In at most 1 % of 300 histories of 60 commits, also where noise has heavier tails."""
    rng = np.random.default_rng(0)
    for draw in (lambda: rng.normal(0, SPREAD, 60), lambda: SPREAD * rng.standard_t(5, 60)):
        assert sum(bool(rises(draw(), SENSITIVITY)) for _ in range(300)) <= 3


def test_an_outlier_is_no_step() -> None:
    """Nor are two that are not neighbours; three in a row are a level."""
    values = noisy([(40, 0.0)], 3)
    spiked = values.copy()
    spiked[[10, 25]] += 0.5
    assert rises(spiked, SENSITIVITY) == []
    spiked[10:13] += 0.5
    assert [rise.start for rise in rises(spiked, SENSITIVITY)] == [10, 13]


def test_a_step_is_seen_at_the_third_commit_after_it() -> None:
    values = noisy([(30, 0.0), (3, 0.1)], 4)
    seen = [[rise.start for rise in rises(values[:until], SENSITIVITY)] for until in (31, 32, 33)]
    assert seen == [[], [], [30]]


def test_steps_that_are_too_small_are_given_up_and_the_others_stay() -> None:
    """Half a percent is below what is looked for, however sure it is."""
    values = noisy([(100, 0.0), (100, 0.005), (100, 0.1)], 5, spread=0.001)
    found = rises(values, SENSITIVITY)
    assert [rise.start for rise in found] == [200]
    fine = rises(values, SENSITIVITY._replace(smallest=0.001))
    assert [rise.start for rise in fine] == [100, 200]


def test_noise_is_that_of_neighbours_and_not_of_steps() -> None:
    """Within a tenth, beside steps of many times its size."""
    found = [noise(noisy([(30, 0.0), (30, 1.0), (30, -1.0)], seed)) for seed in range(50)]
    assert np.mean(found) == pytest.approx(SPREAD, rel=0.1)


def test_three_steps_are_found_within_one_commit_and_no_fourth() -> None:
    """Of 4, 8 and 15 %, under noise of 1 %, in 60 commits."""
    for seed in range(20):
        levels = [(15, 0.0), (15, 0.04), (15, 0.12), (15, 0.27)]
        found = [rise.start for rise in rises(noisy(levels, seed), SENSITIVITY)]
        assert len(found) == 3
        assert all(abs(a - b) <= 1 for a, b in zip(found, (15, 30, 45), strict=True))


# By kind


def test_every_difference_of_a_count_is_a_step() -> None:
    """Worse by its direction, with both values; what has no direction has changed."""
    assert steps(COUNT, [5, 5, 6, 6, 4]) == [(2, "worse"), (4, "better")]
    assert steps(replace(COUNT, direction=""), [5, 6]) == [(1, "changed")]
    assert steps(COUNT, ["a", "a", "b"]) == [(2, "changed")]


def test_a_last_bit_has_changed_and_a_target_is_lost_or_gained() -> None:
    """As the gate has it."""
    above = math.nextafter(0.1, 1)
    assert steps(BITS, [0.1, above, above]) == [(1, "changed")]
    assert steps(replace(BITS, figure="epochs to target"), [7, None, 7]) == [
        (1, "worse"),
        (2, "better"),
    ]


def test_a_trial_that_fails_is_a_step_of_its_outcome() -> None:
    outcome = replace(BITS, figure="outcome", kind="outcome")
    assert steps(outcome, ["ok", "ok", "error", "killed", "ok"]) == [
        (2, "worse"),
        (3, "changed"),
        (4, "better"),
    ]


def test_one_commit_is_enough_for_a_step_of_bytes() -> None:
    """By 1 %, where they repeat; their levels are numbers of bytes."""
    held_to = replace(BYTES, environment=HELD_TO)
    assert steps(held_to, [5000] * 9 + [5050]) == [(9, "worse")]
    values = {name(number): {0: 5000 if number < 9 else 5500} for number in range(10)}
    (step,) = summarise(held_to, values).steps
    assert (step.before, step.now, step.commits) == (5000.0, 5500.0, (9, 1))
    assert step.change == pytest.approx(1.1)


@pytest.mark.parametrize("count", range(2, 9))
def test_steps_of_bytes_are_found_from_four_commits_on(count: int) -> None:
    """Of 1 %, and of .3 % too, at whichever commit; before there are four, it is said."""
    held_to = replace(BYTES, environment=HELD_TO)
    for change in (300, 1000):
        for at in range(1, count):
            sizes = [100_000] * at + [100_000 + change] * (count - at)
            assert steps(held_to, sizes) == ([(at, "worse")] if count >= 4 else [])
    values: dict[str, dict[int, Value]] = {name(n): {0: 1.0} for n in range(count)}
    reason = f"{count} commits, and steps of such figures are looked for from 4 on"
    assert summarise(held_to, values).reason == (reason if count < 4 else "")


def test_a_peak_that_moves_by_less_than_64_kib_has_no_step() -> None:
    """Small cells take a few pages, which come and go."""
    peak = replace(BYTES, figure="peak of a training step", tolerated="peak")
    assert steps(peak, [4096] * 10 + [12288] * 10) == []
    assert steps(peak, [0] * 10 + [2**20] * 10) == [(10, "worse")]


def test_times_in_seconds_have_no_steps_and_a_reason() -> None:
    """Nor have bits of a device, and figures of machines that were not recorded."""
    seconds = replace(TIME, kind="noisy", tolerated=None)
    on_device = replace(BITS, environment={"device": "cuda"})
    unknown = replace(BITS, environment={"variables that choose kernels": "not recorded"})
    for series, words in (
        (seconds, "move with the load"),
        (on_device, "not held to the last bit"),
        (unknown, "were not recorded"),
    ):
        values = {name(number): {0: float(number + 1)} for number in range(20)}
        found = summarise(series, values)
        assert found.steps == ()
        assert words in found.reason


def test_a_short_history_says_how_many_commits_it_takes() -> None:
    values: dict[str, dict[int, Value]] = {name(number): {0: 1.0} for number in range(5)}
    found = summarise(TIME, values)
    assert (found.steps, found.noise) == ((), None)
    assert found.reason == "5 commits, and steps of such figures are looked for from 6 on"


# Over seeds


def seeds(before: Sequence[Value], after: Sequence[Value], series: Series = EPOCHS) -> list[Step]:
    """The steps of ten commits before, and ten after."""
    values: dict[str, dict[int, Value]] = {}
    for number in range(20):
        values[name(number)] = dict(enumerate(before if number < 10 else after))
    return list(summarise(series, values).steps)


def test_a_cell_learns_otherwise_where_its_seeds_agree() -> None:
    """Paired by seed: 8 seeds that each take half as many epochs more."""
    before = [4, 6, 8, 10, 12, 14, 16, 18]
    (step,) = seeds(before, [epochs * 3 / 2 for epochs in before])
    assert (int(step.commit, 16), step.verdict, step.scale) == (10, "worse", "ratio")
    assert step.change == pytest.approx(1.5)
    assert step.p_value == pytest.approx(2 / 2**8)
    assert (step.before, step.now) == (11, 16.5)


def test_many_commits_are_no_more_seeds() -> None:
    """Six seeds cannot carry a step, whatever the number of commits, and it is said; nor do seeds
    that disagree."""
    before = [4, 6, 8, 10, 12, 14]
    assert seeds(before, [epochs + 2 for epochs in before]) == []
    values: dict[str, dict[int, Value]] = {
        name(number): dict(enumerate(before)) for number in range(20)
    }
    assert summarise(EPOCHS, values).reason == (
        "6 seeds, and steps over seeds are looked for from 7 on"
    )
    more = [*before, 16, 18]
    assert seeds(more, [5, 4, 10, 8, 14, 12, 18, 15]) == []


def test_seeds_that_no_longer_get_there_are_worse_without_a_ratio() -> None:
    (step,) = seeds([4] * 9, [None] * 9)
    assert (step.verdict, step.scale, step.change) == ("worse", "", None)
    assert (step.before, step.now) == (4, None)


def test_a_score_steps_by_its_difference() -> None:
    score = replace(EPOCHS, figure="accuracy, over seeds", unit="share", direction="higher")
    before = [0.90 + 0.01 * seed for seed in range(8)]
    (step,) = seeds(before, [one - 0.05 for one in before], score)
    assert (step.verdict, step.scale) == ("worse", "difference")
    assert step.change == pytest.approx(-0.05)


@pytest.mark.parametrize("changes", [3, 40])
def test_a_step_over_seeds_is_found_however_many_commits_changed_them(changes: int) -> None:
    """Seven seeds carry three tests: so p-values are adjusted for three changes, and not for all of
    a long history."""
    rng = np.random.default_rng(0)
    table = np.repeat(rng.normal(size=(1, 7)), changes + 1, axis=0)
    table += rng.normal(0, 0.01, table.shape)
    half = changes // 2
    table[half:] += 1.0
    (shift,) = shifts(table)
    assert (shift.start, shift.p_value) == (half, pytest.approx(3 * 2 / 2**7))


def test_a_history_that_grows_keeps_its_steps_over_seeds() -> None:
    """The p-value of a step depends on the changes around it."""
    rng = np.random.default_rng(1)
    table = rng.normal(0, 0.01, (60, 8)) + np.repeat([0.0, 1.0], [10, 50])[:, None]
    found = []
    for until in (20, 40, 60):
        found.append([shift.p_value for shift in shifts(table[:until]) if shift.start == 10])
    assert found == [[pytest.approx(6 * 2 / 2**8)]] * 3


@pytest.mark.parametrize(("count", "in_group"), [(7, 3), (8, 6)])
def test_changes_of_bits_alone_have_hardly_a_step_over_seeds(count: int, in_group: int) -> None:
    """In at most 5 % of groups of commits, give or take what 150 of them can tell."""
    rng = np.random.default_rng(2)
    found = sum(bool(shifts(rng.normal(size=(in_group + 1, count)))) for _ in range(150))
    assert scipy.stats.binomtest(found, 150, 0.05, alternative="greater").pvalue > 0.01


def test_both_levels_of_a_step_are_of_the_seeds_and_commits_of_its_size() -> None:
    """A seed that was added later, and better, has no part in either."""
    before = [4, 6, 8, 10, 12, 14, 16, 18]
    values: dict[str, dict[int, Value]] = {}
    for number in range(20):
        values[name(number)] = dict(enumerate(before if number < 10 else [2 * e for e in before]))
        if number >= 10:
            values[name(number)] |= dict.fromkeys(range(8, 30), 1)
    (step,) = summarise(EPOCHS, values).steps
    assert (step.before, step.now) == (11, 22)
    assert step.change == pytest.approx(2.0)
    assert step.verdict == "worse"


def test_the_levels_of_a_step_end_at_its_neighbours() -> None:
    """Where there are several in one group."""
    before = np.array([4, 6, 8, 10, 12, 14, 16, 18, 20])
    values: dict[str, dict[int, Value]] = {
        name(number): dict(enumerate((before * (1, 2, 8)[number // 5]).tolist()))
        for number in range(15)
    }
    first, second = summarise(EPOCHS, values).steps
    assert (first.change, second.change) == (pytest.approx(2.0), pytest.approx(4.0))
    assert (first.now, second.before, second.now) == (24, 24, 96)


def test_rises_are_in_the_order_of_commits() -> None:
    found = rises(noisy([(20, 0.0), (20, 0.1), (20, 0.3)], 6), SENSITIVITY)
    assert [rise.start for rise in found] == [20, 40]
    assert all(isinstance(rise, Rise) and rise.size > 0 for rise in found)
