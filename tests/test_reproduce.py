"""`rnnbench reproduce`: the same bits, or what differs."""

import json
import math
from pathlib import Path

import msgspec
import pytest

from rnnbench.executors.running import without_run
from rnnbench.records import MemoryRow, Result, trial_id
from rnnbench.store import Store
from tests.builders.campaign import run, write_suite
from tests.builders.cli import rnnbench
from tests.builders.rendering import run_main

COST = """
[cost]
shapes = [{ steps = 5, batch = 4, hidden = 8, inputs = 8 }]
replicates = 1
repeats = 3
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run."""
    folder = tmp_path_factory.mktemp("stored")
    run(write_suite(folder, more=COST), folder / "run")
    return folder


def stored(folder: Path, beginning: str) -> Result:
    return next(r for r in Store(folder / "run").read() if trial_id(r.trial).startswith(beginning))


@pytest.mark.parametrize(
    "beginning", ["adding.h4.gru", "cost.train-step-time", "cost.peak-memory.T5.gru"]
)
def test_a_stored_trial_is_the_same_to_the_last_bit(folder: Path, beginning: str) -> None:
    """By the beginning of its id; of cost trials what does not depend on the machine's speed.
    Nothing is stored."""
    before = {path: path.read_bytes() for path in (folder / "run" / "trials").iterdir()}
    done = rnnbench("reproduce", "run", beginning, cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("The same to the last bit: ")
    assert {path: path.read_bytes() for path in (folder / "run" / "trials").iterdir()} == before


def test_a_figure_that_differs_is_named_with_both_values(folder: Path, tmp_path: Path) -> None:
    """One unit in the last place is a difference; the exit code says so."""
    result = stored(folder, "adding.h6.gru")
    assert result.learning
    test = {name: math.nextafter(score, 9) for name, score in result.learning.test.items()}
    store = Store(tmp_path / "run")
    store.prepare()
    here = msgspec.structs.replace(result.provenance, commit="")
    learning = msgspec.structs.replace(result.learning, test=test)
    store.write(msgspec.structs.replace(result, learning=learning, provenance=here))
    done = rnnbench("reproduce", "run", "adding", cwd=tmp_path)
    assert done.returncode == 1
    assert (
        f"learning.test.mse: stored {test['mse']}, now {result.learning.test['mse']}" in done.stdout
    )
    assert "No condition that is recorded differs." in done.stdout


def test_a_figure_that_an_earlier_version_did_not_count_is_no_difference(
    folder: Path, tmp_path: Path
) -> None:
    """It is listed; one that was counted and is another one now still differs."""
    result = stored(folder, "cost.peak-memory.T5.gru")
    (row,) = result.costs
    assert isinstance(row, MemoryRow)
    assert row.saved_bytes
    store = Store(tmp_path / "run")
    store.prepare()
    earlier = msgspec.structs.replace(row, peak_allocated_bytes=None)
    for saved, code in ((row.saved_bytes, 0), (row.saved_bytes + 1, 1)):
        changed = msgspec.structs.replace(earlier, saved_bytes=saved)
        store.write(msgspec.structs.replace(result, costs=(changed,)))
        done = rnnbench("reproduce", "run", "cost", cwd=tmp_path)
        assert done.returncode == code, done.stdout + done.stderr
        said = f"costs[0].peak_allocated_bytes: not in the stored result, now {row.peak_allocated_bytes}"
        assert said in done.stdout.splitlines()
        assert ("saved_bytes: stored" in done.stdout) == bool(code)


def test_on_another_machine_it_says_which_conditions_differ(folder: Path, tmp_path: Path) -> None:
    """Machine, versions, plugins, sources, commit."""
    result = stored(folder, "adding.h4.rnn")
    machine = msgspec.structs.replace(result.provenance.machine, processor="another one", cores=96)
    provenance = msgspec.structs.replace(
        result.provenance,
        machine=machine,
        versions={**result.provenance.versions, "torch": "1.0"},
        definitions={**result.provenance.definitions, "adding": "0ther"},
    )
    store = Store(tmp_path / "run")
    store.prepare()
    store.write(msgspec.structs.replace(result, provenance=provenance))
    done = rnnbench("reproduce", "run", trial_id(result.trial), "--json", cwd=tmp_path)
    told = json.loads(done.stdout)
    assert told["same"] is True
    differing = {row["condition"]: row["then"] for row in told["conditions"]}
    assert differing["machine.processor"] == "another one"
    assert differing["machine.cores"] == 96
    assert differing["versions.torch"] == "1.0"
    assert differing["definitions.adding"] == "0ther"
    text = rnnbench("reproduce", "run", "adding", cwd=tmp_path).stdout
    assert "condition versions.torch: then 1.0, now " in text


@pytest.mark.parametrize(
    ("identity", "said"),
    [
        ("adding.h4", "run: 'adding.h4' may be adding.h4.gru"),
        ("ading", "run: no trial called 'ading'. There are: adding.h4"),
    ],
)
def test_an_id_that_names_no_trial_or_several_is_told(
    folder: Path, identity: str, said: str
) -> None:
    """With what there is."""
    done = rnnbench("reproduce", "run", identity, cwd=folder)
    assert done.returncode == 2
    assert said in done.stderr


def test_what_was_never_run_is_not_reproduced(folder: Path, tmp_path: Path) -> None:
    """A rung that was not tried has nothing to compare."""
    store = Store(tmp_path / "run")
    store.prepare()
    store.write(
        without_run(stored(folder, "adding.h4.gru").trial, "stopped", "not tried: too high")
    )
    done = rnnbench("reproduce", "run", "adding", cwd=tmp_path)
    assert done.returncode == 2
    assert "was not run (stopped: not tried: too high)" in done.stderr


@pytest.mark.parametrize("again", ["error", "skipped", "ok"])
def test_of_a_trial_without_figures_nothing_is_the_same(
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    again: str,
) -> None:
    """It says that nothing was compared, and exits with 5; where there are figures now, the outcome
    differs: 1."""
    kept = stored(folder, "adding.h4.gru")
    store = Store(tmp_path / "run")
    store.prepare()
    store.write(without_run(kept.trial, "error", "ValueError: no such luck"))
    now = kept if again == "ok" else without_run(kept.trial, again, "not today")
    monkeypatch.setattr("rnnbench.cli.reproducing.run_one", lambda trial: now)
    code = run_main(monkeypatch, "reproduce", str(tmp_path / "run"), "adding")
    told = capsys.readouterr().out
    assert "The same" not in told
    assert code == (1 if again == "ok" else 5)
    if again == "error":
        assert told.startswith(
            f"Nothing was compared: {trial_id(kept.trial)} has no figures (stored error: ValueError"
        )
    if again == "skipped":
        assert "could not be run again (skipped: not today)." in told
    code = run_main(monkeypatch, "reproduce", str(tmp_path / "run"), "adding", "--json")
    same = json.loads(capsys.readouterr().out)["same"]
    assert same is (False if again == "ok" else None)
