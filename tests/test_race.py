"""The search by a race: which rates it asks for, which it leaves, and what that does to a
verdict."""

from collections.abc import Callable, Mapping
from itertools import product
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given, strategies as st
from scipy import stats

from rnnbench.campaign.superseded import superseded
from rnnbench.errors import RnnbenchError
from rnnbench.findings import Condition, Scored, find, race
from rnnbench.findings.learning.comparing import compare
from rnnbench.findings.learning.pairing import Scale
from rnnbench.findings.learning.race import looks, rates_left
from rnnbench.plan import count_trials, known, plan
from rnnbench.records import CellUse, LearningTrial, Recipe, Result, Suite, TaskUse, trial_id
from tests.builders.claims import BUDGET, claim, learned as claimed, suite
from tests.builders.findings import learned

RATES = (0.001, 0.003, 0.01)
RECIPE = Recipe(
    tune=True, search="race", learning_rates=RATES, epochs=20, lowest_rate=0.001, highest_rate=0.01
)
WIDE = msgspec.structs.replace(RECIPE, lowest_rate=1e-5, highest_rate=1.0)
Trained = Mapping[float, list[int | None]]
"""Epochs to target by rate, seed by seed."""


def looking(
    trained: Trained, losses: Mapping[float, float] | None = None
) -> Callable[[float, int], Scored | None]:
    """What is known of rates that were all trained."""

    def look(rate: float, seed: int) -> Scored | None:
        found = trained.get(rate, [])
        return Scored(found[seed], (losses or {}).get(rate, 0.1)) if seed < len(found) else None

    return look


LOST = Scored(None, None)
LOST_SEED = -1


def test_all_rates_are_tried_on_the_first_seeds() -> None:
    """Nothing is given up before all of that is known."""
    asked = race(lambda *_: None, range(10), RECIPE)
    assert (asked.complete, asked.left) == (False, RATES)
    assert set(asked.trainings) == set(product(RATES, (0, 1, 2)))
    almost = looking({0.001: [5, 5, 5], 0.003: [5, 5], 0.01: [5, 5, 5]})
    assert race(almost, range(10), RECIPE) == asked


def test_rates_are_given_up_when_half_as_many_seeds_again_are_known() -> None:
    """From the first look on."""
    assert list(looks(3, 30)) == [3, 5, 8, 12, 18, 27]
    assert list(looks(3, 12)) == [3, 5, 8, 12]
    assert list(looks(3, 2)) == [2]


@pytest.mark.parametrize(
    ("trained", "left"),
    [
        # what is always worse by as much is worse; the best one is left
        ({0.001: [9, 9, 9], 0.003: [4, 4, 4], 0.01: [3, 3, 3]}, (0.01,)),
        # by Student's paired test at 5 %: t = 6.1 and 1.6 with 2 degrees of freedom, of which 2.92
        # is needed
        ({0.001: [6, 9, 6], 0.003: [3, 3, 3], 0.01: [6, 4, 3]}, (0.003, 0.01)),
        # a seed that does not get there counts as the whole budget
        ({0.001: [9, 9, 9], 0.003: [8, 8, 8], 0.01: [3, 3, None]}, (0.003, 0.01)),
        # what ties goes on
        ({0.001: [4, 4, 4], 0.003: [4, 4, 4], 0.01: [5, 5, 5]}, (0.001, 0.003)),
    ],
)
def test_rates_that_are_told_to_be_worse_than_the_best_are_given_up(
    trained: Trained, left: tuple[float, ...]
) -> None:
    """By what decides an evaluation; those that cannot be told apart go on."""
    assert race(looking(trained), range(10), RECIPE).left == left


