"""The summary of a run on a terminal: its tables, their marks, and the lines below them."""

from collections.abc import Sequence
from itertools import product
from pathlib import Path
from unittest.mock import patch

import pytest
from msgspec.structs import replace
from rich.console import Console

from rnnbench.cli.output import cut
from rnnbench.cli.summary import print_answers
from rnnbench.cli.summary.cost import cost_grid
from rnnbench.cli.summary.fitting import lay_out
from rnnbench.cli.summary.grid import AHEAD, CONTRADICTS, EQUAL, LEADS, OPEN, WORSE, Grid
from rnnbench.cli.summary.learning import learning_grid
from rnnbench.cli.summary.lines import condition_lines
from rnnbench.cli.summary.names import shortened
from rnnbench.cli.verbosity import Verbosity
from rnnbench.findings import Comparison, Findings, LawCaveat, find
from rnnbench.records import CellUse, Result
from tests.builders.findings import (
    BUDGET,
    cost_result,
    epochs_by_seed,
    learned,
    only,
    scores_by_seed,
)
from tests.builders.gate import written
from tests.builders.inside import rnnbench_here
from tests.builders.terminal import too_wide

SEEDS = 12
ANSWERS = {
    "better": WORSE,
    "worse": CONTRADICTS,
    "equivalent": EQUAL,
    "undecided": OPEN,
    "too few seeds": "",
}


def clear() -> list[Result]:
    """Three cells: one leads, one is worse, one never gets there."""
    turns = SEEDS // 2
    solving = epochs_by_seed({"gru": [4, 5] * turns, "lstm": [9, 10] * turns}, test=0.05)
    return [*solving, *scores_by_seed({"rnn": [0.6] * SEEDS})]


def marks(grid: Grid) -> dict[str, str]:
    (row,) = [row for row in grid.rows if row.title == "adding"]
    return {cell: entry.mark for cell, entry in row.entries.items()}


def shown(grid: Grid, width: int, most_rows: int = 24) -> list[str]:
    return [line.plain for line in lay_out(grid, width, most_rows).lines()]


def test_an_entry_has_seeds_epochs_score_and_a_mark() -> None:
    """Figures are those of the findings; epochs of a cell that never gets there are beyond the
    budget."""
    findings = find(clear())
    grid = learning_grid(findings)
    assert marks(grid) == {"gru": LEADS, "lstm": WORSE, "rnn": WORSE}
    arms = {arm.row: arm for arm in findings.conditions[0].arms}
    (row,) = grid.rows
    assert row.entries["gru"].parts[0] == (f"{SEEDS}/{SEEDS}", "4.5", "0.05")
    assert arms["gru"].epochs is not None
    assert arms["gru"].epochs.centre == 4.5
    assert row.entries["rnn"].parts[0] == (f"0/{SEEDS}", f">{BUDGET}", "0.6")
    assert grid.cells == ("gru", "lstm", "rnn")


def test_without_a_verdict_the_first_cell_is_ahead_and_no_other_has_a_mark() -> None:
    """Three seeds carry none, which one line says of all conditions."""
    few = [result for result in clear() if result.trial.seed < 3]  # type: ignore[union-attr]
    findings = find(few)
    assert marks(learning_grid(findings)) == {"gru": AHEAD, "lstm": "", "rnn": ""}
    assert list(condition_lines(findings.conditions, 80)) == [
        "No verdict under 1 of 1 condition: 3 seeds carry none (8 can)."
    ]


@pytest.mark.parametrize(("answer", "mark"), ANSWERS.items())
def test_each_answer_has_its_mark(answer: str, mark: str) -> None:
    """Whatever a comparison says, the other cell shows it."""
    findings = find(clear())
    condition = findings.conditions[0]
    first, *others = condition.comparisons
    changed = replace(condition, comparisons=(replace(first, answer=answer), *others))
    grid = learning_grid(replace(findings, conditions=(changed,)))
    assert marks(grid)[first.other] == mark
    assert marks(grid)["gru"] == (LEADS if answer == "better" else AHEAD)


def test_success_on_validation_data_alone_is_in_brackets() -> None:
    """A cell that reached its target and does no better on test data than the trivial forecast."""
    lucky = [learned("gru", seed, 3, test=1.5, trivial=1.0) for seed in range(3)]
    (row,) = learning_grid(find(lucky)).rows
    assert row.entries["gru"].parts[1][0] == "(3/3)"


def test_where_epochs_stand_alone_those_on_validation_data_are_in_brackets() -> None:
    """The narrowest table has no room for the seeds that solved the task; a note is below it."""
    lucky = [learned("lucky", seed, 3, test=1.5, trivial=1.0) for seed in range(3)]
    grid = learning_grid(find([*lucky, *(learned("gru", seed, 4) for seed in range(3))]))
    (row,) = grid.rows
    assert row.entries["lucky"].parts[-1] == ("(3)",)
    assert row.entries["gru"].parts[-1] == ("4",)
    assert any("on validation data alone" in note for note in grid.levels[-1].notes)


