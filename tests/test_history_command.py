"""`rnnbench history`: several runners add at once, and what is shown and drawn is what is kept."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from msgspec.structs import replace

from rnnbench.history import History, add
from rnnbench.records import MemoryRow
from tests.builders.cli import rnnbench, start
from tests.builders.gate import written
from tests.builders.history import (
    BITS,
    COUNT,
    EPOCHS,
    QUIET,
    TIME,
    at_commit,
    commit,
    dumped,
    git,
    name,
    repository,
    values,
)

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


def test_several_processes_add_at_once_and_nothing_is_lost_or_doubled(tmp_path: Path) -> None:
    """Six of them, into a file that none of them has made yet; two add the same run."""
    runs = [written(tmp_path / f"run-{n}", at_commit(name(n))) for n in range(5)]
    runs.append(runs[0])
    together = [
        start(
            [sys.executable, "-m", "rnnbench", "history", "add", str(run)],
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for run in runs
    ]
    answers = [process.communicate() for process in together]
    assert [process.returncode for process in together] == [0] * len(runs), answers
    said = "".join(out for out, _ in answers)
    one_after_another = tmp_path / "one-after-another.sqlite"
    every = map(str, runs[:5])
    rnnbench("history", "add", *every, "--file", str(one_after_another), cwd=tmp_path)
    assert contents(tmp_path / FILE) == contents(one_after_another)
    new = sum(int(count.replace(",", "")) for count in re.findall(r"([\d,]+) values? new", said))
    assert new == len(contents(one_after_another))


def contents(path: Path) -> list[tuple[object, ...]]:
    """All values in a file, with what they are of, and whether their steps are found."""
    with History(path) as history:
        return history.connection.execute(
            "SELECT identity, hash, trial, started, value, summaries.revision = series.revision"
            " FROM measurements JOIN series ON series.id = measurements.series"
            " JOIN commits ON commits.id = commit_id"
            " LEFT JOIN summaries ON summaries.series = series.id ORDER BY 1, 2, 3"
        ).fetchall()


def test_a_run_is_added_under_its_commit_or_the_one_that_is_named(tmp_path: Path) -> None:
    """What cannot be placed is left out with a sentence; a run of which nothing is left is
    refused."""
    hashes = repository(tmp_path / "git", 3)
    checkout = ("--checkout", "git")
    known = written(tmp_path / "known", at_commit(hashes[1]))
    dirty = written(tmp_path / "dirty", at_commit(f"{hashes[1]}+changes"))
    mixed = written(tmp_path / "mixed", [*at_commit(hashes[2])[:5], *at_commit("")[5:]])
    done = rnnbench("history", "add", "known", "mixed", *checkout, cwd=tmp_path)
    assert done.returncode == 0
    assert f"known: 13 results of {hashes[1]}: " in done.stdout
    assert f"mixed: 5 results of {hashes[2]}: " in done.stdout
    assert "mixed: 8 results were left out: no commit is recorded" in done.stderr
    refused = rnnbench("history", "add", "dirty", *checkout, cwd=tmp_path)
    assert refused.returncode == 2
    assert "changes that were not committed" in refused.stderr
    placed = rnnbench("history", "add", "dirty", "--commit", "main", *checkout, cwd=tmp_path)
    assert placed.returncode == 0
    assert f"of {hashes[2]}: " in placed.stdout
    with History(tmp_path / FILE) as history:
        assert [(one.hash, one.subject) for one in history.commits()] == [
            (hashes[1], "change 2"),
            (hashes[2], "change 3"),
        ]
    assert len({known, dirty, mixed}) == 3


def test_what_is_no_run_and_no_history_is_one_sentence(tmp_path: Path) -> None:
    """With exit code 2; and no file is left behind."""
    for arguments, words in (
        (("add", "nowhere"), "nowhere: holds no results that a history can take"),
        (("show",), f"{FILE}: there is no history; `rnnbench history add RUN` begins one"),
        (("plot",), f"{FILE}: there is no history"),
        (("merge", "nowhere.sqlite"), "nowhere.sqlite: there is no history"),
    ):
        done = rnnbench("history", *arguments, cwd=tmp_path)
        assert done.returncode == 2
        assert words in done.stderr
        assert done.stderr.count("\n") == 1
        assert not list(tmp_path.iterdir())


def test_of_several_runs_those_that_can_be_are_added(tmp_path: Path) -> None:
    """And the exit code says that it is not all; so it does of results that cannot be read."""
    for number in range(2):
        written(tmp_path / f"run-{number}", at_commit(name(number)))
    done = rnnbench("history", "add", "run-0", "nowhere", "run-1", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr == "rnnbench: nowhere: holds no results that a history can take.\n"
    assert [line.split(":")[0] for line in done.stdout.splitlines()] == ["run-0", "run-1"]
    (tmp_path / "run-0" / "trials" / "damaged.json").write_text("{")
    damaged = rnnbench("history", "add", "run-0", cwd=tmp_path)
    assert damaged.returncode == 1
    assert "damaged.json cannot be read" in damaged.stderr


def test_sources_of_a_merge_are_looked_at_before_anything_is_written(tmp_path: Path) -> None:
    """One that is missing or empty leaves everything as it was."""
    written(tmp_path / "run", at_commit(name(0)))
    rnnbench("history", "add", "run", "--file", "good.sqlite", cwd=tmp_path)
    (tmp_path / "empty.sqlite").touch()
    before = sorted(tmp_path.iterdir())
    for other in ("missing.sqlite", "empty.sqlite"):
        done = rnnbench("history", "merge", "good.sqlite", other, cwd=tmp_path)
        assert done.returncode == 2
        assert done.stderr.startswith(f"rnnbench: {other}: ")
        assert sorted(tmp_path.iterdir()) == before
        assert (tmp_path / "empty.sqlite").stat().st_size == 0


def test_a_name_stays_within_its_column(tmp_path: Path) -> None:
    series = replace(TIME, title="a\tname\nof two lines")
    with History(tmp_path / FILE, new=True) as history:
        add(history, values(series, [[1.0]]), [commit(0)])
    (line,) = rnnbench("history", "show", cwd=tmp_path).stdout.splitlines()
    columns = line.split("\t")
    assert columns[2] == "a name of two lines"
    assert (columns[9], columns[-1]) == (name(0), "2023-11-14")


def test_files_of_plots_do_not_take_each_others_place(tmp_path: Path) -> None:
    """Of names that differ in signs, in capitals, at their ends, or by the number of a file."""
    figures = ["a b", "a-b", "A,b", "x" * 300 + "1", "x" * 300 + "2", "c-2"]
    with History(tmp_path / FILE, new=True) as history:
        for figure in figures:
            add(history, values(replace(TIME, figure=figure), [[1.0]]), [commit(0)])
    done = rnnbench("history", "plot", "-o", "out", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    pngs = {path.name.lower() for path in (tmp_path / "out").glob("*.png")}
    assert len(pngs) == len(figures)
    assert "c-2.png" not in pngs


def test_merged_files_of_runners_are_as_one(tmp_path: Path) -> None:
    for number in range(2):
        written(tmp_path / f"run-{number}", at_commit(name(number)))
        rnnbench("history", "add", f"run-{number}", "--file", f"{number}.sqlite", cwd=tmp_path)
    done = rnnbench("history", "merge", "0.sqlite", "1.sqlite", "0.sqlite", cwd=tmp_path)
    assert done.returncode == 0
    assert re.fullmatch(
        r"0\.sqlite: (\d+) values new, 0 were there\n1\.sqlite: \1 values new, 0 were there\n"
        r"0\.sqlite: 0 values new, \1 were there\n",
        done.stdout,
    )
    before = dumped(tmp_path / FILE)
    rnnbench("history", "add", "run-0", "run-1", cwd=tmp_path)
    assert dumped(tmp_path / FILE) == before


def test_each_step_is_shown_with_its_commit_its_size_and_its_interval(moved: Path) -> None:
    """For programs in columns, newest first; then each figure with its newest value."""
    done = rnnbench("history", "show", cwd=moved)
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
    done = rnnbench("history", "show", "--since", name(6), "--json", cwd=moved)
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
    done = rnnbench("history", "plot", "-o", "out", cwd=moved)
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
    done = rnnbench("history", "plot", "--figure", "test mse", "--last", "2", cwd=moved)
    assert done.stdout.splitlines() == ["history/index.html", "history/test-mse.png"]
    page = (moved / "history" / "index.html").read_text()
    assert f"<title>{name(11)} " in page
    assert f"<title>{name(9)} " not in page
    nothing = rnnbench("history", "plot", "--since", name(10), cwd=moved)
    assert nothing.returncode == 2
    assert "there is nothing to draw" in nothing.stderr


def test_a_history_of_real_runs_finds_what_was_done_to_them(tmp_path: Path) -> None:
    """From folders of runs to the steps: more bytes are saved from the fourth commit on."""
    hashes = repository(tmp_path, 6)
    for number, one in enumerate(hashes):
        results = []
        for result in QUIET:
            rows = [
                replace(row, saved_bytes=2 * (row.saved_bytes or 0))
                if isinstance(row, MemoryRow) and number >= 3
                else row
                for row in result.costs
            ]
            results.append(replace(result, costs=tuple(rows)))
        written(tmp_path / f"run-{number}", at_commit(one, results))
    runs = [f"run-{number}" for number in (5, 0, 3, 1, 4, 2)]
    assert rnnbench("history", "add", *runs, cwd=tmp_path).returncode == 0
    feed = json.loads(rnnbench("history", "show", "--json", cwd=tmp_path).stdout)
    found = {
        (one["commit"]["hash"], one["series"]["row"], one["series"]["figure"], one["step"]["after"])
        for one in feed["steps"]
    }
    saved = "bytes saved for backward"
    assert found == {(hashes[3], row, saved, hashes[2]) for row in ("gru", "rnn")}
    assert git(tmp_path, "status", "--porcelain", "--untracked-files=no") == ""
