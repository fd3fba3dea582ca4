"""A whole run: what is killed goes on, what is done is not done again, what fails costs only
itself."""

import os
import signal
import subprocess
from collections import Counter
from pathlib import Path

import msgspec
import psutil
import pytest

from rnnbench.errors import DataUnavailable, RnnbenchError
from rnnbench.records import LearningTrial, Result
from rnnbench.store import Store, kept_looks
from rnnbench.suite import Choices
from tests.builders.campaign import (
    command,
    is_trial,
    learning_figures,
    run,
    wait_until,
    write_suite,
)
from tests.builders.cli import call, start
from tests.builders.processes import is_alive
from tests.conftest import MakePlugin


def test_every_trial_runs_once_and_a_second_time_nothing_does(tmp_path: Path) -> None:
    """Then more seeds run only what is new, and --fresh runs all again."""
    suite = write_suite(tmp_path)
    progress, ran = run(suite, tmp_path / "run")
    assert (progress.total, progress.kept.total(), progress.failed) == (4, 0, 0)
    assert len(set(ran)) == len(ran) == 4
    assert run(suite, tmp_path / "run")[1] == []
    assert len(run(suite, tmp_path / "run", choices=Choices(seeds=2))[1]) == 4
    assert kept_looks(tmp_path / "run").planned == 1
    assert sorted(run(suite, tmp_path / "run", fresh=True)[1]) == sorted(ran)