def test_where_no_cell_leads_the_line_says_why() -> None:
    """The head of the answer, as of cells that do not beat the trivial forecast."""
    bad = scores_by_seed({"gru": [1.5] * 3, "rnn": [1.5] * 3})
    (line,) = condition_lines([only(bad)], 80)
    assert line == "adding: No cell beats “always one” (test mse 1)."


def test_a_line_of_a_condition_names_as_many_cells_as_fit() -> None:
    """All of them on a wide terminal, their numbers on a narrow one; no line is too long."""
    names = [f"some-cell-{number}" for number in range(9)]
    condition = only(clear())
    others = tuple(
        Comparison(other=name, wins=12, pairs=12, gain=1.0, p_value=0.001, answer="better")
        for name in names
    )
    condition = replace(condition, comparisons=others)
    (wide,) = condition_lines([condition], 400)
    assert all(name in wide for name in names)
    for width in (120, 80, 60, 30):
        (line,) = condition_lines([condition], width)
        assert len(line) <= width
        assert line.startswith("adding: gru leads")
    assert next(iter(condition_lines([condition], 30))) == "adding: gru leads; worse: 9."


def grown(cells: int, tasks: int, seeds: int = 2) -> Findings:
    """A run of many cells on many tasks, which are all like the first."""
    findings = find(_many(cells, 2, seeds))
    first, second = findings.conditions
    others = [replace(second, title=f"task-{number:02}") for number in range(1, tasks)]
    return replace(findings, conditions=(first, *others))


def _many(cells: int, tasks: int, seeds: int) -> list[Result]:
    return [
        learned(f"cell-{cell:02}", seed, 1 + (cell + task) % BUDGET, task=f"task-{task:02}")
        for cell, task, seed in product(range(cells), range(tasks), range(seeds))
    ]


@pytest.mark.parametrize("width", [60, 80, 120, 200])
@pytest.mark.parametrize(("cells", "tasks"), [(2, 1), (3, 6), (12, 3), (3, 30)])
def test_a_table_fits_whatever_the_width_and_says_what_it_lacks(
    width: int, cells: int, tasks: int
) -> None:
    """No line is wider than the terminal, and at most so many rows are shown."""
    grid = learning_grid(grown(cells, tasks))
    layout = lay_out(grid, width, 24)
    lines = shown(grid, width)
    assert max(map(len, lines)) <= width
    assert len(lines) <= 24 + 5
    assert layout.shown[0] <= len(grid.rows)
    assert layout.shown[1] <= len(grid.cells)
    assert layout.width <= width


def test_more_room_shows_more() -> None:
    """Epochs alone, then with the seeds that solved the task, then with the score; figures never
    get fewer on a wider terminal."""
    grid = learning_grid(grown(5, 3))
    levels = [lay_out(grid, width, 24).level for width in (60, 100, 200)]
    assert levels == sorted(levels, reverse=True)
    assert levels[-1] == 0
    many = learning_grid(grown(12, 3))
    figures = [lay_out(many, width, 24).figures for width in range(40, 240, 20)]
    assert figures == sorted(figures)
    assert figures[-1] == 12 * len(many.rows)


LONG = (
    "gru reset=after",
    "gru reset=before",
    "torchrecurrent-peephole-lstm: compiled",
    f"cell-of-{'eighty-letters-' * 5}",
)


def long_names(width: int, names: Sequence[str] = LONG) -> list[str]:
    """A table of cells with long names on tasks with long names."""
    made = [
        learned("", seed, 3 + place, cell=CellUse(name="gru", label=name), task=task)
        for (place, name), seed, task in product(
            enumerate(names), range(3), ("adding", "a-task-with-quite-a-long-name-indeed")
        )
    ]
    return shown(learning_grid(find(made)), width)


@pytest.mark.parametrize("width", [80, 100, 120])
def test_names_that_do_not_fit_are_shortened_before_cells_are_left_out(width: int) -> None:
    """No line is wider than the terminal, and each cell has a figure under each condition."""
    lines = long_names(width)
    assert max(map(len, lines)) <= width
    assert all(any(mean in line.split() for line in lines) for mean in "3456")
    assert any("…" in line for line in lines)
    assert max(map(len, long_names(40))) <= 40


def test_shortened_names_keep_their_ends_and_stay_apart() -> None:
    """Options differ at the end of a name; two names that would read alike are not shortened so
    far."""
    assert shortened(LONG[:3], 12) == ["gru re…after", "gru re…efore", "torchr…piled"]
    assert shortened(["a" * 40 + "x" + "b" * 40, "a" * 40 + "y" + "b" * 40], 12) == [
        "a" * 40 + "x" + "b" * 40,
        "a" * 40 + "y" + "b" * 40,
    ]
    assert shortened(["gru"], 12) == ["gru"]


def test_names_that_fit_are_whole() -> None:
    lines = long_names(400)
    assert all(any(name in line for line in lines) for name in LONG)
    assert not any("…" in line for line in lines)


