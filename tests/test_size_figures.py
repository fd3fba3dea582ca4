"""Figures and tables of scores against the numbers in the state, and on longer sequences: what is
drawn is what results record, and a missed budget is told wherever a model is."""

from pathlib import Path
from typing import Any

import pytest
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from msgspec.structs import replace

from rnnbench.cli.summary import print_answers
from rnnbench.findings import Findings, find
from rnnbench.records import MetricNote, Result
from rnnbench_reports.card_rows import learned as of_card, size_row
from rnnbench_reports.figures import cells_of, draw
from rnnbench_reports.length_figures import scored_lengths
from rnnbench_reports.page import size_tables
from rnnbench_reports.page.learning_tables import scores
from rnnbench_reports.panel import OF_CELL, Drawn
from rnnbench_reports.paper_tables import paper_tables
from tests.builders.findings import learned
from tests.builders.report_page import Elements, page_of, text_of
from tests.builders.sizes import CHANCE, TARGET, curve, lengths, sized, with_scores

STATE = "score-against-state-adding"
LENGTH = "score-against-length-adding"
RISING = {32: 0.3, 64: 0.7, 128: 0.95}
SIZED = [*curve("gru", RISING), *curve("lstm", {32: 0.5, 64: 0.6, 128: 0.7})]
LONGER = [
    *lengths("gru", {"2x": 0.9, "4x": 0.5, "10x": 0.3}),
    *lengths("lstm", {"2x": 1.0, "4x": 1.0, "10x": 0.9}),
]


def figure(results: list[Result], name: str) -> Drawn:
    """The only figure of this name."""
    findings = find(results)
    (drawn,) = [one for one in draw(findings, cells_of(findings)) if one.name == name]
    return drawn


def axis_of(drawn: Drawn) -> Axes:
    return drawn.panels[0].figure.axes[0]


def parts_of(drawn: Drawn, row: str) -> list[Any]:
    """The parts of the first panel that show a cell."""
    artists = axis_of(drawn).get_children()
    return [one for one in artists if (one.get_gid() or "").startswith(f"{OF_CELL}{row}|")]


def says(part: Any) -> str:
    return str(part.get_gid()).split("|", 2)[2]


def lines_of(drawn: Drawn, row: str) -> list[Line2D]:
    """The line of a cell, and then each of its marks."""
    return [part for part in parts_of(drawn, row) if isinstance(part, Line2D) and says(part)]


def levels(drawn: Drawn) -> set[float]:
    """The heights of lines across the whole axis."""
    lines = [line for line in axis_of(drawn).lines if not line.get_gid()]
    return {float(line.get_ydata()[0]) for line in lines}  # type: ignore[index]


@pytest.mark.draws
def test_a_line_leads_through_the_states_that_results_record() -> None:
    """Over a logarithmic axis to the base of 2, with a mark at each size, the target and chance;
    one who points sees state, parameters, score, range and n."""
    drawn = figure(SIZED, STATE)
    axis = axis_of(drawn)
    line, *marks = lines_of(drawn, "gru")
    assert len(marks) == 3
    shift = float(line.get_xdata()[0]) / 32  # type: ignore[index]
    assert 0.97 < shift < 1.03
    assert list(line.get_xdata()) == pytest.approx([shift * state for state in RISING])  # type: ignore[arg-type]
    assert list(line.get_ydata()) == pytest.approx(list(RISING.values()))  # type: ignore[arg-type]
    assert says(line).split("⏎") == [says(mark) for mark in marks]
    assert says(marks[1]) == (
        "gru, 64 numbers in the state, 1,000 parameters: 0.7 [0.69 to 0.71], n = 3"
    )
    assert axis.get_xscale() == "log"
    assert axis.get_ylim() == (-0.02, 1.02)
    assert [tick.get_text() for tick in axis.get_xticklabels()] == ["32", "64", "128"]
    assert levels(drawn) >= {TARGET, CHANCE}
    assert drawn.caption.startswith("Median test score, with the range over 3 seeds, against the")
    assert "hollow" not in drawn.caption


@pytest.mark.draws
def test_a_model_off_its_budget_is_hollow_and_says_by_how_much() -> None:
    """Where it stands is its own size."""
    drawn = figure([*SIZED, *sized("mlstm", 64, [0.5], state=69)], STATE)
    line, mark = lines_of(drawn, "mlstm")
    assert float(mark.get_xdata()[0]) == pytest.approx(69, rel=0.03)  # type: ignore[index]
    assert mark.get_markerfacecolor() == "white"
    assert "69 numbers in the state, 1,000 parameters (+7.8 % from the budget)" in says(line)
    assert not any(one.get_markerfacecolor() == "white" for one in lines_of(drawn, "gru")[1:])
    assert "A hollow mark is a model that misses its budget by over 2 %" in drawn.caption
    assert "over 1 to 3 seeds" in drawn.caption


