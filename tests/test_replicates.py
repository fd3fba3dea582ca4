"""How many replicates of cost the planner asks for, and on which day."""

import math
from itertools import product

import pytest
from msgspec.structs import replace

from rnnbench.campaign import settle_session
from rnnbench.campaign.cost_notices import enough, left_out, missing, reached
from rnnbench.campaign.membership import Membership
from rnnbench.catalogue import Catalogue
from rnnbench.errors import RnnbenchError
from rnnbench.executors.running import without_run
from rnnbench.plan import Known, cost_trials, count_trials, known, plan
from rnnbench.records import CellUse, CostPlan, CostTrial, Shape, Suite, trial_id
from rnnbench.store import Store
from rnnbench.suite import check_suite
from tests.builders.findings import cost_result
from tests.builders.records import COST

SUITE = Suite(
    name="s",
    version=1,
    summary="",
    cells=(CellUse(name="gru"), CellUse(name="lstm")),
    tasks=(),
    seeds=(0,),
    cost=CostPlan(measure=("train-step-time",), shapes=(Shape(),), replicates=8, repeats=3),
)


def with_cost(**changes: object) -> Suite:
    assert SUITE.cost is not None
    return replace(SUITE, cost=replace(SUITE.cost, **changes))


def run(suite: Suite, spread: float, seconds: float = 10.0) -> tuple[int, dict[str, Known]]:
    """Run the plan to its end, log-ratios alternating by so much; how many replicates there
    were."""
    index: dict[str, Known] = {}
    while trials := plan(suite, index, []):
        (trial,) = trials
        ratios = {"gru": spread * (-1) ** len(index), "lstm": 0.0}
        index[trial_id(trial)] = Known("ok", log_ratios=ratios, seconds=seconds)
    return len(index), index


def test_replicates_are_added_until_the_ratio_is_as_precise_as_asked() -> None:
    """Student's half width at n of alternating +-d is about t d / sqrt(n): eight are enough for a
    small d, more are taken for a larger one, up to the most there may be."""
    assert run(SUITE, 0.01)[0] == 8
    number, index = run(SUITE, 0.03)
    assert 8 < number < 24
    half = lambda n: 2.2 * 0.03 / math.sqrt(n)  # noqa: E731
    assert half(number) < 0.022
    assert run(SUITE, 0.2)[0] == 24
    assert any(
        f"{number} replicates: ratios to the reference cell within" in said
        for said in reached(SUITE, index)
    )


def test_replicates_end_with_their_time() -> None:
    """At ten seconds each, ninety seconds hold nine; but never fewer than the suite wants."""
    assert run(with_cost(most_seconds=90.0), 0.2)[0] == 9
    number, index = run(with_cost(most_seconds=20.0), 0.2)
    assert number == 8
    (said,) = reached(with_cost(most_seconds=20.0), index)
    assert "wider than asked, ended by its time" in said


def test_below_eight_replicates_precision_is_not_pursued() -> None:
    """There is no interval to narrow."""
    number, index = run(with_cost(replicates=3), 0.2)
    assert number == 3
    assert list(reached(with_cost(replicates=3), index)) == []


def test_replicates_that_failed_do_not_go_on_for_ever() -> None:
    """Without ratios there is nothing to narrow either."""
    index: dict[str, Known] = {}
    while trials := plan(SUITE, index, []):
        index[trial_id(trials[0])] = Known("error")
    assert len(index) == 8


def test_steady_figures_are_measured_once_and_memory_a_few_times() -> None:
    """What does not vary needs no eight replicates; without `replicates` above, memory has no more
    than times."""
    suite = with_cost(
        measure=("operations", "memory-timeline", "instructions", "peak-memory"),
        memory_replicates=2,
    )
    trials = list(cost_trials(suite))
    number = {
        kind: sum(t.measurement == kind for t in trials)
        for kind in ("operations", "instructions", "peak-memory")
    }
    assert number == {"operations": 2, "instructions": 1, "peak-memory": 4}
    assert count_trials(suite) == len(trials)


def test_further_replicates_belong_to_the_suite() -> None:
    """--fresh discards those beyond the first eight too, of this session; not those of another
    day."""
    assert replace(COST, round=17) in Membership(replace(SUITE, cells=COST.cells))
    assert replace(COST, session="2026-01-01") not in Membership(SUITE)


def test_threads_and_session_reach_the_trials() -> None:
    """They are part of what a figure means."""
    trial = next(cost_trials(with_cost(threads=2, session="2026-11-25")))
    assert (trial.threads, trial.session) == (2, "2026-11-25")


@pytest.fixture
def store(tmp_path: object) -> Store:
    store = Store(tmp_path)  # type: ignore[arg-type]
    store.prepare()
    return store


