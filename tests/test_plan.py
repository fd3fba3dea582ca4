"""The planner, without running a trial."""

from itertools import product

import msgspec
import pytest
from hypothesis import given, strategies as st

from rnnbench.plan import Known, SearchState, best_rate, count_trials, due_trials, plan, unclimbed
from rnnbench.plan.trials import learning_trial
from rnnbench.records import (
    FIRST_TUNING_SEED,
    CellUse,
    CostPlan,
    CostTrial,
    LearningTrial,
    Recipe,
    Shape,
    Suite,
    TaskUse,
    Trial,
    trial_id,
)

SUITE = Suite(
    name="s",
    version=1,
    summary="",
    cells=(CellUse(name="gru"), CellUse(name="lstm")),
    tasks=(TaskUse(name="adding", dials={"horizon": 5}, recipe=Recipe()),),
    seeds=(0, 1),
    cost=CostPlan(
        measure=("train-step-time", "peak-memory"), shapes=(Shape(),), replicates=2, repeats=3
    ),
)
RATES = (0.001, 0.01, 0.1)
TUNED = Recipe(tune=True, learning_rates=RATES, tuning_seeds=2, epochs=10)


def with_tasks(*tasks: TaskUse, seeds: tuple[int, ...] = (0, 1)) -> Suite:
    return msgspec.structs.replace(SUITE, tasks=tasks, cost=None, seeds=seeds)


def ladder(*horizons: int, recipe: Recipe = TUNED) -> tuple[TaskUse, ...]:
    rungs: list[TaskUse] = []
    for horizon in horizons:
        below = rungs[-1] if rungs else None
        rungs.append(TaskUse(name="adding", dials={"horizon": horizon}, recipe=recipe, below=below))
    return tuple(rungs)


def solved(epochs: int | None = 3, loss: float = 0.1) -> Known:
    return Known("ok", epochs, loss)


def follow(
    suite: Suite, outcome: object, index: dict[str, Known] | None = None
) -> tuple[list[Trial], dict[str, Known]]:
    """Run the plan to its end, each trial with the outcome that `outcome(trial)` gives it."""
    index, ran = {} if index is None else index, []
    while trials := plan(suite, index, []):
        for trial in trials:
            ran.append(trial)
            index[trial_id(trial)] = outcome(trial)  # type: ignore[operator]
    return ran, index


def test_learning_trials_come_first_and_all_at_once() -> None:
    """They may be packed as tightly as the executor likes."""
    first = plan(SUITE, {}, [])
    assert len(first) == 4
    assert all(isinstance(trial, LearningTrial) for trial in first)


def test_a_cost_trial_is_given_out_alone_and_only_when_nothing_runs() -> None:
    """Nothing else may disturb it."""
    learning = [trial_id(trial) for trial in plan(SUITE, {}, [])]
    done = dict.fromkeys(learning, solved())
    almost = dict.fromkeys(learning[:-1], solved())
    assert plan(SUITE, almost, in_flight=learning[-1:]) == []
    cost = plan(SUITE, done, in_flight=[])
    assert len(cost) == 1
    assert isinstance(cost[0], CostTrial)
    assert plan(SUITE, done, in_flight=[trial_id(cost[0])]) == []


@pytest.mark.parametrize(
    "suite",
    [
        SUITE,
        with_tasks(*ladder(5, 10, 20)),
        with_tasks(TaskUse(name="adding", dials={}, recipe=TUNED)),
    ],
)
def test_following_the_plan_runs_every_trial_once(suite: Suite) -> None:
    """And an empty answer with nothing in flight means that the suite is complete."""
    ran, index = follow(suite, lambda _: solved())
    ids = [trial_id(trial) for trial in ran]
    assert len(ids) == len(set(ids)) == count_trials(suite)
    assert set(ids) == {trial_id(trial) for trial in due_trials(suite, index)}


@given(st.lists(st.sampled_from([None, 1, 5]), min_size=1), st.integers(0, 30))
def test_a_run_that_is_cut_off_anywhere_ends_with_the_same_trials(
    outcomes: list[int | None], cut: int
) -> None:
    """Resuming is nothing but planning with results at hand, whatever they were."""
    suite = with_tasks(*ladder(5, 10), TaskUse(name="copy", dials={}, recipe=TUNED))

    def outcome(trial: Trial) -> Known:
        return solved(outcomes[len(trial_id(trial)) % len(outcomes)], loss=trial.learning_rate)  # type: ignore[union-attr]

    whole, index = follow(suite, outcome)
    kept = {trial_id(trial): index[trial_id(trial)] for trial in whole[:cut]}
    again, index_again = follow(suite, outcome, dict(kept))
    assert index_again == index
    assert len(again) == len(whole) - len(kept)