def test_a_race_is_decided_as_a_paired_test_of_scipy_says() -> None:
    """On eight seeds, three rates, at the third look."""
    draw = np.random.default_rng(5)
    for _ in range(40):
        epochs = {rate: draw.integers(2, 19, 8).tolist() for rate in RATES}
        left = set(RATES)
        for number in (3, 5, 8):
            logs = {rate: np.log(epochs[rate][:number]) for rate in sorted(left)}
            best = min(logs, key=lambda rate: float(np.mean(epochs[rate][:number])))
            left = {
                rate
                for rate, values in logs.items()
                if rate == best
                or stats.ttest_rel(values, logs[best], alternative="greater").pvalue > 0.05
            }
        found = race(looking(epochs), range(8), RECIPE)
        assert (set(found.left), found.complete) == (left, True)


def test_where_nobody_gets_there_the_score_decides() -> None:
    """What is always worse by as much is worse."""
    never: Trained = {rate: [None] * 10 for rate in RATES}
    found = race(looking(never, {0.001: 0.3, 0.003: 0.1, 0.01: 0.2}), range(10), RECIPE)
    assert found.left == (0.003,)
    once = {**never, 0.01: [None, None, 15, *[None] * 7]}
    assert race(looking(once, {0.001: 0.3, 0.003: 0.1, 0.01: 0.2}), range(10), RECIPE).left == (
        0.01,
        0.003,
        0.001,
    )


def test_a_grid_widens_until_its_best_rate_is_inside() -> None:
    """By 1, 3, 10, 30 and so on; each new rate on the first seeds, before any is given up."""
    trained: dict[float, list[int | None]] = {0.001: [9] * 3, 0.003: [8] * 3, 0.01: [7] * 3}
    asked = race(looking(trained), range(10), WIDE)
    assert asked.rates == (*RATES, 0.03)
    assert set(asked.trainings) == set(product(asked.rates, (0, 1, 2)))
    trained[0.03] = [6] * 3
    assert race(looking(trained), range(10), WIDE).rates == (*RATES, 0.03, 0.1)
    trained[0.1] = [8] * 3
    found = race(looking(trained), range(10), WIDE)
    assert (found.left, found.rates) == ((0.03,), (*RATES, 0.03, 0.1))
    bound = msgspec.structs.replace(WIDE, highest_rate=0.05)
    trained.pop(0.1)
    assert race(looking(trained), range(10), bound).left == (0.03,)
    low: dict[float, list[int | None]] = {0.001: [3] * 3, 0.003: [8] * 3, 0.01: [9] * 3}
    assert race(looking(low), range(10), WIDE).rates == (0.0003, *RATES)
    assert (
        race(looking(low), range(10), WIDE, RATES).rates == RATES
    )  # what a lower rung left is not widened


def test_where_every_training_diverges_lower_rates_are_tried_and_the_lowest_is_left() -> None:
    """Up to the bound; then one rate is evaluated, which shows why. What fails otherwise fails at
    every rate."""
    bound = msgspec.structs.replace(WIDE, lowest_rate=1e-4)
    found = race(lambda *_: Scored(None, None, diverged=True), range(10), bound)
    assert (found.rates, found.left) == ((0.0001, 0.0003, *RATES), (0.0001,))
    assert len(found.trainings) == 5 * 3 + 7
    found = race(lambda *_: LOST, range(10), bound)
    assert (found.rates, found.left) == (RATES, (0.001,))


def test_a_rate_at_the_edge_that_is_level_with_another_widens_nothing() -> None:
    """All are solved after two epochs: what is beyond cannot be better by what is counted."""
    found = race(looking({rate: [2] * 10 for rate in RATES}), range(10), WIDE)
    assert (found.rates, found.left) == (RATES, RATES)


def test_a_rate_that_loses_everything_is_given_up_at_the_first_look() -> None:
    """And one that loses some seeds counts there as worse than one that does not get there."""
    found = race(lambda rate, _: LOST if rate == 0.01 else Scored(5, 0.1), range(10), RECIPE)
    assert found.left == (0.001, 0.003)
    assert (0.01, 3) not in found.trainings
    alone = msgspec.structs.replace(RECIPE, learning_rates=(0.001, 0.01))
    lost = {0.001: Scored(None, 0.1), 0.01: LOST}
    assert race(
        lambda rate, seed: lost[rate] if seed else Scored(19, 0.1), range(10), alone
    ).left == (0.001,)


