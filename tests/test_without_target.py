"""Conditions without a target: test scores decide, and nothing is said of solving."""

import re
from collections.abc import Iterator, Sequence
from itertools import product
from pathlib import Path

import msgspec
import numpy as np
import pytest
from msgspec.structs import replace

from rnnbench.cli.progress import outcome_of
from rnnbench.cli.summary.grid import AHEAD, LEADS, WORSE
from rnnbench.cli.summary.learning import learning_grid
from rnnbench.compare.figures import learning_figures
from rnnbench.compare.judging import judge
from rnnbench.findings import Findings, between_runs, find
from rnnbench.findings.learning.losses import scale_of, score_losses
from rnnbench.findings.learning.pairing import SCORE_MARGIN
from rnnbench.findings.learning.summary import Goal
from rnnbench.history.gathering import gathered
from rnnbench.records import LearningTrial, MetricNote, Recipe, Result, contradiction
from rnnbench.tables import TRIALS
from rnnbench_reports.exported import exported
from rnnbench_reports.page.front import heat_maps
from rnnbench_reports.page.learning_tables import scores
from rnnbench_reports.paper_tables import paper_tables
from tests.builders.findings import RECIPE, learned, only
from tests.builders.report_page import page_of

SEEDS = range(12)
SHORT = replace(RECIPE, epochs=2)
TARGET_WORDS = r"target|solved|unsolved|reach"


def scored(cell: str, scores: Sequence[float], **settings: object) -> Iterator[Result]:
    for seed, score in enumerate(scores):
        yield learned(cell, seed, None, score, **{"target": None, "recipe": SHORT, **settings})


def noise(seed: int) -> np.ndarray:
    return 0.02 * np.random.default_rng(seed).normal(size=len(SEEDS))


def two_cells(**settings: object) -> list[Result]:
    """Results of two cells, of which one is better by 0.1 in every seed, nearly."""
    return [
        *scored("gru", 0.4 + noise(0), **settings),
        *scored("lstm", 0.5 + noise(1), **settings),
    ]


@pytest.fixture(scope="module")
def findings() -> Findings:
    return find(two_cells())


def test_cells_are_ranked_by_their_test_scores(findings: Findings) -> None:
    """Paired over seeds, with a verdict; there are no epochs to target, solve rates or ratios."""
    (condition,) = findings.conditions
    assert (condition.figure, condition.target, condition.leader) == ("mse", None, "gru")
    (comparison,) = condition.comparisons
    assert (comparison.answer, comparison.pairs) == ("better", len(SEEDS))
    assert comparison.effect
    assert comparison.effect.low < 0.1 < comparison.effect.high
    for arm in condition.arms:
        assert (arm.solve_rate, arm.epochs, arm.reached, arm.solved) == (None, None, (), 0)
    assert not condition.ratios
    assert not findings.spans


def test_sentences_say_nothing_of_a_target(findings: Findings) -> None:
    (condition,) = findings.conditions
    sentences = [findings.headline, condition.answer, condition.sure]
    assert not re.search(TARGET_WORDS, " ".join(sentences))
    assert condition.answer.startswith("gru leads. gru has test mse 0.4")
    assert not [doubt for doubt in findings.caveats if re.search("target|unsolved", doubt)]
    with_target = only(two_cells(target=0.1))
    assert "No cell reaches mse ≤ 0.1" in with_target.answer


def test_the_margin_is_a_part_of_what_the_best_cell_gains() -> None:
    """With a target, of the way to it; where no cell beats the trivial forecast, of the scores."""
    mse = MetricNote("mse", "", "lower")
    figures = {"gru": [{0: learned("gru", 0, test=0.4).learning}]}
    losses = score_losses(figures)
    for target, trivial, way in ((None, 1.0, 0.6), (0.1, 1.0, 0.9), (None, 0.3, 0.4)):
        goal = Goal(mse, target, trivial, "always one")
        assert scale_of(goal, (), losses, 20).margin == pytest.approx(SCORE_MARGIN * way)