def test_a_table_with_shortened_names_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    """And that the report has them in full."""
    made = [
        learned("", seed, 3, cell=CellUse(name="gru", label=name))
        for name, seed in product(LONG, range(3))
    ]
    with patch.object(Console, "is_terminal", new=True), patch.object(Console, "width", new=80):
        print_answers(find(made))
    printed = capsys.readouterr().out
    assert "Names are shortened by “…”; the report has them in full." in printed
    assert "Left out" not in printed
    assert not too_wide(printed)


def test_a_sentence_of_one_long_word_is_cut_within_it() -> None:
    """Rather than to nothing."""
    assert cut("a" * 90, 20) == "a" * 18 + " …"
    assert cut("some words that are long", 20) == "some words that …"


def test_where_cells_are_left_out_a_column_names_the_first_one() -> None:
    """With its figure, whichever it is."""
    grid = learning_grid(grown(9, 30))
    layout = lay_out(grid, 100, 40)
    lines = shown(grid, 100, 40)
    assert layout.shown[1] < 9
    assert "first" in lines[0]
    firsts = {row.title: row.first for row in grid.rows if row.first}
    assert firsts
    for line in lines[1:]:
        first = firsts.get(line.split()[0])
        assert first is None or f"{first} " in line


def test_forty_cells_on_25_tasks_take_60_lines(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the line of the report and the count of trials."""
    findings = grown(40, 25, 1)
    undecided = []
    for condition in findings.conditions:
        comparisons = [replace(each, answer="undecided") for each in condition.comparisons]
        leader = condition.leader or "cell-00"
        undecided.append(replace(condition, leader=leader, comparisons=tuple(comparisons)))
    findings = replace(findings, conditions=tuple(undecided))
    for columns in ("80", "120", "200"):
        monkeypatch.setenv("COLUMNS", columns)
        monkeypatch.setattr("sys.stdout.isatty", lambda: True)
        print_answers(findings)
        lines = capsys.readouterr().out.splitlines()
        assert 25 < len(lines) <= 58
        assert any("40 cells" in line for line in lines) or columns == "200"


def test_costs_are_shown_in_ms_with_the_ratio_to_the_reference() -> None:
    """Of torch's LSTM, as no row was named; the quickest cell comes first."""
    grid = cost_grid(find([cost_result(replicate, 0.1) for replicate in range(3)]))
    assert grid.cells == ("lstm", "gru")
    (row,) = [row for row in grid.rows if row.title == "training step"]
    assert row.entries["gru"].parts[0] == ("200 ms", "2x")
    assert row.entries["lstm"].parts[0] == ("100 ms", "1x")
    assert grid.levels[0].notes == ("x: time over that of torch's LSTM",)


def test_a_named_reference_is_one_and_a_row_beside_it_is_over_it() -> None:
    """Ratios are those to the row; without a process in common there is none."""
    findings = find([cost_result(replicate, 0.1) for replicate in range(3)])
    cost = findings.costs[0]
    rows: Sequence = [
        replace(row, step_times={"train": replace(row.train, over=None)})
        for row in cost.rows
        if row.train
    ]
    named = replace(cost, references={"train": "lstm"}, rows=tuple(rows))
    (row,) = [
        row for row in cost_grid(replace(findings, costs=(named,))).rows if "step" in row.title
    ]
    assert row.entries["lstm"].parts[0][1] == "1x"
    assert row.entries["gru"].parts[0][1] == "-"


def test_sentences_are_asked_for(tmp_path: Path) -> None:
    """-v adds the answer of each condition and every caveat; -q leaves only where the report is."""
    results = scores_by_seed({"gru": [0.3] * SEEDS, "rnn": [0.6] * SEEDS})
    written(tmp_path / "run", results)
    findings = find(results)
    with patch("rnnbench.cli.reporting.reports_of", lambda *_, **__: []):
        usual = rnnbench_here("report", "run", cwd=tmp_path).stdout
        verbose = rnnbench_here("report", "run", "-v", cwd=tmp_path).stdout
        quiet = rnnbench_here("report", "run", "-q", cwd=tmp_path).stdout
    condition = findings.conditions[0]
    assert f"  {condition.answer}" in verbose.splitlines()
    assert f"  {condition.answer}" not in usual.splitlines()
    assert "adding: gru leads; worse: rnn." in usual.splitlines()
    assert all(caveat in verbose for caveat in findings.caveats)
    assert quiet == ""


def test_a_law_that_a_cell_fails_has_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    """Three at most; verbosely each is among the caveats of what shows the cell."""
    laws = tuple(LawCaveat(f"Cell 'gru' fails the law '{law}': so.", ("gru",)) for law in "abcde")
    findings = replace(find(clear()), law_caveats=laws)
    print_answers(findings)
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if "fails the law" in line] == [law.sentence for law in laws[:3]]
    assert "2 more failed laws: the report has all." in lines
    print_answers(findings, Verbosity.VERBOSE)
    said = capsys.readouterr().out
    assert all(said.count(law.sentence) == 1 for law in laws)
    print_answers(findings, Verbosity.QUIET)
    assert capsys.readouterr().out == ""