def test_results_say_from_which_commit_they_come(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That of the checkout in which the run was started, asked once by the driver."""
    monkeypatch.setattr("rnnbench.environment.commit", lambda: "c0ffee")
    run(write_suite(tmp_path), tmp_path / "run")
    assert {result.provenance.commit for result in Store(tmp_path / "run").read()} == {"c0ffee"}


def test_a_damaged_result_is_run_again_and_only_that(tmp_path: Path) -> None:
    """Half a file is no file."""
    suite = write_suite(tmp_path)
    _, ran = run(suite, tmp_path / "run")
    path = Store(tmp_path / "run").path(ran[0])
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    assert run(suite, tmp_path / "run")[1] == [ran[0]]
    learning = [
        msgspec.json.decode(content, type=Result).learning for content in (whole, path.read_bytes())
    ]
    assert learning[0] == learning[1]


def test_results_of_an_older_definition_are_named(tmp_path: Path, make_plugin: MakePlugin) -> None:
    """Editing a cell and running again is what its author does all day: what is kept is said to be
    old."""
    root = make_plugin("""
        import rnnbench
        from torch import nn

        def build(inputs, hidden):
            return nn.GRU(inputs, hidden, batch_first=True)

        @rnnbench.hookimpl
        def rnnbench_cells():
            return [rnnbench.CellSpec("mine", f"{__name__}:build", "made for a test")]
    """)
    suite = write_suite(tmp_path)
    choices = Choices(cells=("mine", "gru"))
    assert run(suite, tmp_path / "run", choices=choices)[0].stale == Counter()
    (module,) = root.glob("*.py")
    module.write_text(module.read_text().replace("nn.GRU", "nn.LSTM"))
    progress, ran = run(suite, tmp_path / "run", choices=choices)
    assert ran == []
    assert progress.stale == Counter(mine=2)


def test_a_second_driver_is_told_who_has_the_folder(tmp_path: Path) -> None:
    """And runs nothing; when the first is gone, however it went, the folder is free."""
    suite = write_suite(tmp_path)
    store = Store(tmp_path / "run")
    store.prepare()
    with (
        store.locked(),
        pytest.raises(RnnbenchError, match=f"process {os.getpid()} on .* is running trials"),
    ):
        run(suite, tmp_path / "run")
    assert len(run(suite, tmp_path / "run")[1]) == 4


def test_a_folder_of_another_suite_is_refused(tmp_path: Path) -> None:
    """Results of two suites never mix."""
    run(write_suite(tmp_path), tmp_path / "run")
    other = tmp_path / "other.toml"
    other.write_text((tmp_path / "tiny.toml").read_text())
    with pytest.raises(
        RnnbenchError, match="holds results of suite 'tiny'; give 'other' another folder"
    ):
        run(other, tmp_path / "run")


@pytest.mark.usefixtures("hostile_cells")
def test_cells_that_fail_do_not_keep_others_from_running(tmp_path: Path) -> None:
    """Each status is counted; failures are final until --fresh."""
    suite = write_suite(tmp_path)
    choices = Choices(cells=("raises", "gru", "killed", "diverges"))
    progress, ran = run(suite, tmp_path / "run", choices=choices)
    assert progress.new == Counter(ok=2, error=2, killed=2, diverged=2)
    assert progress.failed == 4
    again, nothing = run(suite, tmp_path / "run", choices=choices)
    assert nothing == []
    assert again.failed == 4
    killed = [r for r in Store(tmp_path / "run").read() if r.status == "killed"]
    assert all(set(r.provenance.definitions) == {"rnnbench", "killed", "adding"} for r in killed)
    assert all(r.seconds.process > 0 for r in killed)
    assert len(run(suite, tmp_path / "run", choices=Choices(cells=("raises",)), fresh=True)[1]) == 2
    assert len(ran) == 8


def test_a_task_without_data_is_skipped_with_its_reason_and_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The others run; the next run asks for the data anew."""
    asked = []

    def unavailable(archive: object) -> Path:
        asked.append(archive)
        raise DataUnavailable("no network on this island")

    monkeypatch.setattr("rnnbench.campaign.data.fetch", unavailable)
    suite = write_suite(tmp_path, more='[[tasks]]\nname = "bitcoin"\n')
    progress, _ = run(suite, tmp_path / "run")
    assert progress.new == Counter(ok=4, skipped=2)
    assert progress.reasons == Counter({"no network on this island": 2})
    skipped = [r for r in Store(tmp_path / "run").read() if r.status == "skipped"]
    assert {r.reason for r in skipped} == {"no network on this island"}
    assert all(isinstance(r.trial, LearningTrial) and r.trial.task == "bitcoin" for r in skipped)
    assert run(suite, tmp_path / "run")[0].new == Counter(skipped=2)
    assert len(asked) == 2


def test_a_killed_run_goes_on_where_it_was(tmp_path: Path) -> None:
    """kill -9 on the driver in the middle: its children end by themselves; the same command keeps
    every finished trial, runs none twice, and every learning figure equals that of an undisturbed
    run."""
    suite = write_suite(tmp_path, seeds=2, steps=30)
    folder = tmp_path / "run"
    driver = start(command(suite, folder), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_until(lambda: len(list(folder.glob("trials/*.json"))) >= 2)
    family = psutil.Process(driver.pid).children(recursive=True)
    assert family
    os.kill(driver.pid, signal.SIGKILL)
    driver.wait()
    wait_until(lambda: not any(is_alive(member.pid) for member in family))
    finished = {
        path: (path.stat().st_mtime_ns, path.read_bytes()) for path in folder.glob("trials/*.json")
    }
    assert 2 <= len(finished) < 8, "the run was not killed in the middle"

    again = call(command(suite, folder))
    assert again.returncode == 0, again.stderr
    assert f"8 trials: {len(finished)} kept from before, {8 - len(finished)} ok." in again.stdout
    assert all(
        (path.stat().st_mtime_ns, path.read_bytes()) == before for path, before in finished.items()
    )

    undisturbed = tmp_path / "undisturbed"
    run(suite, undisturbed)
    assert learning_figures(folder) == learning_figures(undisturbed)
    assert not list(folder.rglob("*.part"))


@pytest.mark.usefixtures("hostile_cells")
@pytest.mark.parametrize("helped", [True, False])
def test_children_end_with_their_driver_whatever_they_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, helped: bool
) -> None:
    """Even one that hangs for ever. Where neither the server, nor the kernel, nor another driver ends
    them, they see that the pipe to the driver closes."""
    if not helped:
        executors = "rnnbench.executors"
        monkeypatch.setattr(f"{executors}.confinement.wake_with_parent_gone", lambda: None)
        monkeypatch.setattr(f"{executors}.child.end_with_parent", lambda _: None)
        monkeypatch.setattr(f"{executors}.server.brand_myself", lambda _: None)
    arguments = [*command(write_suite(tmp_path), tmp_path / "run"), "-c", "hangs"]
    driver = start(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    family: list[psutil.Process] = []

    def two_trials_hang() -> bool:
        family[:] = psutil.Process(driver.pid).children(recursive=True)
        return sum(is_trial(process) for process in family) == 2

    wait_until(two_trials_hang)
    if not helped:
        (server,) = psutil.Process(driver.pid).children()
        server.suspend()
    os.kill(driver.pid, signal.SIGKILL)
    driver.wait()
    gone, alive = psutil.wait_procs(family, timeout=30)
    for process in alive:
        process.kill()
    assert not alive
    assert len(gone) == len(family) >= 2


def test_an_interrupted_run_ends_its_children_and_says_how_to_go_on(tmp_path: Path) -> None:
    """Ctrl-C: exit code 130, what finished is kept."""
    suite = write_suite(tmp_path, seeds=4, steps=150)
    folder = tmp_path / "run"
    driver = start(
        command(suite, folder), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    wait_until(lambda: len(list(folder.glob("trials/*.json"))) >= 1)
    family = psutil.Process(driver.pid).children(recursive=True)
    driver.send_signal(signal.SIGINT)
    _, said = driver.communicate(timeout=30)
    assert driver.returncode == 130
    assert "the same command goes on from there" in said
    wait_until(lambda: not any(is_alive(member.pid) for member in family))
    assert len(list(Store(folder).read())) >= 1


OWN_FILE = """
version = 1
summary = "a file of one's own"
cells = ["rnn"]
seeds = 1
[recipe]
tune = false
epochs = 1
[[tasks]]
name = "csv-forecast"
dials = {{ path = "{path}", answer = "visitors", horizon = 3 }}
"""


def test_a_file_of_ones_own_that_has_changed_is_told(tmp_path: Path) -> None:
    """Its results are kept and said to be of another file, like those of a changed source."""
    file = tmp_path / "visits.csv"
    suite = tmp_path / "own.toml"
    suite.write_text(OWN_FILE.format(path=file))
    file.write_text("visitors\n" + "\n".join(str(day % 7) for day in range(60)))
    progress, ran = run(suite, tmp_path / "run")
    assert (len(ran), progress.statuses["ok"]) == (1, 1)
    assert run(suite, tmp_path / "run")[0].stale == Counter()
    file.write_text("visitors\n" + "\n".join(str(day % 5) for day in range(60)))
    assert run(suite, tmp_path / "run")[0].stale == Counter({str(file): 1})


@pytest.mark.parametrize("fresh", [False, True])
def test_a_folder_with_a_result_of_a_newer_format_is_refused_and_stays_as_it_is(
    tmp_path: Path, fresh: bool
) -> None:
    """Nothing is discarded, put aside or written before all of it was read."""
    suite = write_suite(tmp_path)
    folder = tmp_path / "run"
    run(suite, folder)
    first, *_, last = sorted((folder / "trials").glob("*.json"))
    skipped = msgspec.json.decode(first.read_bytes()) | {"status": "skipped", "learning": None}
    first.write_bytes(msgspec.json.encode(skipped))
    newer = msgspec.json.decode(last.read_bytes()) | {"format": 99}
    last.write_bytes(msgspec.json.encode(newer))
    before = {file: file.read_bytes() for file in (folder / "trials").iterdir()}
    with pytest.raises(RnnbenchError, match="has format 99"):
        run(suite, folder, fresh=fresh)
    assert {file: file.read_bytes() for file in (folder / "trials").iterdir()} == before


def test_a_folder_in_the_place_of_a_checkpoint_ends_nothing(tmp_path: Path) -> None:
    """It is not removed, and the trial runs."""
    suite = write_suite(tmp_path)
    folder = tmp_path / "run"
    _, ran = run(suite, folder)
    (folder / "checkpoints" / f"{ran[0]}.pt").mkdir(parents=True)
    progress, again = run(suite, folder, fresh=True)
    assert sorted(again) == sorted(ran)
    assert progress.failed == 0