def test_what_is_done_or_running_is_not_given_out_again() -> None:
    """An id that is known or in flight is left out."""
    everything = [trial_id(trial) for trial in plan(SUITE, {}, [])]
    left = plan(SUITE, {everything[0]: solved()}, in_flight=everything[1:2])
    assert [trial_id(trial) for trial in left] == everything[2:]


def test_more_seeds_leave_the_trials_of_the_first_ones_valid() -> None:
    """`--seeds 7` after a run with 3 adds four."""
    more = msgspec.structs.replace(SUITE, seeds=(0, 1, 2))
    done = {trial_id(trial): solved() for trial in plan(SUITE, {}, [])}
    assert {trial.seed for trial in plan(more, done, []) if isinstance(trial, LearningTrial)} == {2}


def test_seeds_come_before_cells() -> None:
    """So that a run cut short compares all cells on the seeds it has."""
    assert [(t.seed, t.cell.name) for t in plan(SUITE, {}, []) if isinstance(t, LearningTrial)] == [
        (0, "gru"),
        (0, "lstm"),
        (1, "gru"),
        (1, "lstm"),
    ]


def test_time_is_measured_side_by_side_and_memory_one_cell_to_a_process() -> None:
    """The reference cell needs company, the high-water mark needs solitude."""
    cost = [trial for trial in due_trials(SUITE, {}) if isinstance(trial, CostTrial)]
    cells = {
        kind: {len(t.cells) for t in cost if t.measurement == kind}
        for kind in ("train-step-time", "peak-memory")
    }
    assert cells == {"train-step-time": {2}, "peak-memory": {1}}


@pytest.mark.parametrize("change", [{"version": 2}, {"cost": None}])
def test_a_new_version_runs_everything_again(change: dict[str, object]) -> None:
    """Figures of two versions are not comparable; leaving out the cost lane leaves learning trials
    as they are."""
    done = {trial_id(trial): solved() for trial in due_trials(SUITE, {})}
    changed = msgspec.structs.replace(SUITE, **change)
    assert len(plan(changed, done, [])) == (4 if "version" in change else 0)


def test_the_search_comes_first_on_the_same_grid_and_on_seeds_of_its_own() -> None:
    """Every cell gets each rate on each tuning seed, none of which is ever evaluated."""
    suite = with_tasks(TaskUse(name="adding", dials={}, recipe=TUNED))
    search = plan(suite, {}, [])
    assert all(isinstance(t, LearningTrial) and t.phase == "tuning" for t in search)
    grids = {
        cell.name: sorted((t.learning_rate, t.seed) for t in search if t.cell == cell)  # type: ignore[union-attr]
        for cell in suite.cells
    }
    assert grids["gru"] == grids["lstm"]
    assert grids["gru"] == list(product(RATES, (FIRST_TUNING_SEED, FIRST_TUNING_SEED + 1)))
    ran, _ = follow(suite, lambda _: solved())
    assert {t.seed for t in ran if isinstance(t, LearningTrial) and t.phase == "evaluation"} == {
        0,
        1,
    }


def test_a_cell_is_evaluated_once_its_own_search_is_complete() -> None:
    """At the rate that was found for it, while the search of another goes on."""
    suite = with_tasks(TaskUse(name="adding", dials={}, recipe=TUNED))
    index = {
        trial_id(t): solved(loss=abs(t.learning_rate - 0.01))  # type: ignore[union-attr]
        for t in plan(suite, {}, [])
        if isinstance(t, LearningTrial) and t.cell.name == "gru"
    }
    evaluations = [
        t
        for t in plan(suite, index, [])
        if isinstance(t, LearningTrial) and t.phase == "evaluation"
    ]
    assert {(t.cell.name, t.learning_rate, t.seed) for t in evaluations} == {
        ("gru", 0.01, 0),
        ("gru", 0.01, 1),
    }
    assert SearchState(suite, index).rates(suite.tasks[0], suite.cells[1]) is None


@pytest.mark.parametrize(
    ("by_rate", "best"),
    [
        # fewest epochs to target, the budget of 10 where it was not reached
        (
            {
                0.001: [solved(9), solved(9)],
                0.01: [solved(2), solved(None)],
                0.1: [solved(6), solved(7)],
            },
            0.01,
        ),
        # a seed that never gets there counts as the whole budget, and not as nothing
        ({0.01: [solved(2), solved(None)], 0.1: [solved(5), solved(5)]}, 0.1),
        # nobody reaches the target: the best score on validation data
        (
            {
                0.001: [solved(None, 0.3)] * 2,
                0.01: [solved(None, 0.2)] * 2,
                0.1: [solved(None, 0.4)] * 2,
            },
            0.01,
        ),
        # equally quick: the better score
        ({0.001: [solved(4, 0.3)] * 2, 0.01: [solved(4, 0.2)] * 2}, 0.01),
        # a rate that lost a seed comes after those that lost none, however quick it was
        ({0.001: [solved(9)] * 2, 0.1: [solved(1), Known("diverged")]}, 0.001),
        ({0.001: [solved(9)] * 2, 0.1: [solved(1), Known("timeout")]}, 0.001),
        (
            {0.001: [Known("diverged", None, 0.1)] * 2, 0.1: [solved(None, 9.0), Known("error")]},
            0.1,
        ),
        # nothing worked: the recipe's own
        ({0.001: [Known("error")] * 2, 0.1: [Known("killed")] * 2}, 0.005),
        # a tie goes to the first of the grid
        ({0.001: [solved(4, 0.2)] * 2, 0.01: [solved(4, 0.2)] * 2}, 0.001),
    ],
)
def test_the_best_rate(by_rate: dict[float, list[Known]], best: float) -> None:
    """By losses of seeds, then epochs to target, then validation score."""
    assert best_rate(by_rate, Recipe(epochs=10, learning_rate=0.005)) == best


