"""The planner, without running a trial."""

import msgspec
import pytest

from rnnbench.plan import every_trial, plan
from rnnbench.records import CellUse, CostPlan, CostTrial, LearningTrial, Recipe, Shape, Suite, TaskUse, trial_id

SUITE = Suite(
    name="s",
    version=1,
    summary="",
    cells=(CellUse(name="gru"), CellUse(name="lstm")),
    tasks=(TaskUse(name="adding", dials={"horizon": 5}, recipe=Recipe()),),
    seeds=(0, 1),
    cost=CostPlan(measure=("train-step-time", "peak-memory"), shapes=(Shape(),), replicates=2, repeats=3),
)


def test_learning_trials_come_first_and_all_at_once() -> None:
    """They may be packed as tightly as the executor likes."""
    first = plan(SUITE, done=[], in_flight=[])
    assert len(first) == 4
    assert all(isinstance(trial, LearningTrial) for trial in first)


def test_a_cost_trial_is_given_out_alone_and_only_when_nothing_runs() -> None:
    """Nothing else may disturb it."""
    learning = [trial_id(trial) for trial in plan(SUITE, [], [])]
    assert plan(SUITE, done=learning[:-1], in_flight=learning[-1:]) == []
    cost = plan(SUITE, done=learning, in_flight=[])
    assert len(cost) == 1
    assert isinstance(cost[0], CostTrial)
    assert plan(SUITE, done=learning, in_flight=[trial_id(cost[0])]) == []


def test_following_the_plan_runs_every_trial_once() -> None:
    """And an empty answer with nothing in flight means that the suite is complete."""
    done: list[str] = []
    while trials := plan(SUITE, done, []):
        done += [trial_id(trial) for trial in trials]
    assert len(done) == len(set(done)) == 4 + 2 * (1 + 2)
    assert set(done) == {trial_id(trial) for trial in every_trial(SUITE)}


def test_what_is_done_or_running_is_not_given_out_again() -> None:
    """Resuming is nothing but planning with results at hand."""
    everything = [trial_id(trial) for trial in plan(SUITE, [], [])]
    left = plan(SUITE, done=everything[:1], in_flight=everything[1:2])
    assert [trial_id(trial) for trial in left] == everything[2:]


def test_more_seeds_leave_the_trials_of_the_first_ones_valid() -> None:
    """`--seeds 7` after a run with 3 adds four."""
    more = msgspec.structs.replace(SUITE, seeds=(0, 1, 2))
    done = [trial_id(trial) for trial in plan(SUITE, [], [])]
    assert {trial.seed for trial in plan(more, done, []) if isinstance(trial, LearningTrial)} == {2}


def test_seeds_come_before_cells() -> None:
    """So that a run cut short compares all cells on the seeds it has."""
    assert [(t.seed, t.cell.name) for t in plan(SUITE, [], []) if isinstance(t, LearningTrial)] == [
        (0, "gru"),
        (0, "lstm"),
        (1, "gru"),
        (1, "lstm"),
    ]


def test_time_is_measured_side_by_side_and_memory_one_cell_to_a_process() -> None:
    """The ruler needs company, the high-water mark needs solitude."""
    cost = [trial for trial in every_trial(SUITE) if isinstance(trial, CostTrial)]
    cells = {kind: {len(t.cells) for t in cost if t.measurement == kind} for kind in ("train-step-time", "peak-memory")}
    assert cells == {"train-step-time": {2}, "peak-memory": {1}}


@pytest.mark.parametrize("change", [{"version": 2}, {"cost": None}])
def test_a_new_version_runs_everything_again(change: dict[str, object]) -> None:
    """Figures of two versions are not comparable; leaving out the cost lane leaves learning trials as they are."""
    done = [trial_id(trial) for trial in every_trial(SUITE)]
    changed = msgspec.structs.replace(SUITE, **change)
    assert len(plan(changed, done, [])) == (4 if "version" in change else 0)
