"""`rnnbench history`: several runners add at once, and what is shown and drawn is what is kept."""

import json
import re
import subprocess
import sys
from pathlib import Path

from msgspec.structs import replace

from rnnbench.history import History
from rnnbench.records import MemoryRow
from tests.builders.cli import rnnbench, start
from tests.builders.gate import written
from tests.builders.history import (
    QUIET,
    at_commit,
    dumped,
    git,
    name,
    repository,
)

FILE = "rnnbench-history.sqlite"


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