def measure_day(
    suite: Suite, store: Store, today: str, most: int = 99, *, fresh: bool = False
) -> list[CostTrial]:
    """Run the plan of a day, or so many of its trials, and store what comes; the trials that
    ran."""
    settled = settle_session(suite, store, fresh=fresh, today=today)
    index = {trial_id(result.trial): known(result) for result in store.read()}
    if fresh:
        index = {identity: outcome for identity, outcome in index.items() if today not in identity}
    ran: list[CostTrial] = []
    while len(ran) < most and (trials := plan(settled, index, [])):
        (trial,) = trials
        assert isinstance(trial, CostTrial)
        result = cost_result(trial.round, 0.1)
        rows = tuple(replace(result.costs[0], row=cell.row) for cell in trial.cells)
        result = replace(result, trial=trial, costs=rows)
        store.write(result)
        index[trial_id(trial)] = known(result)
        ran.append(trial)
    return ran


def test_what_is_measured_today_carries_its_date_until_there_are_enough_days(store: Store) -> None:
    """Each day has its replicates; once as many days are complete, nothing is lacking, on whichever
    day one asks."""
    suite = with_cost(sessions=2)
    for day in ("2026-11-25", "2026-11-26"):
        assert [(trial.session, trial.round) for trial in measure_day(suite, store, day)] == [
            (day, r) for r in range(8)
        ]
        assert measure_day(suite, store, day) == []
    assert measure_day(suite, store, "2026-11-27") == []
    settled = settle_session(suite, store, today="2026-11-27")
    assert len(
        list(cost_trials(settled, {trial_id(r.trial): known(r) for r in store.read()}))
    ) == count_trials(settled)
    assert {trial.session for trial in measure_day(with_cost(sessions=3), store, "2026-11-27")} == {
        "2026-11-27"
    }
    assert {trial.session for trial in measure_day(with_cost(sessions=1), store, "2026-11-27")} == {
        ""
    }


def test_a_session_may_have_a_name(store: Store) -> None:
    """Morning and evening of one day are two of them; where only one is wanted, the named one is
    measured."""
    for name in ("morning", "evening"):
        named = with_cost(sessions=2, session=name)
        assert {trial.session for trial in measure_day(named, store, "2026-11-25")} == {name}
    assert measure_day(with_cost(sessions=2), store, "2026-11-26") == []
    index = {trial_id(result.trial): known(result) for result in store.read()}
    night = settle_session(with_cost(sessions=2, session="night"), store)
    (said,) = enough(night, index)
    assert said.startswith(
        "nothing is measured on night: enough sessions are complete, of evening, morning"
    )
    assert list(enough(settle_session(with_cost(sessions=3, session="night"), store), index)) == []
    assert list(enough(with_cost(), {})) == []
    assert len(measure_day(with_cost(sessions=1, session="night"), store, "2026-11-25")) == 8
    raw = {"version": 1, "summary": "", "cells": ["gru"], "cost": {"occasion": "evening"}}
    read = check_suite(raw, "some.toml", Catalogue.present()).cost
    assert read is not None
    assert read.session == "evening"
    raw["cost"] = {"occasion": "../evening"}
    with pytest.raises(RnnbenchError, match="occasion"):
        check_suite(raw, "some.toml", Catalogue.present())


def test_a_day_counts_when_its_replicates_are_complete(store: Store) -> None:
    """A run that was cut short leaves a part, to which another day adds nothing and which stands
    for nothing."""
    suite = with_cost(sessions=2)
    measure_day(suite, store, "2026-11-25", most=5)
    assert len(measure_day(suite, store, "2026-11-25")) == 3
    measure_day(suite, store, "2026-11-26", most=7)
    assert {trial.session for trial in measure_day(suite, store, "2026-11-27")} == {"2026-11-27"}
    assert measure_day(suite, store, "2026-11-28") == []


def test_a_day_that_is_over_gets_no_more() -> None:
    """However wide its interval: what would be added belongs to another day."""
    suite = with_cost(sessions=2, other_sessions=("2026-11-25", "2026-11-26"), session="2026-11-27")
    trials = [
        replace(next(cost_trials(suite)), session=day, round=r)
        for day, r in product(("2026-11-25", "2026-11-26"), range(8))
    ]
    index = {
        trial_id(trial): Known("ok", log_ratios={"gru": float(trial.round)}, seconds=1.0)
        for trial in trials
    }
    assert plan(suite, index, []) == []
    assert [trial.session for trial in cost_trials(suite, index)] == ["2026-11-26"] * 8


def test_a_day_counts_for_the_cells_that_were_measured_on_it(store: Store) -> None:
    """Days of one cell alone are no days of all; what has its days is measured no more beside what
    lacks some."""
    for day in ("2026-11-25", "2026-11-26"):
        measure_day(replace(with_cost(sessions=2), cells=SUITE.cells[:1]), store, day)
    ran = measure_day(with_cost(sessions=2), store, "2026-11-27")
    assert [len(trial.cells) for trial in ran] == [2] * 8
    more = with_cost(sessions=2, measure=("train-step-time", "inference-time"))
    ran = measure_day(replace(more, cells=SUITE.cells[:1]), store, "2026-11-27")
    assert [trial.measurement for trial in ran] == ["inference-time"] * 8


