"""Findings on scores against the numbers in the state: which conditions belong together, what is
told of each model, and from which state on a cell is at the target."""

import pytest
from hypothesis import given, strategies as st
from msgspec.structs import replace

from rnnbench.executors.running import without_run
from rnnbench.findings import StateSizeFinding, find
from rnnbench.findings.learning.budgets import misses_budget
from rnnbench.findings.learning.state_size_records import SizedScore, StateSizeCurve
from rnnbench.findings.stats.ranges import Range
from rnnbench.records import MetricNote
from tests.builders.findings import RECIPE
from tests.builders.sizes import CHANCE, TARGET, UNIT, curve, of_state, sized

RISING = {32: 0.3, 64: 0.7, 128: 0.95}
FLAT = {32: 0.3, 64: 0.31, 128: 0.32}


def test_conditions_that_differ_in_the_budget_of_states_are_one_finding() -> None:
    """With a curve for each cell: the numbers that results record, parameters, score, seeds."""
    results = [*curve("gru", RISING), *curve("lstm", FLAT, parameters=2000)]
    (finding,) = find(results).state_sizes
    assert (finding.task, finding.title, finding.match) == ("adding", "adding", "state")
    assert finding.conditions == tuple(f"adding, state floats {size}" for size in RISING)
    assert (finding.target, finding.trivial and finding.trivial.centre) == (TARGET, CHANCE)
    gru, lstm = finding.curves
    assert (gru.row, lstm.row) == ("gru", "lstm")
    assert [point.state_floats for point in gru.points] == [32, 64, 128]
    assert {point.parameters for point in lstm.points} == {2000}
    last = gru.points[-1].score
    assert (last.centre, last.n) == (pytest.approx(0.95), 3)
    assert (last.low, last.high) == (pytest.approx(0.94), pytest.approx(0.96))


def test_the_size_is_the_one_of_the_model_and_not_the_budget() -> None:
    """With its deviation; one that is over 2 % is a missed budget."""
    results = [*sized("gru", 100, [0.5], state=99), *sized("gru", 200, [0.6], state=206)]
    (finding,) = find(results).state_sizes
    near, far = finding.curves[0].points
    assert [(point.budget, point.state_floats) for point in (near, far)] == [(100, 99), (200, 206)]
    assert (near.off_budget, far.off_budget) == (pytest.approx(-0.01), pytest.approx(0.03))
    assert (near.misses_budget, far.misses_budget) == (False, True)


def test_a_curve_goes_from_the_smallest_state_to_the_largest() -> None:
    """Also where a larger budget gave a smaller state."""
    results = [*sized("gru", 100, [0.5], state=120), *sized("gru", 110, [0.6], state=90)]
    (finding,) = find(results).state_sizes
    assert [point.state_floats for point in finding.curves[0].points] == [90, 120]


@pytest.mark.parametrize(
    ("budgets", "states", "found"),
    [((32, 64), (32, 64), True), ((32,), (32,), False), ((32, 33), (32, 32), False)],
    ids=["two states", "one budget", "one state at two budgets"],
)
def test_a_finding_takes_states_of_several_sizes(
    budgets: tuple[int, ...], states: tuple[int, ...], found: bool
) -> None:
    """Of some cell: several budgets alone are none."""
    results = []
    for budget, state in zip(budgets, states, strict=True):
        results += sized("gru", budget, [0.5], state=state)
    assert bool(find(results).state_sizes) is found


def test_budgets_of_parameters_and_hidden_sizes_give_states_of_several_sizes_too() -> None:
    """Each way to match is a finding of its own, as what is equal between cells differs."""
    by_parameters = replace(RECIPE, match="parameters", parameters=1000)
    by_hidden = replace(RECIPE, match="hidden", hidden_size=10)
    results = []
    for times in (1, 2):
        wider = replace(by_parameters, parameters=1000 * times)
        larger = replace(by_hidden, hidden_size=10 * times)
        results += sized("gru", 1000 * times, [0.5], state=20 * times, recipe=wider)
        results += sized("gru", 10 * times, [0.5], state=30 * times, recipe=larger)
        results += sized("gru", 40 * times, [0.5])
    found = {finding.match: finding for finding in find(results).state_sizes}
    states = {
        match: [point.state_floats for point in finding.curves[0].points]
        for match, finding in found.items()
    }
    assert states == {"parameters": [20, 40], "hidden": [30, 60], "state": [40, 80]}
    assert [point.budget for point in found["parameters"].curves[0].points] == [1000, 2000]