@given(
    st.lists(
        st.lists(st.none() | st.integers(1, 19), min_size=10, max_size=10), min_size=3, max_size=3
    )
)
def test_what_is_left_is_read_from_results_as_the_race_had_it(
    epochs: list[list[int | None]],
) -> None:
    """More seeds bring nothing back; and trainings that the race asked for are all it takes to know
    what is left."""
    trained = dict(zip(RATES, epochs, strict=True))
    few, many = (race(looking(trained), range(n), RECIPE) for n in (6, 10))
    assert set(many.left) <= set(few.left)
    table: dict[float, dict[int, Scored]] = {rate: {} for rate in RATES}
    for rate, seed in many.trainings:
        table[rate][seed] = Scored(trained[rate][seed], 0.1)
    assert rates_left(table, RECIPE) == many.left


# Through the planner and the findings

Epochs = Callable[[str, float, int], int | None]


def results(
    told: Epochs, seeds: int = 10, recipe: Recipe = RECIPE, cells: tuple[str, ...] = ("a", "b")
) -> list[Result]:
    """All that the planner hands out, with these epochs of a cell, at a rate and a seed."""
    whole = searching(seeds, recipe, cells)
    index = {}
    found = []
    while trials := plan(whole, index, ()):
        assert len({trial_id(trial) for trial in trials}) == len(trials)
        for trial in trials:
            assert isinstance(trial, LearningTrial)
            assert trial.phase == "evaluation"
            epochs = told(trial.cell.name, trial.learning_rate, trial.seed)
            found.append(
                learned(
                    trial.cell.name,
                    trial.seed,
                    epochs,
                    0.05 if epochs else 0.5,
                    recipe=recipe,
                    learning_rate=trial.learning_rate,
                )
            )
            index[trial_id(trial)] = known(found[-1])
    return found


def searching(seeds: int, recipe: Recipe, cells: tuple[str, ...] = ("a", "b")) -> Suite:
    return Suite(
        name="s",
        version=1,
        summary="",
        cells=tuple(CellUse(name=name) for name in cells),
        tasks=(TaskUse(name="adding", dials={"horizon": 5}, recipe=recipe),),
        seeds=tuple(range(seeds)),
    )


def only(found: list[Result]) -> Condition:
    (condition,) = find(found).conditions
    return condition


def noise(*key: int) -> float:
    return float(np.random.default_rng(key).normal(0, 0.1))


def test_a_race_takes_no_seeds_of_its_own_and_trains_nothing_twice() -> None:
    """Three rates on three seeds, one of them on all ten; the report counts what the search cost
    besides."""
    told = {0.001: 12, 0.003: 6, 0.01: 9}
    found = results(lambda _, rate, seed: told[rate] + seed % 2)
    assert len(found) == 2 * (3 * 3 + 7)
    assert count_trials(searching(10, RECIPE)) == 2 * 3 * 10  # at most
    (arm, _) = only(found).arms
    assert (arm.learning_rate, arm.rates_left, arm.seeds) == (0.003, (0.003,), tuple(range(10)))
    assert arm.epochs is not None
    assert arm.epochs.centre == 6.5
    assert arm.search is not None
    assert [(rate.rate, rate.trials) for rate in arm.search.rates] == [
        (0.001, 3),
        (0.003, 10),
        (0.01, 3),
    ]
    assert arm.search.trials == 6


def test_the_best_rate_is_that_of_all_seeds() -> None:
    """The first three favour another one, by too little to give the best one up."""

    def told(_: str, rate: float, seed: int) -> int:
        return {0.001: 15, 0.003: (5, 7, 5)[seed] if seed < 3 else 9, 0.01: 6}[rate]

    (arm, _) = only(results(told)).arms
    assert arm.rates_left == (0.01,)


