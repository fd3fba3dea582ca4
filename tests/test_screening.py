"""The search by screening: which rates it asks for, which it leaves, and what that does to a verdict."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnbench.campaign.superseded import superseded
from rnnbench.errors import RnnbenchError
from rnnbench.findings import Condition, find, screen
from rnnbench.findings.screening import Scored, rates_left
from rnnbench.plan import count_trials, known, plan
from rnnbench.records import CellUse, LearningTrial, Recipe, Result, Suite, TaskUse, trial_id
from tests.test_claims import BUDGET, claim, suite
from tests.test_claims import learned as claimed
from tests.test_findings import learned

RATES = (0.001, 0.003, 0.01)
RECIPE = Recipe(tune=True, search="screening", learning_rates=RATES, epochs=20, lowest_rate=0.001, highest_rate=0.01)
WIDE = msgspec.structs.replace(RECIPE, lowest_rate=1e-5, highest_rate=1.0)
Trained = Mapping[float, list[int | None]]
"""Epochs to target by rate, seed by seed."""


def looking(trained: Trained, losses: Mapping[float, float] | None = None) -> Callable[[float, int], Scored | None]:
    """What is known of rates that were all trained."""

    def look(rate: float, seed: int) -> Scored | None:
        found = trained.get(rate, [])
        return Scored(found[seed], (losses or {}).get(rate, 0.1)) if seed < len(found) else None

    return look


LOST = Scored(None, None)
LOST_SEED = -1


def test_all_rates_are_tried_on_the_first_seeds() -> None:
    """Nothing is chosen before all of that is known."""
    asked = screen(lambda *_: None, range(10), RECIPE)
    assert asked.left is None
    assert set(asked.trainings) == {(rate, seed) for rate in RATES for seed in (0, 1, 2)}
    almost = looking({0.001: [5, 5, 5], 0.003: [5, 5], 0.01: [5, 5, 5]})
    assert screen(almost, range(10), RECIPE).left is None


@pytest.mark.parametrize(
    ("trained", "left"),
    [
        # the two that get there soonest, the best first
        ({0.001: [9, 9, 9], 0.003: [4, 4, 4], 0.01: [3, 3, 3]}, (0.01, 0.003)),
        # a seed that does not get there counts as the whole budget
        ({0.001: [9, 9, 9], 0.003: [8, 8, 8], 0.01: [3, 3, None]}, (0.003, 0.01)),
        # all that tie with the second
        ({0.001: [4, 4, 4], 0.003: [3, 3, 3], 0.01: [4, 4, 4]}, (0.003, 0.001, 0.01)),
    ],
)
def test_the_best_two_rates_are_left(trained: Trained, left: tuple[float, ...]) -> None:
    """By what decides an evaluation."""
    assert screen(looking(trained), range(10), RECIPE).left == left


def test_where_nobody_gets_there_the_score_chooses() -> None:
    """After the first seeds, as more of them would tell nothing else."""
    never: Trained = {rate: [None] * 3 for rate in RATES}
    found = screen(looking(never, {0.001: 0.3, 0.003: 0.1, 0.01: 0.2}), range(10), RECIPE)
    assert (found.left, found.seeds) == ((0.003, 0.01), 3)


def test_rates_are_told_apart_by_two_solved_seeds() -> None:
    """A single one is luck: one more seed is asked for, of all rates, until some rate has two or seeds end."""
    once: dict[float, list[int | None]] = {0.001: [None] * 3, 0.003: [5, None, None], 0.01: [None] * 3}
    asked = screen(looking(once), range(10), RECIPE)
    assert asked.left is None
    assert set(asked.trainings) == {(rate, seed) for rate in RATES for seed in range(4)}
    for rate, next_one in ((0.001, None), (0.003, 6), (0.01, None)):
        once[rate].append(next_one)
    assert screen(looking(once), range(10), RECIPE).seeds == 4
    rarely: Trained = {0.001: [None] * 10, 0.003: [5, *[None] * 9], 0.01: [None] * 10}
    assert screen(looking(rarely), range(10), RECIPE).seeds == 10


def test_a_grid_widens_until_its_best_rate_is_inside() -> None:
    """By 1, 3, 10, 30 and so on; each new rate on the first seeds."""
    trained: dict[float, list[int | None]] = {0.001: [9] * 3, 0.003: [8] * 3, 0.01: [7] * 3}
    assert screen(looking(trained), range(10), WIDE).rates == (*RATES, 0.03)
    trained[0.03] = [6] * 3
    assert screen(looking(trained), range(10), WIDE).rates == (*RATES, 0.03, 0.1)
    trained[0.1] = [8] * 3
    found = screen(looking(trained), range(10), WIDE)
    assert (found.left, found.rates) == ((0.03, 0.01), (*RATES, 0.03, 0.1))
    bound = msgspec.structs.replace(WIDE, highest_rate=0.05)
    trained.pop(0.1)
    assert screen(looking(trained), range(10), bound).left == (0.03, 0.01)
    low: dict[float, list[int | None]] = {0.001: [3] * 3, 0.003: [8] * 3, 0.01: [9] * 3}
    assert screen(looking(low), range(10), WIDE).rates == (0.0003, *RATES)


def test_where_every_training_diverges_lower_rates_are_tried_and_the_lowest_is_left() -> None:
    """Up to the bound; then one rate is evaluated, which shows why. What fails otherwise fails at every rate."""
    bound = msgspec.structs.replace(WIDE, lowest_rate=1e-4)
    found = screen(lambda *_: Scored(None, None, diverged=True), range(10), bound)
    assert (found.rates, found.left, found.failed) == ((0.0001, 0.0003, *RATES), (0.0001,), True)
    found = screen(lambda *_: LOST, range(10), bound)
    assert (found.rates, found.left, found.failed) == (RATES, (0.001,), True)


def test_a_rate_at_the_edge_that_is_level_with_another_widens_nothing() -> None:
    """All are solved after two epochs: what is beyond cannot be better by what is counted."""
    found = screen(looking({rate: [2, 2, 2] for rate in RATES}), range(10), WIDE)
    assert (found.rates, found.left) == (RATES, RATES)


def test_a_rate_that_loses_everything_is_not_left() -> None:
    """Though it is the second of two."""
    narrow = msgspec.structs.replace(RECIPE, learning_rates=(0.001, 0.01))
    assert screen(lambda rate, _: LOST if rate == 0.01 else Scored(5, 0.1), range(10), narrow).left == (0.001,)


@given(st.lists(st.lists(st.none() | st.integers(1, 19), min_size=10, max_size=10), min_size=3, max_size=3))
def test_more_seeds_change_no_choice(epochs: list[list[int | None]]) -> None:
    """What was left at ten seeds is left at more, where screening was over by then."""
    trained = dict(zip(RATES, epochs, strict=True))
    few, many = (screen(looking(trained), range(n), RECIPE) for n in (6, 10))
    if few.seeds < 6:
        assert few == many
    seeds = {rate: 10 if rate in (many.left or ()) else many.seeds for rate in RATES}
    table = {rate: {s: Scored(trained[rate][s], 0.1) for s in range(seeds[rate])} for rate in RATES}
    assert set(rates_left(table, RECIPE)) == (set(many.left or ()) if many.seeds < 10 else set(RATES))


# Through the planner and the findings

Told = Callable[[str, float, int], int | None]


def results(told: Told, seeds: int = 10, recipe: Recipe = RECIPE, cells: tuple[str, ...] = ("a", "b")) -> list[Result]:
    """All that the planner hands out, with these epochs of a cell, at a rate and a seed."""
    whole = searching(seeds, recipe, cells)
    index, found = {}, []
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


def test_screening_takes_no_seeds_of_its_own_and_trains_nothing_twice() -> None:
    """Three rates on three seeds, two of them on all ten; the report counts what the search cost besides."""
    told = {0.001: 12, 0.003: 6, 0.01: 8}
    found = results(lambda _, rate, seed: told[rate] + seed % 2)
    assert len(found) == 2 * (3 * 3 + 2 * 7) == count_trials(searching(10, RECIPE))
    (arm, _) = only(found).arms
    assert (arm.learning_rate, arm.rates_left, arm.seeds) == (0.003, (0.003, 0.01), tuple(range(10)))
    assert arm.epochs is not None
    assert arm.epochs.centre == 6.5
    assert arm.search is not None
    assert [(rate.rate, rate.trials) for rate in arm.search.rates] == [(0.001, 3), (0.003, 10), (0.01, 10)]
    assert arm.search.trials == 13


def test_the_best_rate_is_that_of_all_seeds() -> None:
    """The first three favour another one."""

    def told(_: str, rate: float, seed: int) -> int:
        return {0.001: 15, 0.003: 5 if seed < 3 else 9, 0.01: 6}[rate]

    (arm, _) = only(results(told)).arms
    assert arm.rates_left == (0.01, 0.003)


def test_a_better_cell_beats_each_rate_that_was_left_of_the_other() -> None:
    """Ahead at the best rates in ten of ten seeds, and level with the other's second rate, which failed in two: that is
    no verdict, as it is luck which of them is called the best."""

    def level(cell: str, rate: float, seed: int) -> int | None:
        if rate == 0.001:
            return 15
        if cell == "b" and rate == 0.003:
            return 8
        return 7 if cell == "a" or seed < 8 else None

    condition = only(results(level))
    assert {arm.row: arm.rates_left[0] for arm in condition.arms}["b"] == 0.003
    (comparison,) = condition.comparisons
    assert (comparison.answer, comparison.wins) == ("undecided", 10)

    def clearly(cell: str, rate: float, seed: int) -> int:
        return {"a": 5, "b": 10}[cell] + (5 if rate == 0.001 else 0) + seed % 2

    (comparison,) = only(results(clearly)).comparisons
    assert (comparison.answer, comparison.other) == ("better", "b")
    assert comparison.p_value is not None
    assert comparison.p_value < 0.01


def test_the_interval_reaches_as_far_as_the_rates_that_were_left() -> None:
    """Its ends are those of the comparisons that have to hold; it agrees with the verdict."""

    def told(cell: str, rate: float, seed: int) -> int:
        slower = 1.0 if cell == "a" else 1.5 if rate == 0.003 else 1.2
        return round(100 * slower * np.exp(noise(seed, round(1e4 * rate), cell == "a"))) if rate != 0.001 else 900

    recipe = msgspec.structs.replace(RECIPE, epochs=1000)
    (comparison,) = only(results(told, recipe=recipe)).comparisons
    assert comparison.effect is not None
    assert comparison.effect.low < 1.2 < comparison.effect.high
    assert (comparison.answer == "better") == (comparison.effect.low > 1)


def test_a_claim_holds_against_each_rate_that_was_left() -> None:
    """Half the epochs of the other's best rate, and more than four fifths of those of its second one where that gets
    there: what is best is luck, so that the claim stays open."""

    def verdict(second: Callable[[int], int | None]) -> str:
        bounds = {"lowest_rate": 0.001, "highest_rate": 0.01}
        whole = suite(
            claim(),
            recipe={
                "epochs": BUDGET,
                "steps_per_epoch": 10,
                "search": "screening",
                "learning_rates": list(RATES),
                **bounds,
            },
        )
        index, found = {}, []
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
    assert verdict(lambda seed: 17 if seed < 5 else LOST_SEED) == "supported"  # worse than anything there


def test_a_ladder_is_climbed_at_every_rate_that_was_left() -> None:
    """The search is on the lowest rung; above it both rates are evaluated, and the best of them counts there."""
    low = TaskUse(name="adding", dials={"horizon": 5}, recipe=RECIPE)
    high = TaskUse(name="adding", dials={"horizon": 9}, recipe=RECIPE, below=low)
    whole = msgspec.structs.replace(searching(3, RECIPE, ("a",)), tasks=(low, high))
    index, found = {}, []
    while trials := plan(whole, index, ()):
        for trial in trials:
            assert isinstance(trial, LearningTrial)
            base = {0.001: 12, 0.003: 6, 0.01: 8}[trial.learning_rate]
            epochs = base if trial.dials["horizon"] == 5 else 14 - base
            one = learned("a", trial.seed, epochs, 0.05, recipe=RECIPE, learning_rate=trial.learning_rate)
            found.append(msgspec.structs.replace(one, trial=trial))
            index[trial_id(trial)] = known(found[-1])
    assert len(found) == 9 + 6 == count_trials(whole)
    lower, upper = (condition.arms[0] for condition in find(found).conditions)
    assert (lower.learning_rate, upper.learning_rate, upper.rates_left) == (0.003, 0.01, (0.01, 0.003))
    assert (lower.search is None, upper.search is None) == (False, True)
    assert not any("edge of the grid" in doubt for doubt in find(found).doubts)


def trained(**seeds: list[int]) -> dict[float, dict[int, Scored]]:
    """Rates that were trained on these seeds, the lower the quicker."""
    return {
        rate: {seed: Scored(round(1000 * rate), 0.1) for seed in found}
        for rate, found in zip(RATES, seeds.values(), strict=True)
    }


def test_rates_are_left_by_where_they_were_trained() -> None:
    """Those that were given up have no seeds of their own."""
    all_ten = list(range(10))
    given_up = trained(a=[0, 1, 2], b=all_ten, c=all_ten)
    assert rates_left(given_up, RECIPE) == (0.003, 0.01)
    assert rates_left(trained(a=all_ten, b=all_ten, c=all_ten), RECIPE) == RATES  # on an upper rung
    cut_off = trained(a=[0, 1, 2], b=[0, 1, 2], c=[0, 1])
    assert rates_left(cut_off, RECIPE) == RATES
    again = [10, 11, 12]  # another list of seeds, of which other rates were left
    mixed = trained(a=[*all_ten, *again], b=[0, 1, 2, *range(10, 30)], c=[*all_ten, *range(10, 30)])
    assert set(rates_left(mixed, RECIPE)) == set(RATES)


def test_a_rate_that_loses_seeds_keeps_nobody_from_a_verdict() -> None:
    """A lost seed at another rate than the best counts as worse than anything; the interval agrees with the verdict."""
    even = msgspec.structs.replace(RECIPE, learning_rates=(0.003, 0.01), lowest_rate=0.003)
    found = results(lambda cell, rate, seed: {"a": 5, "b": 9}[cell] + seed % 2 + (rate == 0.01), recipe=even)

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
    index, found = {}, []
    while trials := plan(whole, index, ()):
        for trial in trials:
            assert isinstance(trial, LearningTrial)
            fails = trial.dials["horizon"] == 9 and trial.learning_rate == 0.01
            epochs = None if fails else {0.001: 12, 0.003: 6, 0.01: 8}[trial.learning_rate]
            one = learned("a", trial.seed, epochs, 0.05, recipe=RECIPE, learning_rate=trial.learning_rate)
            late = "2026-01-02" if trial.learning_rate == 0.01 else "2026-01-01"
            found.append(msgspec.structs.replace(one, trial=trial, started=late))
            index[trial_id(trial)] = known(found[-1])
    (span,) = find(found).spans[0].spans
    assert [(rung.horizon, rung.solved, rung.seeds) for rung in span.rungs] == [(5, 7, 7), (9, 7, 7)]
    assert span.longest == 9


def test_a_cell_all_of_whose_rates_fail_is_told_so() -> None:
    """And one whose search is at chance."""
    found = results(lambda *_: 5, cells=("a",))
    lost = [msgspec.structs.replace(result, status="diverged") for result in found]
    assert any("a failed at every learning rate" in doubt for doubt in find(lost).doubts), find(lost).doubts
    chance = results(lambda *_: None, cells=("a",))
    worse = [
        msgspec.structs.replace(r, learning=msgspec.structs.replace(r.learning, trivial={"mse": 0.2}))
        for r in chance
        if r.learning
    ]
    assert any("a has its learning rate of 0.001 by chance" in doubt for doubt in find(worse).doubts), find(
        worse
    ).doubts


def test_a_rate_that_test_data_do_not_confirm_hides_no_other_one() -> None:
    """The best rate of b is quick on validation data, worthless on test data; its other one beats a in every seed."""
    even = msgspec.structs.replace(RECIPE, learning_rates=(0.003, 0.01))
    found = results(lambda cell, rate, _: 12 if cell == "a" else 5 if rate == 0.003 else 8, recipe=even)

    def worthless(result: Result) -> Result:
        trial, learning = result.trial, result.learning
        assert isinstance(trial, LearningTrial)
        assert learning
        if (trial.cell.name, trial.learning_rate) != ("b", 0.003):
            return result
        return msgspec.structs.replace(result, learning=msgspec.structs.replace(learning, test={"mse": 3.0}))

    (comparison,) = only(list(map(worthless, found))).comparisons
    assert comparison.answer not in ("better", "worse")


def test_what_stands_on_a_rung_at_a_rate_that_is_no_longer_left_is_discarded() -> None:
    """With more seeds other rates may be left; those of before would be a sample of few seeds beside them."""
    low = TaskUse(name="adding", dials={"horizon": 5}, recipe=RECIPE)
    high = TaskUse(name="adding", dials={"horizon": 9}, recipe=RECIPE, below=low)
    few = msgspec.structs.replace(searching(2, RECIPE, ("a",)), tasks=(low, high))
    more = msgspec.structs.replace(few, seeds=tuple(range(10)))
    index, found = {}, []
    for whole in (few, more):
        while trials := plan(whole, index, ()):
            for trial in trials:
                assert isinstance(trial, LearningTrial)
                late = trial.learning_rate == 0.01 and trial.seed < 2
                epochs = 10 if late else {0.001: 9, 0.003: 6, 0.01: 1}[trial.learning_rate]
                one = learned("a", trial.seed, epochs, 0.05, recipe=RECIPE, learning_rate=trial.learning_rate)
                found.append(msgspec.structs.replace(one, trial=trial))
                index[trial_id(trial)] = known(found[-1])
    gone = list(superseded(more, index, found))
    assert {(t.dials["horizon"], t.learning_rate, t.seed) for t in gone if isinstance(t, LearningTrial)} == {
        (9, 0.001, 0),
        (9, 0.001, 1),
    }


@pytest.mark.parametrize(
    ("recipe", "complaint"),
    [
        ({"search": "screening", "lowest_rate": 0.1, "highest_rate": 0.01}, "recipe.lowest_rate: 0.1 is above 0.01"),
        ({"search": "screening", "tuning_seeds": 2}, "recipe.tuning_seeds: a search by screening has no such key"),
        ({"rates_kept": 3}, "recipe.rates_kept: a search by tuning-seeds has no such key"),
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
