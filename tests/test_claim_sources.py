"""How a claim is shown: learning rates and their search, the results it rests on, caveats, and the
forest plot."""

import csv
from itertools import chain, combinations
from pathlib import Path
from typing import Any

import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text
from msgspec.structs import replace

from rnnbench.findings import Findings, find
from rnnbench.plan import known, plan
from rnnbench.records import LearningTrial, Result, Suite, Surroundings, trial_id
from rnnbench_reports.claim_forest import forest
from rnnbench_reports.claim_panels import MARKERS
from rnnbench_reports.claim_scales import kind_of
from rnnbench_reports.claims_page import CAVEATS, PAGE, TABLE, render
from tests.builders.claims import BUDGET, claim, learned, noisy, run, suite

RATES = (0.001, 0.003, 0.01)
SLOWER = {
    "gru": dict(zip(RATES, (2.0, 2.0, 1.0), strict=True)),
    "lstm": dict(zip(RATES, (2.0, 1.0, 1.1), strict=True)),
}
"""By how much each cell takes longer at each rate."""
CENTRES = {"gru": 8, "lstm": 16}
LABEL = "adding, horizon 20"


def searching(**recipe: Any) -> Suite:
    """A suite whose rates are searched."""
    keys = {"epochs": BUDGET, "steps_per_epoch": 10, "learning_rates": list(RATES), **recipe}
    return suite(claim(), recipe=keys)


def found_at_rates(whole: Suite) -> Findings:
    """Results in which .01 is best for a GRU, and .003 for an LSTM."""
    index = {}
    results = []
    while trials := plan(whole, index, ()):
        for trial in trials:
            assert isinstance(trial, LearningTrial)
            row = trial.cell.row
            rate = trial.learning_rate
            slower = SLOWER[row][rate]
            results.append(
                learned(trial, min(BUDGET, round(CENTRES[row] * slower) + trial.seed % 2))
            )
            index[trial_id(trial)] = known(results[-1])
    return find(results, whole.claims)


def test_a_condition_names_the_rates_that_its_cells_got_and_how() -> None:
    """By tuning seeds one for each cell; by a race those that it left, the best first; without a
    search the recipe's."""
    for recipe, rates, said in (
        (
            {"search": "tuning-seeds", "tuning_seeds": 1},
            ((0.01,), (0.003,)),
            "the best of 0.001, 0.003 and 0.01 on 1 tuning seed",
        ),
        (
            {"search": "race", "lowest_rate": 0.001, "highest_rate": 0.01},
            ((0.01,), (0.003,)),
            "a race of 0.001, 0.003 and 0.01, in which worse ones are given up from 3 seeds on",
        ),
        ({"tune": False, "learning_rate": 0.01}, ((0.01,), (0.01,)), "fixed by the recipe"),
    ):
        judged = found_at_rates(searching(**recipe)).claims[0].readings[0].judged[0]
        assert [(side.cell, set(side.rates), side.search) for side in judged.rates] == [
            ("gru", set(rates[0]), said),
            ("lstm", set(rates[1]), said),
        ]
        assert [side.rates[0] for side in judged.rates] == [rates[0][0], rates[1][0]]


def test_the_table_has_each_result_with_its_cell_seed_and_rate(tmp_path: Path) -> None:
    """Ids are there and not on the page, which links to it."""
    findings = found_at_rates(searching(search="tuning-seeds", tuning_seeds=1))
    render(findings, tmp_path)
    with (tmp_path / TABLE).open() as table:
        rows = list(csv.DictReader(table))
    judged = findings.claims[0].readings[0].judged[0]
    assert [row["trial"] for row in rows if row["cell"] == "gru"] == list(judged.trials[0::2])
    assert [row["trial"] for row in rows if row["cell"] == "lstm"] == list(judged.trials[1::2])
    assert {(row["cell"], row["rate"]) for row in rows} == {("gru", "0.01"), ("lstm", "0.003")}
    assert [int(row["seed"]) for row in rows if row["cell"] == "gru"] == list(range(10))
    assert {(row["claim"], row["condition"]) for row in rows} == {("some-claim", LABEL)}
    page = (tmp_path / PAGE).read_text()
    assert f"[{TABLE}]({TABLE})" in page
    assert not any(trial in page for trial in judged.trials)
    assert f"[{CAVEATS}]({CAVEATS})" in page
    rests_on = (tmp_path / CAVEATS).read_text()
    assert "gru 0.01; lstm 0.003" in rests_on
    drawn = forest(findings.claims)
    assert drawn is not None
    assert f"](claims-forest.svg)\n\n{drawn.caption}\n" in page
    assert (
        "Learning rates: the best of 0.001, 0.003 and 0.01 on 1 tuning seed, for each cell by"
        " itself." in rests_on
    )