def test_a_better_cell_beats_each_rate_that_was_left_of_the_other() -> None:
    """Ahead at the best rates in ten of ten seeds, and level with the other's second rate, which
    failed in two: that is no verdict, as it is luck which of them is called the best."""

    def level(cell: str, rate: float, seed: int) -> int | None:
        if rate == 0.001:
            return 15
        if cell == "a":
            return 7
        if rate == 0.003:
            return 8
        if seed >= 8:
            return None
        return 9 if seed % 2 else 6

    condition = only(results(level))
    assert {arm.row: arm.rates_left for arm in condition.arms}["b"] == (0.003, 0.01)
    (comparison,) = condition.comparisons
    assert (comparison.answer, comparison.wins) == ("undecided", 10)

    def clearly(cell: str, rate: float, seed: int) -> int:
        return {"a": 5, "b": 10}[cell] + (5 if rate == 0.001 else 0) + seed % 2

    (comparison,) = only(results(clearly)).comparisons
    assert (comparison.answer, comparison.other) == ("better", "b")
    assert comparison.p_value is not None
    assert comparison.p_value < 0.01


def test_a_cell_that_has_many_equal_rates_gains_nothing_by_it() -> None:
    """Ten seeds by chance, five rates of one cell beside one of another: the best of five is ahead
    of it at the level more often than the level says, and is not called better for it, as the
    choice is counted in."""
    draw = np.random.default_rng(17)
    scale = Scale(ratio=True, margin=0.1)
    ahead = called = 0
    runs = 300
    for _ in range(runs):
        one = draw.normal(0, 0.3, 10)
        many = draw.normal(0, 0.3, (5, 10))
        many = many[np.argsort(many.mean(axis=1))]
        rates = [dict(enumerate(np.exp(row).tolist())) for row in (*many, one)]
        (comparison,) = compare("a", {"a": rates[:5], "b": rates[5:]}, scale)
        called += comparison.answer == "better"
        ahead += (
            float(stats.wilcoxon(many[0] - one, alternative="less", method="exact").pvalue) <= 0.02
        )
    level = 0.04  # of a look at what was planned
    assert called <= stats.binom.ppf(0.999, runs, level / 2)
    assert ahead > 1.5 * runs * level / 2


def test_the_interval_reaches_as_far_as_the_rates_that_were_left() -> None:
    """Its ends are those of the comparisons that have to hold; it agrees with the verdict."""

    def told(cell: str, rate: float, seed: int) -> int:
        if rate == 0.001:
            return 900
        slower = 1.5 if rate == 0.003 else 1.2
        if cell == "a":
            slower = 1.0
        return round(100 * slower * np.exp(noise(seed, round(1e4 * rate), cell == "a")))

    recipe = msgspec.structs.replace(RECIPE, epochs=1000)
    (comparison,) = only(results(told, recipe=recipe)).comparisons
    assert comparison.effect is not None
    assert comparison.effect.low < 1.2 < comparison.effect.high
    assert (comparison.answer == "better") == (comparison.effect.low > 1)


def test_a_claim_holds_against_each_rate_that_was_left() -> None:
    """Half the epochs of the other's best rate, and more than four fifths of those of its second
    one where that gets there: what is best is luck, so that the claim stays open."""

    def verdict(second: Callable[[int], int | None]) -> str:
        bounds = {"lowest_rate": 0.001, "highest_rate": 0.01}
        whole = suite(
            claim(),
            recipe={
                "epochs": BUDGET,
                "steps_per_epoch": 10,
                "search": "race",
                "learning_rates": list(RATES),
                **bounds,
            },
        )
        index = {}
        found = []
        while trials := plan(whole, index, ()):
            for trial in trials:
                assert isinstance(trial, LearningTrial)
                of_cell: Mapping[float, int | None] = {0.001: 25, 0.003: 8, 0.01: 9}
                if trial.cell.name == "lstm":
                    of_cell = {0.001: 28, 0.003: 15, 0.01: second(trial.seed)}
                epochs = of_cell[trial.learning_rate]
                one = claimed(trial, epochs)
                lost = msgspec.structs.replace(one, status="timeout", learning=None)
                found.append(lost if epochs == LOST_SEED else one)
                index[trial_id(trial)] = known(found[-1])
        return find(found, whole.claims).claims[0].verdict

    assert verdict(lambda seed: 17 + seed % 2) == "supported"
    assert verdict(lambda seed: 9 if seed < 6 else None) == "undecided"
    assert (
        verdict(lambda seed: 17 if seed < 5 else LOST_SEED) == "supported"
    )  # worse than anything there


