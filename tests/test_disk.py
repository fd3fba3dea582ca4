"""Disks that are full, folders that cannot be written, files that were damaged, and two drivers at
once."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from rnnbench.errors import RnnbenchError
from rnnbench.store import Store
from tests.builders.campaign import command, learning_figures, run, wait_until, write_suite
from tests.builders.cli import call, start

MOUNT_OPTIONS = "size=2m"


def mount(*arguments: str) -> None:
    """Mount, or skip the test where this system does not allow it."""
    try:
        done = subprocess.run(["mount", *arguments], capture_output=True, text=True)
    except OSError as error:
        pytest.skip(f"nothing can be mounted here: {error}")
    if done.returncode:
        pytest.skip(f"nothing can be mounted here: {done.stderr.strip()}")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of two mebibytes, of which a report takes the half."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount("-t", "tmpfs", "-o", MOUNT_OPTIONS, "tmpfs", str(disk))
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True)


def fill(disk: Path, leave: int) -> Path:
    """A file that leaves so many bytes."""
    filler = disk / "filler"
    room = os.statvfs(disk)
    filler.write_bytes(bytes(max(0, room.f_bavail * room.f_bsize - leave)))
    return filler


def test_a_full_disk_loses_nothing_that_was_finished(tmp_path: Path, small_disk: Path) -> None:
    """One sentence and exit code 2; with room made, the same command ends what is left, and the
    bits are the same."""
    suite = write_suite(tmp_path, seeds=2)
    folder = small_disk / "run"
    folder.mkdir()
    filler = fill(small_disk, leave=40_000)
    full = call(command(suite, folder))
    assert full.returncode == 2, full.stdout + full.stderr
    assert "cannot be written: No space left on device. What finished before is kept" in full.stderr
    assert "Traceback" not in full.stderr
    kept = {path.name: path.read_bytes() for path in folder.glob("trials/*.json")}
    assert 0 < len(kept) < 8
    assert len(list(Store(folder).read())) == len(kept)
    filler.unlink()
    again = call(command(suite, folder))
    assert f"8 trials: {len(kept)} kept from before, {8 - len(kept)} ok." in again.stdout, (
        again.stderr
    )
    assert all((folder / "trials" / name).read_bytes() == content for name, content in kept.items())
    run(suite, tmp_path / "elsewhere")
    assert learning_figures(folder) == learning_figures(tmp_path / "elsewhere")


def test_a_disk_that_is_full_from_the_start_is_told_in_a_sentence(
    tmp_path: Path, small_disk: Path
) -> None:
    """Before anything runs."""
    fill(small_disk, leave=0)
    done = call(command(write_suite(tmp_path), small_disk / "run"))
    assert done.returncode == 2
    assert "No space left on device" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_folder_that_is_read_only_is_told_in_a_sentence(tmp_path: Path, small_disk: Path) -> None:
    """Its results can be reported elsewhere, and are not touched."""
    suite = write_suite(tmp_path)
    run(suite, small_disk / "run")
    mount("-o", f"remount,ro,{MOUNT_OPTIONS}", str(small_disk))
    with pytest.raises(RnnbenchError, match="run: cannot be written: Read-only file system"):
        run(suite, small_disk / "run")
    told = call([sys.executable, "-m", "rnnbench", "report", str(small_disk / "run")])
    assert told.returncode == 1
    assert told.stdout.startswith("task")
    assert "report: cannot be written: Read-only file system" in told.stderr


@pytest.mark.parametrize("damage", ["half", "zeros", "empty", "another trial's"])
def test_the_next_run_repairs_what_was_damaged_and_says_so(tmp_path: Path, damage: str) -> None:
    """The file is put aside, the trial runs again, and nothing else does."""
    suite = write_suite(tmp_path)
    folder = tmp_path / "run"
    _, ran = run(suite, folder)
    before = learning_figures(folder)
    path = Store(folder).path(ran[1])
    whole = path.read_bytes()
    damaged = {
        "half": whole[: len(whole) // 2],
        "zeros": bytes(len(whole)),
        "empty": b"",
        "another trial's": Store(folder).path(ran[0]).read_bytes(),
    }[damage]
    path.write_bytes(damaged)
    (path.parent / f".{path.name}.123.part").write_bytes(b"{")
    progress, again = run(suite, folder)
    assert again == [ran[1]]
    assert learning_figures(folder) == before
    assert path.with_suffix(".damaged").read_bytes() == damaged
    assert any(
        ran[1] in notice and "the trial counts as not run" in notice for notice in progress.notices
    )
    assert "removed 1 half-written files of a run that was cut off" in progress.notices
    assert not list(folder.rglob("*.part"))


def test_of_two_drivers_at_once_the_second_is_told_who_holds_the_folder(tmp_path: Path) -> None:
    """Two processes, started together: each trial runs once."""
    suite = write_suite(tmp_path, steps=60)
    folder = tmp_path / "run"
    drivers = [start(command(suite, folder), stdout=-1, stderr=-1, text=True) for _ in range(2)]
    said = [driver.communicate(timeout=120) for driver in drivers]
    codes = sorted(driver.returncode for driver in drivers)
    assert codes == [0, 2], said
    (refused,) = [
        err for driver, (_, err) in zip(drivers, said, strict=True) if driver.returncode == 2
    ]
    (other,) = [driver for driver in drivers if driver.returncode == 0]
    assert f"process {other.pid} on " in refused
    assert "is running trials into this folder; wait, or choose -o" in refused
    (counted,) = [
        out.splitlines()[-1]
        for driver, (out, _) in zip(drivers, said, strict=True)
        if not driver.returncode
    ]
    assert counted == "4 trials: 0 kept from before, 4 ok."


def test_a_checkpoint_is_gone_when_its_trial_has_a_result(tmp_path: Path) -> None:
    """A run that was killed leaves them for the next one, which goes on from them and clears up."""
    suite = write_suite(tmp_path, seeds=1, steps=100)
    folder = tmp_path / "run"
    often = [*command(suite, folder), "--set", "executor.checkpoint_seconds=0.0"]
    driver = start(often, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_until(lambda: bool(list(folder.glob("checkpoints/*.pt"))))
    driver.kill()
    driver.wait()
    time.sleep(0.5)
    left = list(folder.glob("checkpoints/*.pt"))
    assert left
    assert call(often).returncode == 0
    resumed = [result for result in Store(folder).read() if result.resumed_at]
    assert resumed
    assert not (folder / "checkpoints").exists()
    run(suite, tmp_path / "elsewhere")
    assert learning_figures(folder) == learning_figures(tmp_path / "elsewhere")