def test_the_table_has_the_replicates_of_a_measurement_in_a_column_of_their_own(
    tmp_path: Path,
) -> None:
    """A measurement of cost has no seed, and a training no replicate."""
    whole = suite(claim(figure="peak-memory", shapes=[{"steps": 5}]), claim() | {"name": "other"})
    render(
        find(run(whole, noisy(gru=8, lstm=16), costs={"gru": 3.0, "lstm": 4.0}), whole.claims),
        tmp_path,
    )
    with (tmp_path / TABLE).open() as table:
        rows = list(csv.DictReader(table))
    measured = [row for row in rows if row["claim"] == "some-claim"]
    trained = [row for row in rows if row["claim"] == "other"]
    assert [row["replicate"] for row in measured if row["cell"] == "gru"] == ["0", "1", "2"]
    assert {(row["seed"], row["rate"]) for row in measured} == {("", "")}
    assert [row["seed"] for row in trained if row["cell"] == "gru"] == [
        str(seed) for seed in range(10)
    ]
    assert {row["replicate"] for row in trained} == {""}


def test_where_searches_differ_each_condition_has_its_own(tmp_path: Path) -> None:
    """A column in place of the sentence."""
    whole = claim(tasks=[{"name": "adding", "horizons": [20]}])
    fixed = {"name": "adding", "horizons": [40], "recipe": {"tune": False}}
    whole["readings"][0]["tasks"].append(fixed)
    asked = suite(
        whole,
        recipe={
            "epochs": BUDGET,
            "steps_per_epoch": 10,
            "search": "tuning-seeds",
            "tuning_seeds": 1,
        },
    )
    render(find(run(asked, noisy(gru=8, lstm=16)), asked.claims), tmp_path)
    page = (tmp_path / CAVEATS).read_text()
    assert "| learning rates | search |" in page
    assert "| fixed by the recipe |" in page
    assert "Learning rates: " not in page


def test_doubts_of_a_claim_are_those_of_its_own_trainings() -> None:
    """One seed chose the rates, that of the GRU lies at the edge; what a cell of another claim got
    is not told."""
    other = {**claim(cells=["rnn", "irnn"], at_most=2.0), "name": "other"}
    keys = {
        "epochs": BUDGET,
        "steps_per_epoch": 10,
        "learning_rates": list(RATES),
        "search": "tuning-seeds",
        "tuning_seeds": 1,
    }
    whole = suite(claim(), other, recipe=keys)
    index = {}
    results = []
    while trials := plan(whole, index, ()):
        for trial in trials:
            assert isinstance(trial, LearningTrial)
            best = {"gru": 0.01, "lstm": 0.003}.get(trial.cell.row, 0.001)
            results.append(learned(trial, 8 if trial.learning_rate == best else 20))
            index[trial_id(trial)] = known(results[-1])
    mine, others = (found.caveats for found in find(results, whole.claims).claims)
    assert (
        f"{LABEL}: gru has its learning rate of 0.01 from the edge of the grid. A better rate of"
        " gru may lie beyond." in mine
    )
    (luck,) = [caveat for caveat in mine if "tuning seed" in caveat]
    assert luck.startswith(f"{LABEL}: one tuning seed chose the learning rate of gru and lstm. ")
    assert any(
        caveat.startswith(LABEL) and "reach the target in the same epoch" in caveat
        for caveat in mine
    )
    assert not any("rnn " in caveat or "irnn" in caveat for caveat in mine)
    assert any("irnn has its learning rate of 0.001" in caveat for caveat in others)


def test_a_doubt_on_several_conditions_is_one_sentence() -> None:
    """Named with each of them, or with all at once."""
    tasks = [{"name": "adding", "horizons": [20, 40]}]
    whole = suite(claim(tasks=tasks, shares=[1.0, 0.75]))

    def caveats(results: list[Result]) -> tuple[str, ...]:
        return find(results, whole.claims).claims[0].caveats

    everywhere = caveats(run(whole, lambda *_: None))
    assert "Under every condition: no seed of gru or lstm reaches the target." in everywhere
    assert len(everywhere) == len(set(everywhere))
    some = [_solved(r, 5) if _horizon(r) == 40 else r for r in run(whole, lambda *_: None)]
    assert f"{LABEL}: no seed of gru or lstm reaches the target." in caveats(some)