def test_a_ladder_is_climbed_at_every_rate_that_was_left() -> None:
    """The search is on the lowest rung; above it both rates are evaluated, and the best of them
    counts there."""
    low = TaskUse(name="adding", dials={"horizon": 5}, recipe=RECIPE)
    high = TaskUse(name="adding", dials={"horizon": 9}, recipe=RECIPE, below=low)
    whole = msgspec.structs.replace(searching(3, RECIPE, ("a",)), tasks=(low, high))
    index = {}
    found = []
    while trials := plan(whole, index, ()):
        for trial in trials:
            assert isinstance(trial, LearningTrial)
            base = {0.001: 12, 0.003: 6, 0.01: 4 if trial.seed == 1 else 8}[trial.learning_rate]
            epochs = base if trial.dials["horizon"] == 5 else 14 - base
            one = learned(
                "a", trial.seed, epochs, 0.05, recipe=RECIPE, learning_rate=trial.learning_rate
            )
            found.append(msgspec.structs.replace(one, trial=trial))
            index[trial_id(trial)] = known(found[-1])
    assert (len(found), count_trials(whole)) == (9 + 6, 9 + 9)
    lower, upper = (condition.arms[0] for condition in find(found).conditions)
    assert (lower.learning_rate, upper.learning_rate, upper.rates_left) == (
        0.003,
        0.01,
        (0.01, 0.003),
    )
    assert (lower.search is None, upper.search is None) == (False, True)
    assert not any("edge of the grid" in caveat for caveat in find(found).caveats)


def trained(a: list[int], b: list[int], c: list[int]) -> dict[float, dict[int, Scored]]:
    """Rates that were trained on these seeds; the last two cannot be told apart, the first is
    slower."""
    told = (lambda _: 15, lambda seed: 5 + seed % 2, lambda seed: 6 - seed % 2)
    return {
        rate: {seed: Scored(epochs(seed), 0.1) for seed in found}
        for rate, epochs, found in zip(RATES, told, (a, b, c), strict=True)
    }


def test_of_results_that_are_not_whole_rather_too_many_rates_are_left() -> None:
    """Nothing is given up where a rate that is still in the race lacks seeds."""
    all_ten = list(range(10))
    assert set(rates_left(trained([0, 1, 2], all_ten, all_ten), RECIPE)) == {0.003, 0.01}
    assert set(rates_left(trained(all_ten, all_ten, all_ten), RECIPE)) == {
        0.003,
        0.01,
    }  # as on an upper rung
    assert set(rates_left(trained([0, 1], [0, 1, 2], [0, 1, 2]), RECIPE)) == set(RATES)
    assert set(rates_left(trained([0, 1, 2], all_ten, [0, 1, 2]), RECIPE)) == {0.003, 0.01}
    again = [10, 11, 12]  # another list of seeds, with a race of its own
    mixed = trained([*all_ten, *again], all_ten, [*all_ten, *range(10, 30)])
    assert set(rates_left(mixed, RECIPE)) == {0.003, 0.01}


def test_a_rate_of_a_race_over_other_seeds_takes_no_part() -> None:
    """A grid was widened by one seed, and is not by three: what was trained on that one seed ends
    no race."""
    ten = list(range(10))
    table = {**trained([0, 1, 2], ten, ten), 0.03: {0: Scored(4, 0.1)}}
    assert set(rates_left(table, RECIPE)) == {0.003, 0.01}


