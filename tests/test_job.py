"""Jobs: trials in a subprocess, as executors of plugins run them."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import psutil
import pytest

import rnnbench
from rnnbench.records import trial_id
from rnnbench.runner import run_trial
from tests.builders.campaign import wait_until
from tests.builders.executors import trial

pytestmark = pytest.mark.usefixtures("hostile_cells")


@pytest.fixture(autouse=True)
def path(monkeypatch: pytest.MonkeyPatch, hostile_cells: Path) -> None:
    """The plugins of the test are on the path of the job too."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([path for path in sys.path if path]))


@pytest.mark.usefixtures("forked")
def test_a_job_gives_a_result_for_each_trial_with_the_bits_that_it_has_anywhere() -> None:
    """Good ones and bad ones, in their order where one runs at a time."""
    trials = (trial("gru"), trial("killed"), trial("rnn"))
    results = list(rnnbench.JobProcess(rnnbench.Job(trials=trials)).results())
    assert [result.trial for result in results] == list(trials)
    assert [result.status for result in results] == ["ok", "killed", "ok"]
    assert results[0].learning == run_trial(trials[0]).learning


@pytest.mark.usefixtures("forked")
def test_a_job_that_dies_gives_its_trials_back_as_killed() -> None:
    """With how it ended; and nothing of it is left."""
    process = rnnbench.JobProcess(rnnbench.Job(trials=(trial("hangs"), trial("gru"))))
    wait_until(lambda: len(psutil.Process(process._process.pid).children(recursive=True)) >= 2)
    family = psutil.Process(process._process.pid).children(recursive=True)
    process._process.send_signal(signal.SIGKILL)
    results = list(process.results())
    assert [result.status for result in results] == ["killed", "killed"]
    assert results[0].reason.startswith("the job that ran it ended with code -9")
    assert psutil.wait_procs(family, timeout=20)[1] == []


@pytest.mark.usefixtures("forked")
def test_a_job_can_be_ended_from_another_thread() -> None:
    """What runs is ended with it."""
    process = rnnbench.JobProcess(rnnbench.Job(trials=(trial("hangs"),)))
    wait_until(lambda: len(psutil.Process(process._process.pid).children(recursive=True)) >= 2)
    family = psutil.Process(process._process.pid).children(recursive=True)
    process.end()
    process.end()
    (result,) = process.results()
    assert result.status == "killed"
    assert psutil.wait_procs(family, timeout=20)[1] == []


def test_a_job_ends_with_its_parent(tmp_path: Path) -> None:
    """kill -9 on who started it."""
    program = tmp_path / "parent.py"
    program.write_text(
        "import sys, msgspec, rnnbench\n"
        "job = msgspec.json.decode(sys.argv[1], type=rnnbench.Job)\n"
        "print(list(rnnbench.JobProcess(job).results()))\n"
    )
    job = msgspec.json.encode(rnnbench.Job(trials=(trial("hangs"),))).decode()
    parent = subprocess.Popen([sys.executable, str(program), job], stdout=subprocess.DEVNULL)
    wait_until(lambda: len(psutil.Process(parent.pid).children(recursive=True)) >= 3)
    time.sleep(0.5)
    family = psutil.Process(parent.pid).children(recursive=True)
    parent.kill()
    parent.wait()
    assert psutil.wait_procs(family, timeout=20)[1] == []


@pytest.mark.usefixtures("forked")
def test_a_job_that_is_stopped_goes_on() -> None:
    """Whoever waits for it has it continued."""
    process = rnnbench.JobProcess(rnnbench.Job(trials=(trial("gru"),)))
    process._process.send_signal(signal.SIGSTOP)
    (result,) = process.results()
    assert result.status == "ok"


def test_a_machine_without_torch_is_told_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And none of its trials is said to be killed."""
    (tmp_path / "torch.py").write_text(
        "raise OSError('libtorch.so: cannot open shared object file')"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    process = rnnbench.JobProcess(rnnbench.Job(trials=(trial("gru"), trial("rnn"))))
    with pytest.raises(
        rnnbench.RnnbenchError,
        match=r"^on \S+: torch is installed and cannot be imported.*libtorch\.so",
    ):
        list(process.results())


def test_the_front_door_tells_trials_apart() -> None:
    """What executors of plugins need stands in `import rnnbench`."""
    assert rnnbench.trial_id(trial("gru")) == trial_id(trial("gru"))
    assert rnnbench.limits(trial("gru", limit_seconds=7.0)).seconds == 7.0