@pytest.mark.parametrize(
    ("region", "missed", "caveat"),
    [
        ({"at_most": 0.8}, 0, None),
        (
            {"at_most": 0.8},
            1,
            "quicker than lstm in the typical seed. Yet gru misses the target in 1 of 20 seeds, and ",
        ),
        (
            {"at_most": 0.8},
            2,
            "The mean up to the budget of gru is therefore larger than that of lstm (7.05 against"
            " 6.5 epochs).",
        ),
        (
            {"at_least": 0.8},
            2,
            "The mean up to the budget of gru is therefore larger than that of lstm (7.05 against"
            " 6.5 epochs).",
        ),
        (
            {"within": 2.5},
            2,
            "as quick as lstm in the typical seed. Yet gru misses the target in 2 of 20 seeds",
        ),
        ({"at_most": 0.8}, 4, None),
    ],
)
def test_what_all_seeds_say_against_a_decided_condition_is_a_doubt(
    region: dict[str, Any], missed: int, caveat: str | None
) -> None:
    """A cell that is half as quick again, where it gets there; not where nothing is decided."""
    whole = suite(claim(**region), seeds=20)

    def epochs(row: str, seed: int) -> int | None:
        if row == "lstm":
            return 6 + seed % 2
        return None if seed < missed else 4 + seed % 2

    (found,) = find(run(whole, epochs), whole.claims).claims
    told = [one for one in found.caveats if "in the typical seed" in one]
    assert len(told) == (caveat is not None)
    assert caveat is None or (told[0].startswith(f"{LABEL}: gru is ") and caveat in told[0])


@pytest.mark.parametrize(("metric", "doubted"), [("", True), ("mse", True), ("mse@2x", False)])
def test_a_score_at_its_ceiling_is_a_doubt_where_the_claim_reads_that_score(
    metric: str, doubted: bool
) -> None:
    """Both cells are perfect at the length they were trained on; one of them is far off at twice
    that length."""
    whole = suite(claim(figure="score", metric=metric, at_least=0.0))
    results = []
    for result in run(whole, lambda *_: 5):
        assert isinstance(result.trial, LearningTrial)
        assert result.learning
        far = 0.1 if result.trial.cell.row == "gru" else 0.0
        results.append(
            replace(result, learning=replace(result.learning, test={"mse": 0.0, "mse@2x": far}))
        )
    (found,) = find(results, whole.claims).claims
    assert found.readings[0].judged[0].effect is not None
    assert any("at its ceiling of 0" in caveat for caveat in found.caveats) == doubted


def test_cells_of_unequal_recipes_with_unequal_parameters_are_a_doubt() -> None:
    """What is compared under two budgets has two sizes."""
    large = {"name": "gru", "label": "large", "recipe": {"parameters": 40_000}}
    whole = suite(claim(cells=["gru", large]))
    results = []
    for result in run(whole, noisy(gru=8, large=16)):
        assert isinstance(result.trial, LearningTrial)
        assert result.learning
        size = result.trial.recipe.parameters
        results.append(replace(result, learning=replace(result.learning, parameters=size)))
    told = f"{LABEL}: parameters are not equal: gru has 10,000 and large has 40,000."
    assert told in find(results, whole.claims).claims[0].caveats


def _horizon(result: Result) -> object:
    assert isinstance(result.trial, LearningTrial)
    return result.trial.dials["horizon"]


def _solved(result: Result, epochs: int) -> Result:
    assert isinstance(result.trial, LearningTrial)
    return learned(result.trial, epochs)


def _drawn() -> tuple[Findings, Figure]:
    """Ratios, differences and shares, of which some hold, fail and are open, under names as long as
    there are."""
    ratio = claim(
        title=(
            "by a title of many words that says what is compared here with what, and with which of"
            " both"
        )
    )
    ratio["readings"].append(claim(at_most=0.5)["readings"][0])
    ratio["readings"].append(claim(at_most=0.2, match=["parameters", "hidden"])["readings"][0])
    score = {
        **claim(figure="score", at_least=-0.02),
        "name": "score",
        "sentence": "It is as good. " * 9,
    }
    share = {**claim(figure="solved", cells=["gru"], at_least=0.5), "name": "share"}
    whole = suite(ratio, score, share)
    findings = find(run(whole, noisy(gru=8, lstm=16)), whole.claims)
    drawn = forest(findings.claims)
    assert drawn is not None
    return findings, drawn.panels[0].figure