def test_a_rate_that_loses_seeds_keeps_nobody_from_a_verdict() -> None:
    """A lost seed at another rate than the best counts as worse than anything; the interval agrees
    with the verdict."""
    even = msgspec.structs.replace(RECIPE, learning_rates=(0.003, 0.01), lowest_rate=0.003)
    found = results(
        lambda cell, rate, seed: {"a": 5, "b": 9}[cell] + seed % 2 + (rate == 0.01), recipe=even
    )

    def cut(result: Result) -> Result:
        trial = result.trial
        assert isinstance(trial, LearningTrial)
        lost = trial.cell.name == "b" and trial.learning_rate == 0.01 and trial.seed > 4
        return msgspec.structs.replace(result, status="timeout", learning=None) if lost else result

    (comparison,) = only(list(map(cut, found))).comparisons
    assert comparison.answer == "better"
    assert comparison.effect is not None
    assert comparison.effect.kind == "95 % interval"
    assert comparison.effect.low > 1


def test_a_span_is_read_at_the_rate_that_counts_on_each_rung() -> None:
    """Whichever finished last."""
    low = TaskUse(name="adding", dials={"horizon": 5}, recipe=RECIPE)
    high = TaskUse(name="adding", dials={"horizon": 9}, recipe=RECIPE, below=low)
    whole = msgspec.structs.replace(searching(7, RECIPE, ("a",)), tasks=(low, high))
    index = {}
    found = []
    while trials := plan(whole, index, ()):
        for trial in trials:
            assert isinstance(trial, LearningTrial)
            fails = trial.dials["horizon"] == 9 and trial.learning_rate == 0.01
            epochs = None if fails else {0.001: 12, 0.003: 6, 0.01: 8}[trial.learning_rate]
            one = learned(
                "a", trial.seed, epochs, 0.05, recipe=RECIPE, learning_rate=trial.learning_rate
            )
            late = "2026-01-02" if trial.learning_rate == 0.01 else "2026-01-01"
            found.append(msgspec.structs.replace(one, trial=trial, started=late))
            index[trial_id(trial)] = known(found[-1])
    (span,) = find(found).spans[0].spans
    assert [(rung.horizon, rung.solved, rung.seeds) for rung in span.rungs] == [
        (5, 7, 7),
        (9, 7, 7),
    ]
    assert span.longest == 9


def test_a_cell_all_of_whose_rates_fail_is_told_so() -> None:
    """And one whose search is at chance."""
    found = results(lambda *_: 5, cells=("a",))
    lost = [msgspec.structs.replace(result, status="diverged") for result in found]
    assert any("a failed at every learning rate" in caveat for caveat in find(lost).caveats), find(
        lost
    ).caveats
    chance = results(lambda *_: None, cells=("a",))
    worse = [
        msgspec.structs.replace(
            r, learning=msgspec.structs.replace(r.learning, trivial={"mse": 0.2})
        )
        for r in chance
        if r.learning
    ]
    assert any(
        "a has its learning rate of 0.001 by chance" in caveat for caveat in find(worse).caveats
    ), find(worse).caveats


def test_a_rate_that_test_data_do_not_confirm_hides_no_other_one() -> None:
    """The best rate of b is quick on validation data, worthless on test data; its other one beats a
    in every seed."""
    even = msgspec.structs.replace(RECIPE, learning_rates=(0.003, 0.01), lowest_rate=0.003)

    def told(cell: str, rate: float, seed: int) -> int:
        if cell == "a":
            return 12
        if rate == 0.01:
            return 8
        return 10 if seed % 2 else 4

    found = results(told, recipe=even)

    def worthless(result: Result) -> Result:
        trial = result.trial
        learning = result.learning
        assert isinstance(trial, LearningTrial)
        assert learning
        if (trial.cell.name, trial.learning_rate) != ("b", 0.003):
            return result
        return msgspec.structs.replace(
            result, learning=msgspec.structs.replace(learning, test={"mse": 3.0})
        )

    (comparison,) = only(list(map(worthless, found))).comparisons
    assert comparison.answer not in ("better", "worse")