@pytest.mark.draws
def test_of_more_than_eight_cells_the_others_are_grey_lines() -> None:
    """Without marks and names, as in each other figure."""
    results = [*SIZED]
    for place in range(9):
        results += curve(f"cell-{place}", {32: 0.3, 64: 0.4})
    drawn = figure(results, STATE)
    featured = drawn.panels[0].featured
    assert len(featured) <= 8
    assert {"gru", "lstm"} <= featured
    behind = next(f"cell-{place}" for place in range(9) if f"cell-{place}" not in featured)
    assert len(parts_of(drawn, behind)) == 1


@pytest.mark.draws
def test_a_task_without_states_of_several_sizes_or_longer_tests_has_no_such_figure() -> None:
    """Nor has one whose scores on longer sequences are absent."""
    findings = find([learned("gru", 0), learned("lstm", 0)])
    names = [drawn.name for drawn in draw(findings, cells_of(findings))]
    assert "learning-curves-adding" in names
    assert not {STATE, LENGTH} & set(names)
    result = with_scores("gru", 0, {"accuracy": 0.5}, {})
    assert result.learning
    longer = MetricNote("accuracy@2x", "", "higher")
    absent = replace(result.learning, metrics=(*result.learning.metrics, longer))
    findings = find([replace(result, learning=absent)])
    assert LENGTH not in [drawn.name for drawn in draw(findings, cells_of(findings))]


@pytest.mark.draws
def test_scores_on_longer_sequences_stand_at_the_multiples_of_the_training_length() -> None:
    """With the task's own test at once that length, where there is no other."""
    drawn = figure(LONGER, LENGTH)
    line, *marks = lines_of(drawn, "gru")
    shift = float(line.get_xdata()[0])  # type: ignore[index]
    assert list(line.get_xdata()) == pytest.approx([shift * n for n in (1, 2, 4, 10)])  # type: ignore[arg-type]
    assert list(line.get_ydata()) == pytest.approx([1.0, 0.9, 0.5, 0.3])  # type: ignore[arg-type]
    assert says(marks[2]) == "gru, 4x the training length: 0.5, n = 3"
    ticks = [tick.get_text() for tick in axis_of(drawn).get_xticklabels()]
    assert ticks == ["1x", "2x", "4x", "10x"]
    assert levels(drawn) >= {TARGET, CHANCE}
    alone = figure([one for one in LONGER if one.trial.seed == 0], LENGTH)  # type: ignore[union-attr]
    assert alone.caption.startswith("Test score of 1 seed, on sequences of so many times the")


@pytest.mark.draws
def test_chance_that_differs_by_length_is_a_line_of_its_own() -> None:
    """Through the score of the trivial forecast at each length."""
    chances = {"accuracy": 0.5, "accuracy@2x": 0.25, "accuracy@4x": 0.125}
    results = [with_scores("gru", 0, dict.fromkeys(chances, 0.9), chances)]
    axis = axis_of(figure(results, LENGTH))
    dotted = [line for line in axis.lines if line.get_linestyle() == ":"]
    assert [list(line.get_ydata()) for line in dotted] == [[0.5, 0.25, 0.125]]  # type: ignore[arg-type]
    assert "trivial" in [text.get_text() for text in axis.texts]


def test_the_own_test_gives_way_to_one_at_exactly_the_training_length() -> None:
    """And settings that are no multiples, or of another metric, are left out."""
    names = ("accuracy", "accuracy@1x", "accuracy@2x", "accuracy@short", "error@2x", "error")
    results = [with_scores("gru", 0, dict.fromkeys(names, 0.5), {})]
    (condition,) = find(results).conditions
    assert scored_lengths(condition) == {1.0: "accuracy@1x", 2.0: "accuracy@2x"}
    alone = [with_scores("gru", 0, {"accuracy": 0.5, "accuracy@1x": 0.5}, {})]
    assert scored_lengths(find(alone).conditions[0]) == {}


@pytest.mark.parametrize(
    ("name", "times"),
    [("a@2x", 2.0), ("a@1.5x", 1.5), ("a", None), ("a@x", None), ("a@2xs", None), ("2x", None)],
)
def test_a_setting_says_how_many_times_as_long_it_is(name: str, times: float | None) -> None:
    """By its name alone."""
    assert MetricNote(name, "", "higher").times == times


def text_of_row(table: Any, cell: str) -> list[str]:
    (row,) = [row for row in table.rows if row.cell == cell]
    return [value.text for value in row.values]