def test_fresh_measures_today_whatever_there_is(store: Store) -> None:
    """And leaves other days alone."""
    suite = with_cost(sessions=2)
    for day in ("2026-11-25", "2026-11-26"):
        measure_day(suite, store, day)
    assert {trial.session for trial in measure_day(suite, store, "2026-11-27", fresh=True)} == {
        "2026-11-27"
    }
    assert len(list(store.read())) == 24


def test_a_cell_that_is_missing_asks_for_no_more_replicates() -> None:
    """Precision is that of the rows that there are."""
    index: dict[str, Known] = {}
    while trials := plan(SUITE, index, []):
        ratios = {"gru": 0.01 * (-1) ** len(index)} | ({"lstm": 0.0} if not index else {})
        index[trial_id(trials[0])] = Known("ok", log_ratios=ratios, seconds=10.0)
    assert len(index) == 8


def test_a_cell_that_is_there_now_and_then_asks_for_no_more_either() -> None:
    """Two replicates of eight carry no interval that could be made narrower."""
    index: dict[str, Known] = {}
    while trials := plan(SUITE, index, []):
        ratios = {"gru": 0.001 * (-1) ** len(index)} | (
            {"lstm": 0.01 * (-1) ** len(index)} if len(index) < 2 else {}
        )
        index[trial_id(trials[0])] = Known("ok", log_ratios=ratios, seconds=1.0)
    assert len(index) == 8


def test_a_replicate_that_was_lost_is_made_up_for() -> None:
    """By one more, while others have figures, up to the most there may be, and the time."""

    def number(lost: range, seconds: float = 1.0) -> int:
        index: dict[str, Known] = {}
        while trials := plan(SUITE, index, []):
            ratios = {} if len(index) in lost else {"gru": 0.001 * (-1) ** len(index)}
            index[trial_id(trials[0])] = Known(
                "ok" if ratios else "killed", log_ratios=ratios, seconds=seconds
            )
        return len(index)

    assert number(range(3, 5)) == 10
    assert number(range(1, 99)) == 24
    assert number(range(1, 99), seconds=60.0) == 10
    assert number(range(99)) == 8


def test_a_day_without_figures_is_no_session(store: Store) -> None:
    """Replicates that were killed stand for nothing."""
    suite = with_cost(sessions=2, replicates=2)
    for day in ("2026-11-25", "2026-11-26"):
        for trial in cost_trials(settle_session(suite, store, today=day)):
            store.write(without_run(trial, "killed", "by somebody"))
    assert [trial.session for trial in measure_day(suite, store, "2026-11-27")] == [
        "2026-11-27"
    ] * 2


def test_what_fresh_began_today_is_brought_to_its_end_without_it(store: Store) -> None:
    """Though other days are enough."""
    suite = with_cost(sessions=2)
    for day in ("2026-11-25", "2026-11-26"):
        measure_day(suite, store, day)
    assert len(measure_day(suite, store, "2026-11-27", most=3, fresh=True)) == 3
    assert [trial.round for trial in measure_day(suite, store, "2026-11-27")] == [3, 4, 5, 6, 7]
    assert measure_day(suite, store, "2026-11-27") == []


def test_a_run_says_who_is_missing_and_in_how_many_replicates() -> None:
    """Though its replicates are good ones."""
    index: dict[str, Known] = {}
    while trials := plan(SUITE, index, []):
        absent = {"lstm": "ValueError: no"} if len(index) < 3 else {}
        index[trial_id(trials[0])] = Known("ok", log_ratios={"gru": 0.0}, absent=absent)
    assert missing(SUITE, index) == {
        f"lstm is missing from train-step-time at {Shape()}: ValueError: no": 3
    }


def test_what_a_cell_cannot_take_is_left_out_with_the_reason() -> None:
    """Frames, sizes and streams; the others are measured."""
    raw = {
        "version": 1,
        "summary": "",
        "cells": ["gru", "convlstm2d"],
        "cost": {
            "shapes": [{"steps": 5}, {"steps": 5, "frame": [1, 8, 8]}],
            "measure": ["train-step-time"],
        },
    }
    suite = check_suite(raw, "x.toml", Catalogue.present())
    by_frame = {
        trial.shape.frame: [cell.name for cell in trial.cells] for trial in cost_trials(suite)
    }
    assert by_frame == {None: ["gru"], (1, 8, 8): ["gru", "convlstm2d"]}
    (said,) = left_out(suite)
    assert said.startswith("convlstm2d is left out of train-step-time at T=5 ")
    assert said.endswith("it takes frames, and there are none at this shape")


def test_ids_of_old_cost_trials_are_what_they_were() -> None:
    """New fields at their defaults leave results valid."""
    trial = CostTrial(
        suite="s",
        suite_version=1,
        cells=COST.cells,
        measurement="train-step-time",
        shape=Shape(),
        repeats=3,
        round=0,
    )
    assert trial_id(trial) == "cost.train-step-time.T100.gru+lstm.r0.16e58c91c4af"