def test_what_stands_on_a_rung_at_a_rate_that_is_no_longer_left_is_discarded() -> None:
    """With more seeds other rates may be left; those of before would be a sample of few seeds
    beside them."""
    low = TaskUse(name="adding", dials={"horizon": 5}, recipe=RECIPE)
    high = TaskUse(name="adding", dials={"horizon": 9}, recipe=RECIPE, below=low)
    few = msgspec.structs.replace(searching(2, RECIPE, ("a",)), tasks=(low, high))
    more = msgspec.structs.replace(few, seeds=tuple(range(10)))
    index = {}
    found = []
    for whole in (few, more):
        while trials := plan(whole, index, ()):
            for trial in trials:
                assert isinstance(trial, LearningTrial)
                late = trial.learning_rate == 0.01 and trial.seed < 2
                epochs = 10 if late else {0.001: 9, 0.003: 6, 0.01: 1}[trial.learning_rate]
                one = learned(
                    "a", trial.seed, epochs, 0.05, recipe=RECIPE, learning_rate=trial.learning_rate
                )
                found.append(msgspec.structs.replace(one, trial=trial))
                index[trial_id(trial)] = known(found[-1])
    gone = list(superseded(more, index, found))
    assert {
        (t.dials["horizon"], t.learning_rate, t.seed) for t in gone if isinstance(t, LearningTrial)
    } == {
        (9, 0.003, 0),
        (9, 0.003, 1),
    }


@pytest.mark.parametrize(
    ("recipe", "complaint"),
    [
        (
            {"search": "race", "lowest_rate": 0.1, "highest_rate": 0.01},
            "recipe.lowest_rate: 0.1 is above 0.01",
        ),
        (
            {"search": "race", "tuning_seeds": 2},
            "recipe.tuning_seeds: a search by race has no such key",
        ),
        (
            {"search": "tuning-seeds", "race_from": 4},
            "recipe.race_from: a search by tuning-seeds has no such key",
        ),
    ],
)
def test_keys_of_another_search_are_refused(recipe: dict[str, Any], complaint: str) -> None:
    """In one sentence."""
    with pytest.raises(RnnbenchError, match=complaint):
        suite(claim(), recipe={"epochs": BUDGET, **recipe})


def test_a_recipe_that_does_not_search_is_what_it_was() -> None:
    """Its trials keep their ids."""
    (use,) = {msgspec.json.encode(side.recipe) for side in suite(claim()).claims[0].sides}
    assert msgspec.json.decode(use, type=Recipe).search == "tuning-seeds"


def test_a_claim_that_was_settled_is_judged_on_the_seeds_that_it_had() -> None:
    """Another claim asks for more seeds of one of its cells, on which another rate is the best."""
    recipe = {
        "search": "race",
        "learning_rates": [0.003, 0.01],
        "lowest_rate": 0.003,
        "highest_rate": 0.01,
    }
    whole = suite(claim(), seeds=30, recipe={"epochs": BUDGET, "steps_per_epoch": 10, **recipe})
    index = {}
    found = []

    def told(cell: str, rate: float, seed: int) -> int:
        if cell == "lstm":
            return 12 if rate == 0.003 else 25
        if rate == 0.003:
            return 8
        if seed >= 15:
            return 2
        return 4 if seed % 2 else 16

    while trials := plan(whole, index, ()):
        for trial in trials:
            assert isinstance(trial, LearningTrial)
            found.append(claimed(trial, told(trial.cell.name, trial.learning_rate, trial.seed)))
            index[trial_id(trial)] = known(found[-1])
    had = [
        r
        for r in found
        if isinstance(r.trial, LearningTrial) and (r.trial.cell.name == "gru" or r.trial.seed < 15)
    ]
    (asked,) = whole.claims
    until_decided = msgspec.structs.replace(asked, at_looks=(10, 15, 20, 25, 30))
    assert find(had, [until_decided]).claims[0].verdict == "supported"
    assert find(had, [asked]).claims[0].verdict == "undecided"  # by hand, all that is there counts
