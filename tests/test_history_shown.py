"""`rnnbench history`: what is shown and drawn is what is kept."""

import json
import re
from pathlib import Path

import pytest
from msgspec.structs import replace

from rnnbench.history import History, add
from tests.builders.history import (
    BITS,
    COUNT,
    EPOCHS,
    TIME,
    commit,
    name,
    values,
)
from tests.builders.inside import rnnbench_here, rnnbench_on_terminal
from tests.builders.terminal import broken_words, too_wide

FILE = "rnnbench-history.sqlite"


@pytest.fixture
def moved(tmp_path: Path) -> Path:
    """A folder with a history of twelve commits, in which each kind of figure moves once."""
    slow = [[1.0 + 0.001 * (number % 3), 1.002] for number in range(6)]
    seeds = [4, 6, 8, 10, 12, 14, 16, 18]
    half_more = [epochs * 3 // 2 for epochs in seeds]
    with History(tmp_path / FILE, new=True) as history:
        for series, by_commit in (
            (TIME, [*slow, *[[1.1 * one for one in replicates] for replicates in slow]]),
            (COUNT, [[500]] * 4 + [[510]] * 8),
            (BITS, [[0.5]] * 9 + [[0.25]] * 3),
            (EPOCHS, [seeds] * 7 + [half_more] * 5),
        ):
            add(history, values(series, by_commit), map(commit, range(12)))
    return tmp_path


def test_a_name_stays_within_its_column(tmp_path: Path) -> None:
    series = replace(TIME, title="a\tname\nof two lines")
    with History(tmp_path / FILE, new=True) as history:
        add(history, values(series, [[1.0]]), [commit(0)])
    (line,) = rnnbench_here("history", "show", cwd=tmp_path).stdout.splitlines()
    columns = line.split("\t")
    assert columns[2] == "a name of two lines"
    assert (columns[9], columns[-1]) == (name(0), "2023-11-14")


def test_files_of_plots_do_not_take_each_others_place(tmp_path: Path) -> None:
    """Of names that differ in signs, in capitals, at their ends, or by the number of a file."""
    figures = ["a b", "a-b", "A,b", "x" * 300 + "1", "x" * 300 + "2", "c-2"]
    with History(tmp_path / FILE, new=True) as history:
        for figure in figures:
            add(history, values(replace(TIME, figure=figure), [[1.0]]), [commit(0)])
    done = rnnbench_here("history", "plot", "-o", "out", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    pngs = {path.name.lower() for path in (tmp_path / "out").glob("*.png")}
    assert len(pngs) == len(figures)
    assert "c-2.png" not in pngs


def test_each_step_is_shown_with_its_commit_its_size_and_its_interval(moved: Path) -> None:
    """For programs in columns, newest first; then each figure with its newest value."""
    done = rnnbench_here("history", "show", cwd=moved)
    lines = [line.split("\t") for line in done.stdout.splitlines()]
    steps = [line[1:] for line in lines if line[0] == "step"]
    assert [(line[0], line[2], line[5]) for line in steps] == [
        (name(9), "changed", "test mse"),
        (name(7), "worse", "epochs to target, over seeds"),
        (name(6), "worse", "ratio to the reference cell"),
        (name(4), "worse", "parameters"),
    ]
    before, now, scale, change, low, high = steps[2][7:13]
    assert scale == "ratio"
    assert float(low) < 1.1 < float(high)
    assert float(change) == pytest.approx(1.1, abs=0.001)
    assert float(now) / float(before) == pytest.approx(float(change))
    assert steps[3][7:13] == ["500", "510", "ratio", "1.02", "1.02", "1.02"]
    figures = [line[1:] for line in lines if line[0] == "figure"]
    assert {line[2]: line[4] for line in figures}["parameters"] == "510"


def test_the_feed_is_json_with_the_steps_since_a_commit(moved: Path) -> None:
    """Which a program reads without knowing anything else."""
    done = rnnbench_here("history", "show", "--since", name(6), "--json", cwd=moved)
    feed = json.loads(done.stdout)
    assert feed["format"] == 1
    assert feed["since"] == name(6)
    found = [(one["commit"]["hash"], one["series"]["figure"]) for one in feed["steps"]]
    assert found == [(name(9), "test mse"), (name(7), "epochs to target, over seeds")]
    assert feed["steps"][1]["step"]["low"] <= feed["steps"][1]["step"]["change"]
    assert feed["hidden"] == 2


def test_the_page_can_be_read_alone_and_without_scripts(moved: Path) -> None:
    """It fetches nothing; each commit's value is in the page, and each step in a table and in its
    panel."""
    done = rnnbench_here("history", "plot", "-o", "out", cwd=moved)
    assert done.returncode == 0, done.stderr
    written_files = [Path(line).name for line in done.stdout.splitlines()]
    assert written_files == [
        "index.html",
        "epochs-to-target-over-seeds.png",
        "parameters.png",
        "ratio-to-the-reference-cell.png",
    ]
    assert all((moved / "out" / one).stat().st_size for one in written_files)
    page = (moved / "out" / "index.html").read_text()
    assert not re.findall(r"(?:src|href)=\"(?!data:)[^\"]+\"|url\(|@import|https?://", page)
    before_script = page.partition("<script>")[0]
    for number in range(12):
        assert f"<title>{name(number)} " in before_script
    assert before_script.count('<g class="step worse">') == 3
    assert re.search(r"▲ worse.*cost\.train-step-time\.gru.*\+10\.0 % \[", before_script)
    assert before_script.count("◆ changed") == 1


def test_figures_of_single_trainings_are_drawn_where_they_are_asked_for(moved: Path) -> None:
    """A newer commit than those that are drawn is in no panel; nothing to draw is a sentence."""
    done = rnnbench_here("history", "plot", "--figure", "test mse", "--last", "2", cwd=moved)
    assert done.stdout.splitlines() == ["history/index.html", "history/test-mse.png"]
    page = (moved / "history" / "index.html").read_text()
    assert f"<title>{name(11)} " in page
    assert f"<title>{name(9)} " not in page
    nothing = rnnbench_here("history", "plot", "--since", name(10), cwd=moved)
    assert nothing.returncode == 2
    assert "there is nothing to draw" in nothing.stderr


def test_a_history_breaks_no_word_on_a_terminal(moved: Path) -> None:
    """Where the columns do not fit, each figure is a paragraph."""
    wide = rnnbench_on_terminal("history", "show", "--all", cwd=moved, columns=1000).stdout
    for columns in (60, 80, 120):
        shown = rnnbench_on_terminal("history", "show", "--all", cwd=moved, columns=columns).stdout
        assert broken_words(shown, wide) == set()
        assert too_wide(shown, columns) == []
        assert "Steps, newest first" in shown