def test_the_forest_has_a_mark_for_each_condition() -> None:
    """By its state in shape and not in colour alone, on the axis of its kind, where its effect
    lies."""
    findings, figure = _drawn()
    wanted = []
    for reading in chain.from_iterable(found.readings for found in findings.claims):
        wanted += [(kind_of(reading), MARKERS[judged.state]) for judged in reading.judged]
    panels = dict(zip(("ratio", "difference", "multiple"), figure.axes[1:], strict=True))
    marks = []
    for name, axis in panels.items():
        drawn = [str(line.get_marker()) for line in axis.lines]
        marks += [(name, marker) for marker in drawn if marker in MARKERS.values()]
    assert sorted(marks) == sorted(wanted)
    assert len({marker for _, marker in marks}) == 3
    assert panels["ratio"].get_xscale() == "log"
    first = findings.claims[0].readings[0].judged[0].effect
    assert first is not None
    assert first.centre in [line.get_xdata()[0] for line in panels["ratio"].lines]
    assert any(patch.get_width() != 0 for patch in panels["ratio"].patches)


def test_no_words_of_the_forest_overlap_and_none_is_small() -> None:
    """Names, figures, verdicts and numbers of axes, at eight points at least."""
    _, figure = _drawn()
    figure.canvas.draw()
    words = list(chain.from_iterable(map(_texts, figure.axes)))
    assert len(words) > 20
    assert min(word.get_fontsize() for word in words) >= 8
    boxes = [(word.get_text(), word.get_window_extent()) for word in words]
    for (one, first), (other, second) in combinations(boxes, 2):
        assert not first.padded(-2).overlaps(second.padded(-2)), (one, other)
    for one, box in boxes:
        assert box.x0 >= 0, one
        assert box.x1 <= figure.bbox.x1, one


@pytest.mark.parametrize(("figure", "factors"), [("train-time", [1.15]), ("peak-memory", [])])
def test_the_forest_hatches_where_a_ratio_of_two_kinds_of_layer_decides_nothing(
    figure: str, factors: list[float]
) -> None:
    """Around the boundary for times, which is explained in the legend; nowhere for bytes."""
    whole = suite(claim(figure=figure, at_most=0.8, shapes=[{"steps": 5}]))
    results = run(whole, noisy(), costs={"gru": 0.75, "lstm": 1.0})
    drawn = forest(find(results, whole.claims).claims)
    assert drawn is not None
    canvas = drawn.panels[0].figure
    patches = [patch for patch in canvas.axes[1].patches if patch.get_hatch()]
    ends = [(patch.get_x(), patch.get_x() + patch.get_width()) for patch in patches]
    assert ends == [pytest.approx((0.8 / factor, 0.8 * factor)) for factor in factors]
    legend = [word.get_text() for word in canvas.texts]
    hatched = [words for words in legend if words.endswith("of the boundary")]
    assert hatched == [f"open within {factor - 1:.0%} of the boundary" for factor in factors]


def _texts(axis: Axes) -> list[Text]:
    return [word for word in axis.findobj(Text) if word.get_text().strip() and word.get_visible()]


@pytest.mark.parametrize(("figure", "is_moved"), [("parameters", False), ("peak-memory", True)])
def test_what_is_counted_is_not_moved_by_other_work(figure: str, is_moved: bool) -> None:
    """A caveat on a busy machine where memory is read, none where parameters are counted; neither
    has learning rates."""
    whole = suite(claim(figure=figure, shapes=[{"steps": 5}]))
    busy = Surroundings(load=None, busy_cores=1.5)
    results = [
        replace(result, surroundings=busy)
        for result in run(whole, noisy(), costs={"gru": 3.0, "lstm": 4.0})
    ]
    (found,) = find(results, whole.claims).claims
    assert [caveat.startswith("The machine was busy") for caveat in found.caveats] == [
        True
    ] * is_moved
    assert {one.rate for one in found.readings[0].judged[0].evidence} == {None}
    assert found.readings[0].judged[0].rates == ()
