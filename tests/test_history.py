"""A history keeps each value once, whoever adds it, and in whatever order."""

import math
import os
import sqlite3
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import permutations
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from msgspec.structs import replace

from rnnbench.compare import compare
from rnnbench.compare.records import Value
from rnnbench.errors import RnnbenchError, UnknownName
from rnnbench.history import (
    RECENT,
    Added,
    Checkout,
    Commit,
    History,
    Selection,
    Series,
    Summary,
    add,
    feed,
    merge,
    named_commit,
    refuse_unless_history,
    schema,
    summaries,
    values_of_run,
)
from rnnbench.history.commits import in_order
from rnnbench.history.database import Values
from rnnbench.history.gathering import gathered
from rnnbench.history.schema import APPLICATION, VERSION
from rnnbench.records import CellUse, Result, Surroundings
from tests.builders.claims import learned
from tests.builders.compare import elsewhere, of, remembered, timed
from tests.builders.history import (
    BITS,
    COUNT,
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
from tests.builders.records import learning_trial

NOWHERE = Checkout(Path("/"))
module = sys.modules["rnnbench.history.summaries"]  # the package has a function of this name
VERSION_1 = f"""
PRAGMA application_id = {APPLICATION};
PRAGMA user_version = 1;
CREATE TABLE commits (id INTEGER PRIMARY KEY, hash TEXT NOT NULL UNIQUE, time INTEGER NOT NULL);
CREATE TABLE series (id INTEGER PRIMARY KEY, identity TEXT NOT NULL UNIQUE, content TEXT NOT NULL);
CREATE TABLE measurements (
    series INTEGER NOT NULL REFERENCES series (id),
    commit_id INTEGER NOT NULL REFERENCES commits (id),
    trial INTEGER NOT NULL,
    started REAL NOT NULL,
    value,
    PRIMARY KEY (series, commit_id, trial)
) WITHOUT ROWID;
INSERT INTO commits VALUES (1, '00000000000a', 1700000000), (2, '00000000000b', 1700003600);
INSERT INTO series VALUES (1, 'abc', '{{"suite":"s","suite_version":1,"subject":"x","title":"x","row":"gru",
    "figure":"parameters","kind":"exact","unit":"","direction":"lower","tolerated":null,"environment":{{}}}}');
INSERT INTO series SELECT 2, 'abd', replace(content, '"title":"x"', '"title":"y"') FROM series;
INSERT INTO measurements VALUES (1, 1, 7, 0.0, 100), (1, 2, 7, 0.0, 120), (2, 2, 7, -1.0, 999), (2, 1, 8, 0.0, 100);
"""


def added(path: Path, results: list[Result]) -> Added:
    taken = values_of_run(results, NOWHERE)
    with History(path, new=True) as history:
        return add(history, taken.measured, taken.commits)


# What is kept of a run


def test_figures_are_those_of_the_gate_without_the_epochs_of_curves() -> None:
    """Each figure that `compare` lists, final ones alone, besides outcomes and figures over
    seeds."""
    kept = {(one.series.subject, one.series.figure) for one in gathered(QUIET, "c")}
    compared = compare(of(QUIET), of(QUIET))
    final = {(one.trial, one.figure) for one in compared.changes if one.epoch is None}
    assert len(final) > 100
    assert {(trial, figure) for trial, figure in final if figure != "outcome"} <= kept
    assert {figure for trial, figure in kept - final} == {
        "outcome",
        "epochs to target, over seeds",
        "mse, over seeds",
        "accuracy, over seeds",
    }


def test_a_seed_that_does_not_get_there_is_kept_as_such(tmp_path: Path) -> None:
    """The median counts it above all others, and is not reached where most are."""
    epochs = [3, 5, None, 7, None]
    results = [learned(learning_trial(seed=seed), reached) for seed, reached in enumerate(epochs)]
    path = tmp_path / "history.sqlite"
    for number, group in enumerate((results, results[2:])):
        one = [replace(r, provenance=replace(r.provenance, commit=name(number))) for r in group]
        added(path, one)
    with History(path) as history:
        found = {one.series.figure: one.summary for one in summaries(history)}
        points = found["epochs to target, over seeds"]
        (key,) = [
            key
            for key, series in history.series().items()
            if series.figure == "epochs to target, over seeds"
        ]
        first = history.values(key, history.commits())[name(0)]
    assert sorted(value or 99 for value in first.values()) == [3, 5, 7, 99, 99]  # type: ignore[type-var]
    assert points.newest.value is None
    assert points.newest.n == 3
    assert found["mse, over seeds"].newest.value == pytest.approx(0.005)


def test_replicates_are_one_point(tmp_path: Path) -> None:
    """Of times the mean of their logarithms, as the gate compares them, of bytes the median."""
    ratios = [1.0, 2.0, 32.0]
    results = []
    for number, ratio in enumerate(ratios):
        result = timed({"gru": 1.0}, round=number)
        row = replace(result.costs[0], log_ratio_to_reference_cell=math.log(ratio))
        results.append(replace(result, costs=(row,)))
    peaks = [
        replace(one, trial=replace(one.trial, round=number))
        for number, one in enumerate(remembered(peak_bytes=size) for size in (1, 5, 6))
    ]
    path = tmp_path / "history.sqlite"
    added(path, [*results, *peaks])
    with History(path) as history:
        found = {one.series.figure: one.summary.newest for one in summaries(history)}
    ratio = found["ratio to the reference cell"]
    assert ratio.value == pytest.approx(4.0)
    assert (ratio.low, ratio.high, ratio.n) == (1.0, pytest.approx(32.0), 3)
    assert found["peak of a training step"].value == 5


@pytest.mark.parametrize(
    ("figure", "changes", "apart"),
    [
        ("parameters", {"processor": "Q", "torch": "3"}, False),
        ("test mse", {"processor": "Q"}, True),
        ("test mse", {"torch": "3"}, True),
        ("outcome", {"processor": "Q"}, True),
        ("outcome", {"torch": "3"}, True),
        ("mse, over seeds", {"processor": "Q"}, True),
        ("mse, over seeds", {"torch": "3"}, False),
        ("ratio to the reference cell", {"cores": 8}, True),
        ("test mse", {"cores": 8}, False),
    ],
)
def test_a_series_is_of_one_machine_where_the_figure_is_held_to_it(
    figure: str, changes: dict[str, object], apart: bool
) -> None:
    """As the gate holds it; sessions do not tell series apart."""
    here = [learned(learning_trial(), 3), timed({"gru": 1.0}, session="one")]
    there = [elsewhere(learned(learning_trial(), 3), **changes)]
    there.append(elsewhere(timed({"gru": 1.0}, session="two"), **changes))
    series = [
        {one.series.identity for one in gathered(side, "c") if one.series.figure == figure}
        for side in (here, there)
    ]
    assert all(series)
    assert (series[0] != series[1]) == apart


def test_memory_of_a_device_is_of_one_accelerator() -> None:
    """On the CPU it is of any."""
    for device, apart in (("cuda", True), ("cpu", False)):
        series = []
        for accelerator in ("A", "B"):
            one = remembered()
            machine = replace(one.provenance.machine, accelerator=accelerator)
            of_device = replace(
                one,
                trial=replace(one.trial, device=device),
                provenance=replace(one.provenance, machine=machine),
            )
            found = gathered([of_device], "c")
            series.append({s.series.identity for s in found if s.series.kind == "memory"})
        assert all(series)
        assert (series[0] != series[1]) == apart


def test_words_may_change_within_a_series() -> None:
    """What a figure is called for readers, and circumstances that older results do not record, tell
    no series from another; the setting, the kind and the machine do."""
    one = replace(TIME, environment={"processor": "P"})
    for same in (
        {"title": "another"},
        {"unit": "ratio"},
        {"row": "GRU"},
        {"environment": {"processor": "P", "socket": ""}},
    ):
        assert replace(one, **same).identity == one.identity
    for other in (
        {"figure": "another"},
        {"kind": "noisy"},
        {"suite_version": 2},
        {"subject": "another"},
        {"environment": {"processor": "Q"}},
    ):
        assert replace(one, **other).identity != one.identity


def test_times_that_others_disturbed_are_left_out() -> None:
    """As the gate refuses them; with a sentence, and without a loss of other figures."""
    results = []
    for replicate, busy in enumerate((0.0, 0.2, 0.5, 1.0)):
        around = Surroundings(load=None, busy_cores=busy)
        results.append(replace(timed({"gru": 1.0}, round=replicate), surroundings=around))
    values = values_of_run(at_commit(name(0), results), NOWHERE)
    by_figure = Counter(one.series.figure for one in values.measured)
    assert by_figure["ratio to the reference cell"] == 2
    assert by_figure["parameters"] == 4
    assert values.left_out == (
        "times of 2 results were left out: others used more than 0.2 of the cores of the machine"
        " before they were measured",
    )


@pytest.mark.parametrize("recorded", ["", "c0ffee+changes", "c0ffee+unknown"])
def test_results_of_no_known_commit_are_left_out_unless_somebody_says_whose(recorded: str) -> None:
    """With a sentence that says how many, and why."""
    known, unknown = at_commit("abc", QUIET[:2]), at_commit(recorded, QUIET[2:])
    values = values_of_run([*known, *unknown], NOWHERE)
    assert {one.commit for one in values.measured} == {"abc"}
    (sentence,) = values.left_out
    assert sentence.startswith(f"{len(QUIET) - 2} results were left out: ")
    assert "--commit" in sentence
    said = values_of_run([*known, *unknown], NOWHERE, name(5))
    assert {one.commit for one in said.measured} == {name(5)}
    assert not said.left_out


# What is kept once


def test_the_same_run_added_twice_changes_nothing(tmp_path: Path) -> None:
    """Not a byte of what the file says, summaries and revisions included."""
    path = tmp_path / "history.sqlite"
    first = added(path, at_commit(name(0)))
    with History(path) as history:
        summaries(history)
    before = dumped(path)
    again = added(path, at_commit(name(0)))
    assert first.new > 100
    assert again == Added(unchanged=first.new)
    assert dumped(path) == before


def test_a_renewed_result_takes_the_place_of_the_earlier_one(tmp_path: Path) -> None:
    """Of the same trial and commit; figures that it no longer has go, and an older result that comes
    later changes nothing."""
    path = tmp_path / "history.sqlite"
    old = at_commit(name(0), [remembered(saved_bytes=10)], "2030-01-01T00:00:00+00:00")
    new = at_commit(
        name(0), [remembered(saved_bytes=20, peak_bytes=None)], "2030-01-02T00:00:00+00:00"
    )
    total = added(path, old).new
    renewed = added(path, new)
    assert renewed == Added(renewed=total - 1, removed=1)
    assert added(path, old) == Added(unchanged=total)
    with History(path) as history:
        found = {one.series.figure: one.summary.newest.value for one in summaries(history)}
    assert found["bytes saved for backward"] == 20
    assert "peak of a training step" not in found


def test_replicates_and_machines_are_added_to_each_other(tmp_path: Path) -> None:
    """Another round of a measurement, and the same trial on another machine, renew nothing."""
    path = tmp_path / "history.sqlite"
    one = timed({"gru": 1.0}, round=0)
    further = [timed({"gru": 1.0}, round=1), elsewhere(one, processor="Q")]
    added(path, at_commit(name(0), [one]))
    more = added(path, at_commit(name(0), further))
    assert (more.renewed, more.removed, more.unchanged) == (0, 0, 0)
    with History(path) as history:
        ratios = [
            one.summary.newest.n
            for one in summaries(history)
            if one.series.figure == "ratio to the reference cell"
        ]
    assert sorted(ratios) == [1, 2]


@pytest.mark.parametrize("found", [(1, 2), (2.5, None), ("error", "ok")])
def test_results_of_one_second_count_alike_in_any_order(
    tmp_path: Path, found: tuple[Value, Value]
) -> None:
    """Whether they are added one after the other, at once, or merged; again nothing changes."""
    one, other = values(COUNT, [[found[0]]]) + values(COUNT, [[found[1]]])
    kept = set()
    for number, order in enumerate(([one, other], [other, one])):
        with History(tmp_path / f"{number}", new=True) as apart:
            for value in order:
                add(apart, [value], [commit(0)])
        with History(tmp_path / f"at-once-{number}", new=True) as together:
            add(together, order, [commit(0)])
            assert merge(together, tmp_path / f"{number}") == Added(unchanged=1)
            for history in (tmp_path / f"{number}", together.path):
                with History(history) as opened:
                    (row,) = opened.connection.execute("SELECT value FROM measurements")
                    assert add(opened, order, [commit(0)]).changed is False
                kept.add(row)
    assert len(kept) == 1


def test_seeds_of_two_machines_do_not_replace_each_other(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    here = learned(learning_trial(), 3)
    there = elsewhere(learned(learning_trial(), 7), processor="Q")
    for day, result in enumerate((here, there), 1):
        added(path, at_commit(name(0), [result], f"2030-01-0{day}T00:00:00+00:00"))
    with History(path) as history:
        epochs = [
            one.summary.newest.value
            for one in summaries(history)
            if one.series.figure == "epochs to target, over seeds"
        ]
    assert sorted(map(str, epochs)) == ["3", "7"]


def test_files_merge_to_the_same_in_any_order(tmp_path: Path) -> None:
    """Nothing is lost, nothing doubled, of two results of one trial the newer one is kept, and the
    files that are merged stay as they are."""
    runs = [
        at_commit(name(0)),
        at_commit(name(1)),
        at_commit(name(0), [remembered(saved_bytes=1)], "2031-01-01T00:00:00+00:00"),
        at_commit(name(0), [remembered(saved_bytes=2)], "2031-01-02T00:00:00+00:00"),
    ]
    files = []
    for number, run in enumerate(runs):
        files.append(tmp_path / f"runner-{number}.sqlite")
        added(files[-1], run)
    contents = [dumped(file) for file in files]
    held = set()
    for turn, order in enumerate(list(permutations(files))[::5]):
        path = tmp_path / f"merged-{turn}.sqlite"
        with History(path, new=True) as history:
            for file in (*order, order[0]):
                merge(history, file)
            rows = history.connection.execute(
                "SELECT identity, hash, trial, started, value FROM measurements"
                " JOIN series ON series.id = series JOIN commits ON commits.id = commit_id"
                " ORDER BY 1, 2, 3"
            ).fetchall()
        held.add(tuple(rows))
    (everything,) = held
    distinct = sum(len(values_of_run(run, NOWHERE).measured) for run in runs[:3])
    assert len(everything) == distinct
    assert [dumped(file) for file in files] == contents


# The file


def test_a_file_of_version_1_is_brought_up_to_date(tmp_path: Path) -> None:
    """With all that it held; it is read, added to and merged as any other. What were two series by
    another title is one."""
    path = tmp_path / "old.sqlite"
    with sqlite3.connect(path) as old:
        old.executescript(VERSION_1)
    old.close()
    other = tmp_path / "new.sqlite"
    with History(other, new=True) as history:
        assert merge(history, path).new == 3
    with sqlite3.connect(path) as untouched:
        assert untouched.execute("PRAGMA user_version").fetchone() == (1,)
    untouched.close()
    for file in (path, other):
        with History(file) as history:
            (one,) = summaries(history)
            (identity,) = history.connection.execute("SELECT identity FROM series").fetchone()
            assert identity == one.series.identity
            assert history.connection.execute("PRAGMA user_version").fetchone() == (VERSION,)
            assert history.connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert [(step.before, step.now, step.verdict) for step in one.summary.steps] == [
            (100, 120, "worse")
        ]
    assert added(path, at_commit(name(3))).new > 100


def test_a_file_of_a_later_version_is_refused_in_one_sentence(tmp_path: Path) -> None:
    """Also where it is to be merged; and nothing in it changes."""
    path = tmp_path / "history.sqlite"
    added(path, at_commit(name(0)))
    with sqlite3.connect(path) as later:
        later.execute(f"PRAGMA user_version = {VERSION + 1}")
    later.close()
    with pytest.raises(RnnbenchError, match="was written by a later version of rnnbench"):
        History(path)
    with (
        History(tmp_path / "mine.sqlite", new=True) as mine,
        pytest.raises(RnnbenchError, match=r"history\.sqlite: .* later version of rnnbench"),
    ):
        merge(mine, path)
    with sqlite3.connect(path) as later:
        assert later.execute("PRAGMA user_version").fetchone() == (VERSION + 1,)
    later.close()


def test_what_is_no_history_is_refused_and_left_alone(tmp_path: Path) -> None:
    """A text, another program's database, and nothing at all."""
    text = tmp_path / "notes.txt"
    text.write_text("not a database, and long enough to be taken for the header of one " * 20)
    other = tmp_path / "other.sqlite"
    with sqlite3.connect(other) as database:
        database.execute("CREATE TABLE things (name)")
    database.close()
    for path, words in ((text, "is no history"), (other, "database of something else")):
        content = path.read_bytes()
        with pytest.raises(RnnbenchError, match=words):
            History(path, new=True)
        assert path.read_bytes() == content
    with pytest.raises(RnnbenchError, match="there is no history; `rnnbench history add RUN`"):
        History(tmp_path / "missing.sqlite")


def test_an_empty_file_is_no_history(tmp_path: Path) -> None:
    """Except to begin one in."""
    path = tmp_path / "history.sqlite"
    path.touch()
    for opening in (lambda: History(path), lambda: refuse_unless_history(path)):
        with pytest.raises(RnnbenchError, match="is empty, and no history"):
            opening()
    assert path.stat().st_size == 0
    assert added(path, at_commit(name(0))).new > 100


def test_a_damaged_history_is_one_sentence(tmp_path: Path) -> None:
    """Where pages are lost, where a series is no JSON, and where a table is gone."""
    path = tmp_path / "history.sqlite"
    added(path, at_commit(name(0)))
    whole = path.read_bytes()
    path.write_bytes(whole[:8192] + b"\xff" * (len(whole) - 8192))
    with pytest.raises(RnnbenchError, match=r"history\.sqlite: "), History(path) as history:
        summaries(history)
    for damage in ("UPDATE series SET content = '{'", "DROP TABLE measurements"):
        path.write_bytes(whole)
        with sqlite3.connect(path) as database:
            database.execute(damage)
        database.close()
        with (
            pytest.raises(RnnbenchError, match="cannot be read, and may be damaged"),
            History(path) as history,
        ):
            summaries(history)
        with (
            pytest.raises(RnnbenchError, match=r"history\.sqlite: cannot be (merged|read)"),
            History(tmp_path / "mine.sqlite", new=True) as mine,
        ):
            merge(mine, path)


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Nobody may write into a folder or its files; root may not either, since it steps back."""
    is_root = os.geteuid() == 0
    for path in (folder, *folder.iterdir()):
        path.chmod(0o555)
    if is_root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if is_root:
            os.seteuid(0)
        folder.chmod(0o755)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder whose parents everybody may enter."""
    with TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


def test_a_history_that_cannot_be_written_is_read(open_folder: Path, tmp_path: Path) -> None:
    """Also one of an older version, and one that a process left with a log; nothing is written
    beside any of them."""
    added(open_folder / "history.sqlite", at_commit(name(0)))
    old = sqlite3.connect(open_folder / "old.sqlite")
    old.executescript(VERSION_1)
    old.close()
    with History(open_folder / "busy.sqlite", new=True) as busy:
        add(busy, values(COUNT, [[1], [2]]), map(commit, range(2)))
        for end in ("", "-wal"):
            copy = (open_folder / f"busy.sqlite{end}").read_bytes()
            (open_folder / f"left.sqlite{end}").write_bytes(copy)
    before = sorted(open_folder.iterdir())
    counts = {}
    with read_only(open_folder):
        for path in before:
            if path.suffix == ".sqlite":
                with History(path) as history:
                    counts[path.stem] = len(summaries(history))
    assert sorted(open_folder.iterdir()) == before
    assert counts.pop("history") > 100
    assert counts == {"old": 1, "busy": 1, "left": 1}
    with History(tmp_path / "mine.sqlite", new=True) as mine:
        for path in before:
            if path.suffix == ".sqlite":
                counted = merge(mine, path)
                assert counted.new or path.stem == "left"  # whose values are those of busy
    assert sorted(open_folder.iterdir()) == before


def test_what_does_not_pass_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only for locks of others; a file that cannot be written is said to be so at once."""
    path = tmp_path / "old.sqlite"
    old = sqlite3.connect(path)
    old.executescript(VERSION_1)
    old.close()
    monkeypatch.delattr(schema, "sleep")
    reader = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, isolation_level=None)
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        schema._write_ahead(reader)
    reader.close()


def test_a_transaction_that_sqlite_gave_up_says_why(tmp_path: Path) -> None:
    """And not that there is none to be rolled back."""
    connection = sqlite3.connect(tmp_path / "any.sqlite", isolation_level=None)

    def give_up() -> None:
        with schema.transaction(connection):
            connection.execute("ROLLBACK")
            raise ValueError("the reason")

    with pytest.raises(ValueError, match="the reason"):
        give_up()
    assert not connection.in_transaction
    connection.close()


def test_a_file_that_is_being_made_is_no_database_of_something_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process makes it between two questions of this one."""
    path = tmp_path / "history.sqlite"

    class Interrupted(sqlite3.Connection):
        def execute(self, statement: str, *parameters: object) -> sqlite3.Cursor:
            if statement == "PRAGMA application_id":
                (found,) = super().execute(statement).fetchall()  # no statement is left open
                maker = sqlite3.connect(path, timeout=0, isolation_level=None)
                with suppress(sqlite3.OperationalError):  # it waits for this process
                    schema._prepare(maker, path, new=True)
                maker.close()
                return super().execute("SELECT ?", found)
            return super().execute(statement, *parameters)

    connection = sqlite3.connect(path, factory=Interrupted, isolation_level=None)
    monkeypatch.setattr(schema, "BUSY_SECONDS", 0.0)
    assert schema.version_of(connection, path) in (0, VERSION)
    connection.close()


def test_a_summary_of_values_that_changed_meanwhile_is_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A writer comes between reading and keeping; the next question sees what it wrote."""
    path = tmp_path / "history.sqlite"
    counts = values(COUNT, [[1], [1], [2]])
    summarise = module.summarise
    with History(path, new=True) as history, History(path) as writer:
        add(history, counts[:2], map(commit, range(2)))

        def meanwhile(series: Series, of_series: Values) -> Summary:
            add(writer, counts[2:], [commit(2)])
            return summarise(series, of_series)

        monkeypatch.setattr(module, "summarise", meanwhile)
        (old,) = summaries(history)
        monkeypatch.undo()
        (new,) = summaries(history)
    assert (len(old.summary.steps), len(new.summary.steps)) == (0, 1)


# Commits


def test_commits_are_in_the_order_of_git_whatever_their_clocks_say(tmp_path: Path) -> None:
    """By first parents; in a shallow clone, and outside of a checkout, by their time."""
    hashes = repository(tmp_path / "one", 3)
    git(tmp_path / "one", "commit", "-q", "--allow-empty", "-m", "late clock", day=1)
    hashes.append(git(tmp_path / "one", "rev-parse", "--short=12", "HEAD"))
    checkout = Checkout(tmp_path / "one")
    commits = [checkout.commit(one) for one in hashes]
    assert [one.hash for one in in_order([one for one in commits[::-1] if one])] == hashes
    assert commits[3] == Commit(
        hash=hashes[3], time=1767225600, depth=4, from_git=True, subject="late clock"
    )
    git(tmp_path, "clone", "-q", "--depth", "1", f"file://{tmp_path}/one", "shallow")
    shallow = Checkout(tmp_path / "shallow").commit("main")
    assert shallow
    assert (shallow.hash, shallow.depth, shallow.from_git) == (hashes[3], None, True)
    assert Checkout(tmp_path).commit(hashes[0]) is None


def test_what_a_whole_checkout_knows_of_a_commit_comes_later_and_counts(tmp_path: Path) -> None:
    """A run knows only its own time, and the order is that of git as soon as git is asked."""
    path = tmp_path / "history.sqlite"
    both = values(COUNT, [[100], [120]])
    by_run = [Commit(hash=name(0), time=2_000), Commit(hash=name(1), time=1_000)]
    with History(path, new=True) as history:
        add(history, both, by_run)
        assert [one.hash for one in history.commits()] == [name(1), name(0)]
        (before,) = summaries(history)
        by_git = [replace(commit(number), from_git=True) for number in range(2)]
        add(history, both, by_git)
        assert history.commits() == by_git
        (after,) = summaries(history)
        known = dumped(path)
        add(history, both, by_run)
    assert (before.summary.steps[0].verdict, after.summary.steps[0].verdict) == ("better", "worse")
    assert dumped(path) == known


def test_a_commit_is_named_by_git_or_by_its_hash(tmp_path: Path) -> None:
    hashes = repository(tmp_path, 2)
    checkout = Checkout(tmp_path)
    assert named_commit("main", checkout) == hashes[1]
    assert named_commit("HEAD~1", checkout) == hashes[0]
    assert named_commit("ABCDEF012345678", checkout) == "abcdef012345"
    for wrong in ("abc123", "no-such-branch", "--all"):
        with pytest.raises(RnnbenchError, match=f"^{wrong}: is no commit of the git checkout at"):
            named_commit(wrong, checkout)


# What is read


def test_steps_are_shown_newest_first_and_since_a_commit(tmp_path: Path) -> None:
    """A commit that was not measured has its place too."""
    hashes = repository(tmp_path / "git", 8)
    checkout = Checkout(tmp_path / "git")
    path = tmp_path / "history.sqlite"
    measured = [0, 1, 3, 5, 6]  # of eight commits
    counts = [1, 2, 2, 3, 3]
    with History(path, new=True) as history:
        for number, count in zip(measured, counts, strict=True):
            found = checkout.commit(hashes[number])
            assert found
            (value,) = values(COUNT, [[count]])
            add(history, [replace(value, commit=hashes[number])], [found])
        steps = {
            since: [
                shown.commit.hash for shown in feed(history, Selection(since=since), checkout).steps
            ]
            for since in ("", hashes[0], hashes[2], hashes[5][:7], "HEAD")
        }
        with pytest.raises(RnnbenchError, match="nonsense: is no commit of this history"):
            feed(history, Selection(since="nonsense"), checkout)
    second, fourth = hashes[1], hashes[5]
    assert steps == {
        "": [fourth, second],
        hashes[0]: [fourth, second],
        hashes[2]: [fourth],
        hashes[5][:7]: [],
        "HEAD": [],
    }


def test_what_is_no_longer_measured_is_not_called_newest(tmp_path: Path) -> None:
    """Its steps are shown all the same, and its newest value where it is asked for."""
    gone = replace(TIME, environment={"torch": "1"})
    moved = replace(COUNT, environment={"torch": "1"})
    path = tmp_path / "history.sqlite"
    count = RECENT + 3
    with History(path, new=True) as history:
        add(history, values(gone, [[1.0]]), [commit(0)])
        add(history, values(moved, [[1], [2]]), map(commit, range(2)))
        add(history, values(TIME, [[1.0]] * count), map(commit, range(count)))

        def shown(**selection: object) -> list[tuple[str, str]]:
            found = feed(history, Selection(**selection), NOWHERE)
            assert found.hidden == 3 - len(found.figures)
            return [(one.series.figure, one.newest.commit) for one in found.figures]

        newest = name(count - 1)
        assert shown() == [(TIME.figure, newest)]
        (step,) = feed(history, Selection(), NOWHERE).steps
        assert (step.commit.hash, step.series) == (name(1), moved)
        assert shown(since=name(0)) == [("parameters", name(1))]
        assert len(shown(everything=True)) == 3


def test_figures_and_cells_are_selected_by_their_names(tmp_path: Path) -> None:
    """Counts in which nothing moved are shown where they are asked for; a name that is not there is
    answered with the nearest one."""
    lstm = replace(TIME, row="lstm", subject="cost.train-step-time.lstm.abc")
    path = tmp_path / "history.sqlite"
    with History(path, new=True) as history:
        for series in (TIME, lstm, COUNT, BITS):
            add(history, values(series, [[1.0], [1.0]]), map(commit, range(2)))

        def shown(**selection: object) -> set[tuple[str, str]]:
            found = feed(history, Selection(**selection), NOWHERE)
            return {(one.series.row, one.series.figure) for one in found.figures}

        assert shown() == {("gru", TIME.figure), ("lstm", TIME.figure)}
        assert shown(cells=("gru",)) == {("gru", TIME.figure)}
        assert shown(figures=("parameters", "test mse")) == {
            ("gru", "parameters"),
            ("gru", "test mse"),
        }
        assert len(shown(everything=True)) == 4
        assert shown(since=name(0)) == set()
        with pytest.raises(UnknownName, match=r"no cell called 'grru'. Did you mean 'gru'"):
            feed(history, Selection(cells=("grru",)), NOWHERE)
        with pytest.raises(UnknownName, match=r"no figure called 'parameter'. Did you mean"):
            feed(history, Selection(figures=("parameter",)), NOWHERE)


def test_a_cell_that_is_new_in_a_suite_moves_no_series() -> None:
    """Costs are matched by cell and setting, and learning by cell and task."""
    alone = timed({"gru": 1.0}, round=0)
    beside = timed({"gru": 1.0, "lstm": 1.0}, round=0)
    assert beside.trial.cells == (CellUse(name="gru"), CellUse(name="lstm"))  # type: ignore[union-attr]
    series = [
        {one.series.identity for one in gathered([result], "c") if one.series.row == "gru"}
        for result in (alone, beside)
    ]
    assert series[0] == series[1]