def test_a_budget_that_ends_while_scores_improve_is_a_caveat() -> None:
    """Only where there is no target, which would say that a score is good enough."""

    def caveats(**settings: object) -> list[str]:
        found = find(two_cells(**settings)).caveats
        return [caveat for caveat in found if "still improving" in caveat]

    (caveat,) = caveats()
    assert "in epoch 2, the last of the budget (seeds: gru in 12 of 12 and lstm in 12" in caveat
    assert not caveats(recipe=replace(SHORT, epochs=3))
    assert not caveats(best=1)
    assert not caveats(target=0.1)


def test_where_a_task_lost_its_target_all_are_compared_by_score() -> None:
    """Results from before the task was changed have a target and epochs to it."""
    before = [learned("gru", seed, 1, 0.4, recipe=SHORT) for seed in SEEDS]
    condition = only([*before, *scored("lstm", 0.5 + noise(1))])
    assert (condition.target, condition.figure, condition.leader) == (None, "mse", "gru")
    assert [arm.solved for arm in condition.arms] == [0, 0]


def test_such_tasks_have_no_spans_and_no_part_across_tasks() -> None:
    """Aggregates take shares of the way to a target, and name what they leave out."""
    results = []
    for horizon in (5, 10):
        results += two_cells(task="recall-first", dials={"horizon": horizon})
    assert not find(results).spans
    with_targets = [
        learned(cell, seed, 1, 0.2, task=task, recipe=SHORT)
        for task, cell, seed in product(("adding", "adding-anywhere"), ("gru", "lstm"), SEEDS)
    ]
    found = find([*with_targets, *two_cells(task="recall-first")])
    (capacity,) = [aspect for aspect in found.across if aspect.name == "capacity"]
    assert capacity.rows
    assert capacity.left_out == {"recall-first": "it needs a target, and there is none"}
    assert (
        "Across tasks, capacity is without recall-first: it needs a target, and there is none."
        in found.caveats
    )
    alone = find(results).across[0]
    assert alone.absent == "no condition has a score: it needs a target, and there is none"


def test_the_search_has_no_epochs_to_target() -> None:
    recipe = Recipe(tune=True, search="race", learning_rates=(0.01, 0.1), epochs=2)
    results = []
    for rate, worse in ((0.01, 0.0), (0.1, 0.3)):
        scores = (0.4 + worse + noise(0))[:7]
        results += scored("gru", scores, recipe=recipe, learning_rate=rate)
    (arm,) = only(results).arms
    assert arm.search
    assert (arm.learning_rate, arm.rates_left) == (0.01, (0.01,))
    assert [rate.epochs for rate in arm.search.rates] == [None, None]


def test_two_runs_are_compared_by_score() -> None:
    """The way, of which a gate tolerates a part, is that of BASE from the trivial forecast."""
    base = list(scored("gru", 0.4 + noise(0)))
    head = list(scored("gru", 0.5 + noise(1)))
    (found,) = between_runs(base, head)
    assert (found.figure, found.learned) == ("mse", "worse")
    assert found.way == pytest.approx(1 - found.base)


def test_a_gate_sees_that_a_target_went() -> None:
    with_target, without = (
        {figure.name: figure for figure in learning_figures(result.learning) if result.learning}
        for result in (learned("gru", 0), learned("gru", 0, target=None))
        if result.learning
    )
    assert "epochs to target" in with_target
    assert "epochs to target" not in without
    assert judge([with_target["target"]], [without["target"]], 0.0).verdict == "changed"
    assert judge([without["target"]], [without["target"]], 0.0).verdict == "same"


def test_a_history_keeps_scores_alone() -> None:
    figures = {one.series.figure for one in gathered(scored("gru", [0.4, 0.5]), "c")}
    assert "mse, over seeds" in figures
    assert not [figure for figure in figures if "target" in figure and figure != "target"]