def test_a_rung_is_tried_once_the_one_below_is_solved_in_most_seeds() -> None:
    """A ladder stops climbing for the cell that fails, and for no other; the search runs on the
    lowest rung only."""
    suite = with_tasks(*ladder(5, 10, 20), seeds=(0, 1, 2))

    def outcome(trial: Trial) -> Known:
        assert isinstance(trial, LearningTrial)
        fails = trial.cell.name == "gru" and trial.dials["horizon"] == 10 and trial.seed > 0
        return solved(None if fails else 3)

    ran, index = follow(suite, outcome)
    tried = {
        (t.cell.name, t.dials["horizon"], t.phase) for t in ran if isinstance(t, LearningTrial)
    }
    assert ("gru", 10, "evaluation") in tried
    assert ("gru", 20, "evaluation") not in tried
    assert ("lstm", 20, "evaluation") in tried
    assert {horizon for _, horizon, phase in tried if phase == "tuning"} == {5}
    left = unclimbed(suite, index)
    assert [(t.cell.name, t.dials["horizon"], t.seed) for t, _ in left] == [
        ("gru", 20, s) for s in (0, 1, 2)
    ]
    assert {reason for _, reason in left} == {
        "not tried: gru does not solve horizon 10 in most seeds"
    }
    assert len(ran) + len(left) == count_trials(suite)


def test_half_of_the_seeds_are_not_most() -> None:
    """And a rung with one seed missing yet may be climbed when most have solved it."""
    rungs = ladder(5, 10, recipe=Recipe())
    suite = with_tasks(*rungs, seeds=(0, 1, 2, 3))
    below = [
        t for t in plan(suite, {}, []) if isinstance(t, LearningTrial) and t.cell.name == "gru"
    ]
    two = {trial_id(t): solved(2 if t.seed < 2 else None) for t in below}
    three = {trial_id(t): solved(2) for t in below if t.seed < 3}

    def tries(index: dict[str, Known]) -> bool:
        return any(
            isinstance(t, LearningTrial) and t.dials["horizon"] == 10
            for t in plan(suite, index, [])
        )

    assert not tries(two)
    assert tries(three)


def test_a_rung_counts_only_with_all_those_below_it() -> None:
    """Results of a rung that are there from elsewhere lead nowhere while one below it is
    unsolved."""
    suite = with_tasks(*ladder(5, 10, 20, recipe=Recipe()))
    low, middle, _ = suite.tasks
    index = {}
    for use, epochs in ((low, None), (middle, 3)):
        for seed in suite.seeds:
            trial = learning_trial(suite, use, suite.cells[0], seed, use.recipe.learning_rate)
            index[trial_id(trial)] = solved(epochs)
    tried = {t.dials["horizon"] for t in plan(suite, index, []) if isinstance(t, LearningTrial)}
    assert tried == {5}


def test_a_rung_that_has_results_is_not_called_untried() -> None:
    """With more seeds a majority may turn into a minority; what was trained before keeps its
    result."""
    few = with_tasks(*ladder(5, 10, recipe=Recipe()), seeds=(0,))
    _, index = follow(few, lambda _: solved())
    more = msgspec.structs.replace(few, seeds=(0, 1, 2))
    _, index = follow(more, lambda trial: solved(None), index)  # type: ignore[arg-type]
    assert {(t.dials["horizon"], t.seed) for t, _ in unclimbed(more, index)} == {(10, 1), (10, 2)}


def test_a_grid_of_one_rate_is_not_searched() -> None:
    """There is nothing to choose."""
    one = msgspec.structs.replace(TUNED, learning_rates=(0.02,))
    suite = with_tasks(TaskUse(name="adding", dials={}, recipe=one))
    ran, _ = follow(suite, lambda _: solved())
    assert {(t.phase, t.learning_rate) for t in ran if isinstance(t, LearningTrial)} == {
        ("evaluation", 0.02)
    }
    assert len(ran) == count_trials(suite) == 4
