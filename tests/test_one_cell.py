"""A cell that is compared with no other one is ahead of nobody."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from rnnbench.cli.summary.grid import AHEAD
from rnnbench.cli.summary.learning import learning_grid
from rnnbench.executors.running import without_run
from rnnbench.findings import Condition, Findings, find
from rnnbench.findings.headline import headline as headline_of
from rnnbench.records import CellUse, Result
from rnnbench_reports.page import front
from rnnbench_reports.page.learning_tables import scores
from tests.builders.findings import RECIPE, cost_result, learned
from tests.builders.records import learning_trial
from tests.builders.report_page import page_of, text_of

EPOCHS = {"adding": (3, 3, None), "copying": (None, None, None)}


def alone(*tasks: str) -> list[Result]:
    """One cell on these tasks: two of three seeds reach the target of the first, none another."""
    results: list[Result] = []
    for task in tasks:
        results += [learned("gru", *pair, task=task) for pair in enumerate(EPOCHS[task])]
    return results


def verdicts(condition: Condition) -> list[str]:
    """What the table of a condition says of its cells, where it says anything of all of them."""
    table = scores(condition, {})
    assert table
    titles = [column.title for column in table.columns]
    if "verdict" not in titles:
        return []
    return [row.values[titles.index("verdict")].text for row in table.rows if row.cell]


@pytest.mark.parametrize(
    ("tasks", "headline"),
    [
        (("adding",), "gru, the only cell, reached the target in 2 of 3 trainings."),
        (("copying",), "gru, the only cell, reached the target in none of 3 trainings."),
        (("adding", "copying"), "gru, the only cell, reached the target in 2 of 6 trainings."),
    ],
)
def test_the_headline_of_one_cell_says_what_it_reached(
    tasks: tuple[str, ...], headline: str
) -> None:
    """Also where others were to be trained, and none of their trials has figures."""
    findings = find(alone(*tasks))
    assert findings.headline == headline
    lost = without_run(learning_trial(cell=CellUse(name="rnn"), recipe=RECIPE), "error", "no luck")
    assert find([*alone(*tasks), lost]).headline == headline


def test_success_that_test_data_do_not_confirm_is_none_in_the_headline() -> None:
    lucky = [learned("gru", seed, 3, test=1.5, trivial=1.0) for seed in range(3)]
    assert find(lucky).headline.endswith("in none of 3 trainings.")


def test_cells_without_a_common_seed_are_not_compared() -> None:
    findings = find([learned("gru", 0, 3), learned("lstm", 1, 4)])
    assert findings.headline == "No two cells were trained at a common seed."


def test_nothing_on_the_page_or_the_terminal_calls_it_ahead(tmp_path: Path) -> None:
    """Neither its tile, nor its table, nor the mark of a table on the terminal."""
    findings: Findings = find(alone("adding", "copying"))
    words = [tile.verdict for tile in front.tiles(findings)]
    assert words == ["2 of 3 seeds at the target", "0 of 3 seeds at the target"]
    for condition in findings.conditions:
        assert not any("ahead" in text for text in verdicts(condition))
    for row in learning_grid(findings).rows:
        assert {entry.mark for entry in row.entries.values()} == {""}
    assert "ahead" not in text_of(page_of(findings, tmp_path)).partition("What to hold")[0]


def test_two_cells_are_compared() -> None:
    """What is said of one is said of no other run."""
    findings = find([*alone("adding"), *(learned("rnn", seed) for seed in range(3))])
    assert findings.headline.startswith("gru is ahead on adding.")
    (row,) = learning_grid(findings).rows
    assert row.entries["gru"].mark == AHEAD
    assert "ahead" in verdicts(findings.conditions[0])


def test_the_step_of_one_cell_is_not_the_shortest() -> None:
    """The headline has its time; over several shapes the shortest and the longest."""
    (cost,) = find([cost_result(0, 0.1)]).costs
    one = replace(cost, rows=cost.rows[:1])
    assert find([cost_result(0, 0.1)]).headline == "lstm takes the shortest step."
    assert headline_of((), (), [one]) == "A training step of gru takes 200 ms."
    longer = find([cost_result(0, 0.4)]).costs[0]
    two = (one, replace(longer, rows=longer.rows[:1]))
    assert headline_of((), (), two) == "A training step of gru takes 200 ms to 800 ms."