def test_epochs_to_no_target_are_a_contradiction() -> None:
    assert not contradiction(learned("gru", 0, None, target=None))
    said = contradiction(learned("gru", 0, 2, target=None))
    assert said == "it has no target, and reached it in epoch 2"


def test_a_result_without_a_target_is_read_as_it_was_written() -> None:
    result = learned("gru", 0, None, target=None)
    assert msgspec.json.decode(msgspec.json.encode(result), type=Result) == result


def test_the_table_of_trials_leaves_the_target_empty() -> None:
    (line,) = TRIALS.lines(learned("gru", 0, None, target=None))
    assert (line["target"], line["epochs_to_target"], line["score"]) == (None, None, 0.5)
    assert line["reason"] == "epochs_to_target: the task has no target"


def test_the_terminal_shows_scores_alone(findings: Findings) -> None:
    grid = learning_grid(findings)
    assert [level.headings for level in grid.levels] == [("",), ("",)]
    (row,) = grid.rows
    parts = {cell: (entry.mark, entry.parts[0][0]) for cell, entry in row.entries.items()}
    assert parts.keys() == {"gru", "lstm"}
    assert parts["gru"][0] in (LEADS, AHEAD)
    assert parts["lstm"][0] == WORSE
    assert row.by == ("mse", "")
    mixed = find([*two_cells(), *two_cells(task="recall-first", target=0.1)])
    rows = {row.title: row for row in learning_grid(mixed).rows}
    assert rows["adding"].entries["gru"].parts[0][:2] == ("", "")
    assert rows["recall-first"].entries["gru"].parts[0][:2] == ("0/12", ">2")


def test_the_line_of_a_trial_names_its_best_epoch() -> None:
    result = learned("gru", 0, None, 0.5, target=None, best=1)
    assert outcome_of(result) == "mse 0.5, best in epoch 1 of 2"
    assert outcome_of(learned("gru", 0, None, 0.5)) == "mse 0.5, target not reached"


def test_the_page_shows_scores_alone(findings: Findings, tmp_path: Path) -> None:
    page = page_of(findings, tmp_path)
    for name in ("epochs-to-target-adding", "not-yet-at-target-adding", "thresholds-adding"):
        assert name not in page
    (condition,) = findings.conditions
    table = scores(condition, {})
    assert table
    names = [column.title for column in table.columns]
    assert names == ["cell", "verdict", "seeds", "test mse ↓"]  # and none whose values are equal
    assert {len(row.values) for row in table.rows} == {len(names)}
    assert [row.values[2].text for row in table.rows] == ["12", "12", ""]
    assert ": each training lasts for the whole <" in page  # budget, a word of the glossary


def test_the_heat_map_goes_from_the_trivial_forecast_to_the_best_cell() -> None:
    def shades(*given: float) -> list[int | None]:
        cells = "abc"[: len(given)]
        results = [
            learned(cell, 0, None, score, target=None)
            for cell, score in zip(cells, given, strict=True)
        ]
        (found,) = heat_maps(find(results))
        return [square.shade for _, (square,) in sorted(found.rows)]

    assert shades(0.1, 0.55, 1.0) == [9, 4, 0]
    assert shades(1.5, 2.0) == [0, 0]
    (found,) = heat_maps(find(two_cells()))
    assert found.note.startswith("Without a target")


def test_a_paper_and_trackers_get_scores_alone(findings: Findings) -> None:
    (table,) = paper_tables(findings)
    assert table.heading == ("condition", "cell", "test score", "parameters")
    assert [len(row) for row in table.groups[0]] == [4, 4]
    assert table.groups[0][0][0] == "adding (mse, lower is better)"
    assert table.note.startswith("Test score: median over seeds.")
    assert {one.figure for one in exported(findings)} == {"test mse"}


def test_results_name_their_trials_as_before() -> None:
    """A trial of a task whose target is no dial has no key for it."""
    trial = learned("gru", 0, None, target=None).trial
    assert isinstance(trial, LearningTrial)
    assert "target" not in trial.dials