def test_what_differs_in_more_than_the_size_is_apart() -> None:
    """Another horizon, other dials, another backbone; titles say which."""
    residual = replace(of_state(64), backbone="residual")
    settings = [{"dials": {"horizon": horizon}} for horizon in (10, 20)]
    results = []
    for setting in settings:
        results += curve("gru", {32: 0.3, 64: 0.7}, **setting)
    results += sized("gru", 64, [0.5], recipe=residual, dials={"horizon": 10})
    titles = [finding.title for finding in find(results).state_sizes]
    assert titles == ["adding, horizon 10", "adding, horizon 20"]


def test_a_model_without_figures_has_no_point() -> None:
    """And its cell keeps those that it has; a cell without any has no curve."""
    lost = [without_run(result.trial, "error", "no luck") for result in curve("rnn", RISING)]
    gone = without_run(sized("lstm", 64, [0.5])[0].trial, "out-of-memory", "too large")
    results = [*curve("gru", RISING), *sized("lstm", 32, [0.5]), gone, *lost]
    (finding,) = find(results).state_sizes
    sizes = {one.row: [point.state_floats for point in one.points] for one in finding.curves}
    assert sizes == {"gru": [32, 64, 128], "lstm": [32]}


def test_a_model_without_a_state_has_no_point() -> None:
    """On a logarithmic axis there is no place for nothing."""
    results = [*curve("gru", RISING), *sized("none", 32, [0.5], state=0)]
    (finding,) = find(results).state_sizes
    assert [one.row for one in finding.curves] == ["gru"]


def test_the_answer_names_the_states_from_which_on_cells_are_at_the_target() -> None:
    """A larger state that is not at the target counts against a smaller one that is."""
    dented = {32: 0.92, 64: 0.91, 128: 0.5, 256: 0.99}
    results = [*curve("a", {**RISING, 256: 0.97}), *curve("b", dented), *curve("c", FLAT)]
    (finding,) = find(results).state_sizes
    assert [finding.needed(one) for one in finding.curves] == [128, 256, None]
    assert finding.answer == (
        "The median test accuracy is at the target (0.9) from 128 numbers in the state on for a,"
        " from 256 numbers on for b; for c it is not."
    )
    (finding,) = find(curve("c", FLAT)).state_sizes
    assert finding.answer == (
        "With no state that was tried is the median test accuracy of a cell at the target (0.9)."
    )


scores = st.lists(st.floats(0, 1), min_size=1, max_size=6)


@given(scores, st.sampled_from(["higher", "lower"]))
def test_from_the_needed_state_on_no_score_misses_the_target(
    medians: list[float], direction: str
) -> None:
    """And the state below it does, where there is one: by a plain count from the right."""
    metric = MetricNote("score", UNIT, direction)  # type: ignore[arg-type]
    points = tuple(point(2**place, score) for place, score in enumerate(medians))
    finding = StateSizeFinding(
        task="t",
        title="t",
        conditions=(),
        match="state",
        metric=metric,
        target=0.5,
        trivial=None,
        trivial_forecast="",
        curves=(),
    )
    reached = [score >= 0.5 if direction == "higher" else score <= 0.5 for score in medians]
    expected = None
    for place in range(len(medians)):
        if all(reached[place:]):
            expected = 2**place
            break
    assert finding.needed(StateSizeCurve(row="a", points=points)) == expected


def point(state: int, score: float) -> SizedScore:
    return SizedScore(
        condition="t",
        budget=state,
        state_floats=state,
        parameters=1,
        off_budget=0.0,
        solved=0,
        seeds=1,
        score=Range(score, score, score, 1),
    )


@pytest.mark.parametrize(
    ("size", "budget", "missed"),
    [(1020, 1000, False), (980, 1000, False), (1021, 1000, True), (979, 1000, True)],
)
def test_a_budget_is_missed_above_two_per_cent(size: int, budget: int, missed: bool) -> None:
    """Either way; two per cent are none, however the machine rounds them."""
    assert misses_budget(size / budget - 1) is missed
    assert not misses_budget(None)