def test_the_table_has_a_column_for_each_budget_and_tells_who_misses_it() -> None:
    """The cell that is at the target with the smallest state comes first; a size that a cell was
    not run with is a dash."""
    results = [*SIZED, *sized("mlstm", 64, [0.95], state=69)]
    (finding,) = find(results).state_sizes
    table = size_tables.scores_by_state(finding)
    assert table
    titles = [column.title for column in table.columns]
    assert titles == ["cell", "at the target from", "state 32", "state 64", "state 128"]
    assert [row.cell for row in table.rows] == ["mlstm", "gru", "lstm", ""]
    assert [value.text for value in table.rows[-1].values] == ["always one", "", *["0.25"] * 3]
    assert text_of_row(table, "mlstm") == ["mlstm", "69", "-", "0.95 (+7.8 %)", "-"]
    assert text_of_row(table, "gru")[1:3] == ["128", "0.3 [0.29 to 0.31]"]
    assert text_of_row(table, "lstm")[1] == "-"
    assert "where that is over 2 %" in table.note
    models = size_tables.models_by_state(finding)
    assert models
    (first, *_) = [row for row in models.rows if row.cell == "mlstm"]
    assert [value.text for value in first.values] == [
        *("mlstm", "64", "69", "1,000", "+7.8 %", "0 of 1", "0.95")
    ]


def test_the_table_of_lengths_has_the_sizes_of_models_and_chance() -> None:
    """Its scores stand in no other table."""
    (condition,) = find(LONGER).conditions
    table = size_tables.scores_by_length(condition)
    assert table
    assert [column.title for column in table.columns] == ["cell", "1x", "2x", "4x", "10x"]
    assert "parameters: 1,000; state: 10" in table.note
    assert text_of_row(table, "gru")[1:] == ["1", "0.9", "0.5", "0.3"]
    assert [value.text for value in table.rows[-1].values][1:] == ["0.25"] * 4
    models = size_tables.models(condition)
    assert models
    assert not any("accuracy" in column.title for column in models.columns)


@pytest.mark.draws
def test_the_page_has_both_figures_with_their_tables(tmp_path: Path) -> None:
    """The answer leads to figure and table; ids are one of a kind."""
    page = page_of(find(SIZED), tmp_path / "sizes")
    elements = Elements(page)
    ids = elements.values("id")
    assert {STATE, "states-adding", "state-size-adding", "models-by-state-adding"} <= set(ids)
    assert len(ids) == len(set(ids))
    assert {STATE, "states-adding"} <= elements.targets
    assert "is at the target (0.9) from 128 numbers in the state on for gru" in text_of(page)
    longer = Elements(page_of(find(LONGER), tmp_path / "lengths")).values("id")
    assert {LENGTH, "lengths-adding"} <= set(longer)


OFF = [*curve("gru", {64: 0.5}), *sized("mlstm", 64, [0.5, 0.5, 0.5], state=69)]


def test_every_row_says_by_how_much_its_model_misses_the_budget(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """On the page, in the tables of a paper, on the card of the cell, on the terminal, and in a
    caveat; nowhere for a model that meets it."""
    findings: Findings = find(OFF)
    (condition,) = findings.conditions
    table = scores(condition, {})
    assert table
    places = [column.title for column in table.columns]
    assert text_of_row(table, "mlstm")[places.index("state")] == "69 (+7.8 %)"
    assert text_of_row(table, "gru")[places.index("state")] == "64"
    (paper,) = [table for table in paper_tables(findings) if table.name == "scores"]
    assert paper.note.endswith(" Off the budget by over 2 %: adding, mlstm +7.8 %.")
    (card,) = of_card(findings, {"mlstm"})
    assert size_row(card)[3] == "69 (+7.8 % from the budget)"
    (met,) = of_card(findings, {"gru"})
    assert size_row(met)[3] == "64"
    said = "adding: the budget of 64 numbers in the state is missed by over 2 % (mlstm 69, +7.8 %)."
    assert said in findings.caveats
    print_answers(findings)
    assert "Off the budget by over 2 %, at most by: mlstm +7.8 %." in capsys.readouterr().out
    print_answers(find(curve("gru", {64: 0.5})))
    assert "budget" not in capsys.readouterr().out


def test_a_paper_gets_a_table_of_scores_by_state() -> None:
    """A row for each model, with what it is off its budget."""
    (table,) = [table for table in paper_tables(find(SIZED)) if table.name == "states"]
    title, row, state, parameters, off, score = table.groups[0][1]
    assert (title, row, state, parameters, off) == ("adding (accuracy)", "gru", 64, 1000, "0 %")
    assert getattr(score, "centre", None) == pytest.approx(0.7)
