"""SLURM: jobs come and go as they like, and every trial gives one result, with the same bits as
anywhere."""

import os
import re
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import psutil
import pytest

pytest.importorskip("submitit")

from rnnbench.campaign import ExecutorChoice, Progress, run_suite
from rnnbench.catalogue import Catalogue
from rnnbench.contracts import Executor, ExecutorContext
from rnnbench.errors import RnnbenchError
from rnnbench.executors.job import Job
from rnnbench.executors.local import LocalPool
from rnnbench.records import LearningTrial, Result, Trial, trial_id
from rnnbench.store import Store
from rnnbench.suite import Choices, read_suite
from rnnbench_cluster.slurm import build_slurm
from rnnbench_cluster.slurm_pack import arrays, read_regular
from tests.builders.executors import trial
from tests.builders.records import COST, learning_trial
from tests.cluster.one_node_slurm import CannotStart, one_node_slurm
from tests.conftest import MakePlugin

POLL_SECONDS = 0.5
MINUTE = 60.0


@pytest.fixture(scope="module")
def cluster() -> Iterator[None]:
    """A SLURM of one node, which all commands find."""
    with (
        TemporaryDirectory(prefix="slurm-", ignore_cleanup_errors=True) as folder,
        pytest.MonkeyPatch.context() as patch,
    ):
        try:
            with one_node_slurm(Path(folder)) as environment:
                for name, value in environment.items():
                    patch.setenv(name, value)
                yield
        except CannotStart as reason:
            pytest.skip(str(reason))


@pytest.fixture
def context(tmp_path: Path, cluster: None) -> ExecutorContext:
    """A run on the cluster."""
    return ExecutorContext(tmp_path / "run")


def small(cell: str = "gru", **recipe: object) -> LearningTrial:
    """A trial that leaves memory for a second job beside it."""
    return trial(cell, **{"limit_memory_mib": 1024, **recipe})


GATED_CELL = """
    import time
    from pathlib import Path
    import rnnbench
    from torch import nn

    GATE = Path({gate!r})

    class Gated(nn.GRU):
        calls = 0

        def forward(self, x, state=None):
            Gated.calls += 1
            while Gated.calls > 60 and not GATE.exists():
                time.sleep(0.05)
            return super().forward(x, state)

    @rnnbench.hookimpl
    def rnnbench_cells():
        return [rnnbench.CellSpec("gated", lambda i, h: Gated(i, h, batch_first=True), "made for a test")]
"""


@pytest.fixture
def gate(make_plugin: MakePlugin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file; until it is there, no trial of the cell `gated` comes to its end, though it gets
    through some epochs."""
    path = tmp_path / "gate"
    make_plugin(GATED_CELL.format(gate=str(path)))
    show_plugins_to_jobs(monkeypatch)
    return path


def gated(**recipe: object) -> LearningTrial:
    """A trial that is in the middle for as long as a test wants it to be."""
    return small("gated", epochs=30, stop_when_solved=False, **recipe)


def show_plugins_to_jobs(monkeypatch: pytest.MonkeyPatch) -> None:
    """What this process can import by now, jobs that it submits can, too."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(path for path in sys.path if path))


def squeue(*arguments: str) -> list[str]:
    """Ids of the jobs that are in the queue."""
    told = subprocess.run(
        ["squeue", "-h", "-r", "-o", "%i", *arguments], capture_output=True, text=True, check=True
    )
    return told.stdout.split()


def job_process(job: str) -> psutil.Process:
    """The process that runs the trials of a job of this cluster."""
    ours = {"SLURM_CONF": os.environ["SLURM_CONF"], "SLURM_ARRAY_TASK_ID": job.partition("_")[2]}
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if (
                "executors.job" in " ".join(process.cmdline())
                and ours.items() <= process.environ().items()
            ):
                return process
    raise AssertionError(f"nobody runs the trials of job {job}")


def finish(
    executor: Executor,
    when: Callable[[], bool] = lambda: False,
    then: Callable[[], object] = lambda: None,
    seconds: float = 200,
) -> dict[str, Result]:
    """Wait for all results, of which there is one a trial; on the way, do something once that its
    time has come."""
    deadline = time.monotonic() + seconds
    results = list[Result]()
    done = False
    while executor.in_flight:
        assert time.monotonic() < deadline, (
            f"no result of {sorted(executor.in_flight)}; {executor.notices()}"
        )
        results += executor.wait(0.1)
        if not done and when():
            then()
            done = True
    by_id = {trial_id(result.trial): result for result in results}
    assert len(by_id) == len(results)
    return by_id


def wait_until(condition: Callable[[], object], seconds: float = 60) -> None:
    """Look every now and then."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.05)


SUITE = """
version = 1
summary = "made for a test"
cells = ["rnn", "gru"]
seeds = 1
[recipe]
tune = false
parameters = 300
batch_size = 8
steps_per_epoch = 3
epochs = 3
validation_examples = 16
test_examples = 16
limit_memory_mib = 1024
[[tasks]]
name = "adding"
horizons = [4]
[[tasks]]
name = "recall-first"
horizons = [4]
recipe = { limit_memory_mib = 1000 }
[cost]
measure = ["train-step-time"]
repeats = 3
shapes = [{ steps = 4, batch = 2, hidden = 8, inputs = 8 }]
replicates = 1
"""


def kept(context: ExecutorContext, trial: Trial) -> bool:
    """Whether a trial has written a checkpoint."""
    checkpoint = context.checkpoints().of(trial)
    return checkpoint is not None and checkpoint.exists()


@pytest.mark.slurm
@pytest.mark.usefixtures("cluster")
def test_a_suite_gives_what_the_local_pool_gives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every trial once, in few jobs, never more at once than were asked for, cost trials with a
    node to themselves; though the driver be a job itself, with wishes for its memory."""
    (tmp_path / "tiny.toml").write_text(SUITE)
    monkeypatch.setenv("SLURM_MEM_PER_CPU", "100")
    catalogue = Catalogue.present()
    suite = read_suite(str(tmp_path / "tiny.toml"), catalogue, Choices())
    jobs = set[str]()
    exclusive = set[str]()
    most = 0
    ran: Counter[str] = Counter()

    def watch(_: Progress, result: Result | None) -> None:
        nonlocal most
        if result:
            ran[trial_id(result.trial)] += 1
        most = max(most, len(squeue("-t", "RUNNING")))
        jobs.update(path.name for path in tmp_path.rglob("*_submitted.pkl"))
        exclusive.update(
            p.name
            for p in tmp_path.rglob("*_submission.sh")
            if "#SBATCH --exclusive\n" in p.read_text()
        )

    options = {"poll_seconds": POLL_SECONDS, "minutes_a_job": 20.0}
    place = ExecutorChoice(catalogue.executors["slurm"].item, options, jobs=1)
    progress = run_suite(suite, catalogue, Store(tmp_path / "slurm"), place, watch=watch)
    local = ExecutorChoice(catalogue.executors["local"].item, jobs=2)
    run_suite(suite, catalogue, Store(tmp_path / "local"), local, watch=lambda *_: None)

    notices = [
        notice for notice in progress.notices if not notice.startswith("the machine is busy")
    ]
    assert (progress.new, notices, most) == (Counter(ok=5), [], 1)
    assert set(ran.values()) == {1}
    assert (len(jobs), len(exclusive)) == (3, 1)
    theirs, ours = (
        {trial_id(r.trial): msgspec.json.encode(r.learning) for r in Store(tmp_path / name).read()}
        for name in ("local", "slurm")
    )
    assert theirs == ours
    assert not (tmp_path / "slurm" / "slurm").exists()


def test_packs_are_filled_up_to_their_minutes_and_are_of_one_kind() -> None:
    """What wants another machine goes into another array; a trial that may have killed its job is
    alone."""
    trials = [learning_trial(seed=seed) for seed in range(7)]  # of ten minutes each
    big = learning_trial(
        seed=8, recipe=msgspec.structs.replace(trials[0].recipe, limit_memory_mib=9000)
    )
    several = arrays(
        [*trials, big, COST, learning_trial(device="cuda")], 30 * MINUTE, {trial_id(trials[0])}
    )
    shape = {
        (needs.exclusive, needs.device, needs.memory_mib, minutes): [len(pack) for pack in packs]
        for (needs, minutes), packs in several.items()
    }
    assert shape == {
        (False, "cpu", 4096 + 1536, 16 + 5): [1],
        (False, "cpu", 4096 + 1536, 32 + 5): [3, 3],
        (False, "cpu", 9000 + 1536, 16 + 5): [1],
        (True, "cpu", 4096 + 1536, 8 + 5): [1],
        (False, "cuda", 4096 + 1536, 16 + 5): [1],
    }


@pytest.mark.slurm
def test_new_trials_are_taken_when_half_are_done(
    context: ExecutorContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that they, too, are packed several to a job."""
    monkeypatch.setattr("rnnbench_cluster.slurm.TRIALS_HELD", 6)
    with build_slurm(context, poll_seconds=0.05) as executor:
        while executor.free:
            executor.start(small(epochs=20, learning_rate=0.01 + len(executor.in_flight)))
        assert len(executor.in_flight) == 6
        free = {6: executor.free}
        while executor.in_flight:
            executor.wait(0.1)
            free[len(executor.in_flight)] = executor.free
        assert len(executor._jobs) == 1
    assert all(places == (6 - held if held <= 3 else 0) for held, places in free.items())
    assert {4, 5} & free.keys()


@pytest.mark.slurm
def test_the_death_of_jobs_costs_their_siblings_nothing(
    context: ExecutorContext, gate: Path
) -> None:
    """One job of an array is cancelled in the middle of its second trial of three, another loses
    the process that runs its trials: what was running goes on from its checkpoint in a job of its
    own, what waited behind it is run, what was done is not run again, and the third job never hears
    of it."""
    packs = [
        [small(limit_seconds=300.0), gated(limit_seconds=300.0), small("rnn", limit_seconds=300.0)],
        [gated(limit_seconds=600.0), small("rnn", limit_seconds=310.0)],
        [small(limit_seconds=900.0)],
    ]
    running = [packs[0][1], packs[1][0]]

    def strike() -> None:
        cancelled, bereft, _ = sorted(squeue())
        job_process(bereft).kill()
        subprocess.run(["scancel", cancelled], check=True)
        wait_until(lambda: not {cancelled, bereft} & set(squeue()))
        gate.touch()

    with build_slurm(
        context, minutes_a_job=15.0, poll_seconds=0.2, checkpoint_seconds=0.0
    ) as executor:
        for one in chain.from_iterable(packs):
            executor.start(one)
        results = finish(executor, lambda: all(kept(context, one) for one in running), strike)
        notices = {re.split("[ :]", notice)[1]: notice for notice in executor.notices()}
    assert Counter(result.status for result in results.values()) == Counter(ok=6)
    resumed = {identity for identity, result in results.items() if result.resumed_at}
    assert resumed == notices.keys() == {trial_id(one) for one in running}
    for one, how in zip(running, ("CANCELLED", "FAILED"), strict=True):
        expected = (
            rf"job \d+_\d ended \({how}\) without a result.*; it and 1 later in the job are run"
            r" again"
        )
        assert re.fullmatch(f"trial {re.escape(trial_id(one))}: {expected}", notices[trial_id(one)])


@pytest.mark.slurm
def test_a_requeued_job_goes_on_with_the_same_bits(context: ExecutorContext, gate: Path) -> None:
    """Whether SLURM warns it first, as before it preempts, or not: nothing has to be mended, and
    what was done is not done again. (In a job of less than ten minutes, submitit takes any warning
    for one of its end.)"""
    done = small(limit_seconds=60.0)
    trials = (gated(limit_seconds=180.0), gated(limit_seconds=240.0))
    undisturbed: dict[str, Result] = {}
    written: list[float] = []

    def look() -> None:
        (path,) = context.folder.rglob(f"{trial_id(done)}.json")
        written.append(path.stat().st_mtime)

    def requeue() -> None:
        look()
        warned, not_warned = sorted(squeue())
        subprocess.run(["scontrol", "requeue", not_warned], check=True)
        subprocess.run(["scancel", "--signal=TERM", warned], check=True)
        time.sleep(1.0)
        subprocess.run(["scancel", "--signal=USR2", warned], check=True)
        wait_until(lambda: len(squeue("-t", "PENDING")) == 2)
        gate.touch()
        with LocalPool(jobs=2) as pool:  # while SLURM waits with the jobs
            for one in trials:
                pool.start(one)
            undisturbed.update(finish(pool))

    with build_slurm(
        context, minutes_a_job=4.0, poll_seconds=POLL_SECONDS, checkpoint_seconds=0.0
    ) as executor:
        for one in (done, *trials):
            executor.start(one)
        results = finish(executor, lambda: all(kept(context, one) for one in trials), requeue)
        assert executor.notices() == []
        look()
    assert len(undisturbed) == 2
    for identity, result in undisturbed.items():
        assert len(results[identity].resumed_at) == 1
        assert results[identity].learning == result.learning
    assert written[0] == written[1]


@pytest.mark.slurm
@pytest.mark.usefixtures("hostile_cells")
def test_a_cell_that_kills_its_process_costs_its_own_trial(
    context: ExecutorContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seen on the node, by those who watch it there: nothing has to be mended, and the next trial
    runs."""
    show_plugins_to_jobs(monkeypatch)
    trials = [small("killed"), small("raises"), small()]
    with build_slurm(context, poll_seconds=POLL_SECONDS) as executor:
        for one in trials:
            executor.start(one)
        results = finish(executor)
        assert executor.notices() == []
    assert [results[trial_id(one)].status for one in trials] == ["killed", "error", "ok"]
    assert results[trial_id(trials[0])].reason == "its process was ended by SIGKILL"


@pytest.mark.slurm
def test_a_trial_whose_jobs_all_die_is_given_up(
    context: ExecutorContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After three, with the last job's id, its end and its last words."""
    monkeypatch.setattr("sys.executable", "/no/such/python")
    with build_slurm(context, poll_seconds=0.1) as executor:
        executor.start(small())
        (result,) = finish(executor).values()
        assert len(executor.notices()) == 2
    assert result.status == "killed"
    assert re.fullmatch(
        r"job \d+ ended \(FAILED\) without a result: .*/no/such/python.*; 2 earlier jobs of the"
        r" trial ended without one too",
        result.reason,
    )


UNSURE = """#!/bin/sh
printf . >> {asked}
case $(wc -c < {asked}) in
    [1-9]|1[0-2]) echo squeue: error: slurm_load_jobs: Socket timed out >&2; exit 1 ;;
    1[3-6]) ;;
    *) exec {squeue} "$@" ;;
esac
"""


@pytest.mark.slurm
def test_jobs_are_not_given_up_because_squeue_does_not_know(
    context: ExecutorContext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not where it fails, for however long, nor where it misses a job for a moment: nothing is run
    twice."""
    unsure = tmp_path / "squeue"
    unsure.write_text(UNSURE.format(asked=tmp_path / "asked", squeue=shutil.which("squeue")))
    unsure.chmod(0o755)
    with build_slurm(context, poll_seconds=0.1) as executor:
        executor.start(small())
        with monkeypatch.context() as patch:
            patch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
            (result,) = finish(executor).values()
        assert executor.notices() == [
            "squeue: slurm_load_jobs: Socket timed out; the next poll asks again"
        ]
        assert len((tmp_path / "asked").read_text()) > 16
        assert len(list(context.folder.rglob("*_submitted.pkl"))) == 1
    assert result.status == "ok"


@pytest.mark.slurm
def test_slurm_says_why_it_refuses(
    context: ExecutorContext, capfd: pytest.CaptureFixture[str]
) -> None:
    """In one sentence, at once, and nothing is left behind."""
    with build_slurm(context, partition="nowhere", poll_seconds=POLL_SECONDS) as executor:
        executor.start(small())
        with pytest.raises(RnnbenchError, match=r"^sbatch: invalid partition specified: nowhere"):
            executor.wait(1.0)
    assert not (context.folder / "slurm").exists()
    assert capfd.readouterr() == ("", "")


def test_without_slurm_there_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It names what is not there."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(
        RnnbenchError, match=r"jobs are submitted; this one lacks sbatch, srun, squeue, scancel$"
    ):
        build_slurm(ExecutorContext(tmp_path))


@pytest.mark.slurm
@pytest.mark.usefixtures("gate")
def test_leaving_ends_all_jobs(context: ExecutorContext) -> None:
    """Those that run and those that wait; other people's are left alone."""
    other = subprocess.run(
        ["sbatch", "--parsable", "--mem=100", "--output=/dev/null", "--wrap=sleep 100"],
        capture_output=True,
        text=True,
    ).stdout.strip()
    with build_slurm(context, minutes_a_job=1.0, poll_seconds=POLL_SECONDS) as executor:
        for seed in range(5):
            executor.start(gated(learning_rate=0.01 + seed))
        executor.wait(0.0)
        wait_until(lambda: len(squeue("-t", "RUNNING")) > 1)
        assert len(squeue()) == 6
    assert not (context.folder / "slurm").exists()
    wait_until(lambda: squeue() == [other])
    subprocess.run(["scancel", other], check=True)


def test_what_is_no_file_among_the_results_keeps_nobody_waiting(tmp_path: Path) -> None:
    """A pipe that lies there would be waited for forever."""
    os.mkfifo(tmp_path / "pipe.json")
    (tmp_path / "folder.json").mkdir()
    (tmp_path / "file.json").write_bytes(b"{}")
    assert read_regular(tmp_path / "file.json") == b"{}"
    for name in ("pipe.json", "folder.json", "missing.json"):
        with pytest.raises(OSError, match=name):
            read_regular(tmp_path / name)


@pytest.mark.slurm
def test_a_job_that_is_held_is_told_of(context: ExecutorContext) -> None:
    """It would wait for ever; so does, by itself, what SLURM could not launch."""
    with build_slurm(
        ExecutorContext(context.folder, jobs=1), minutes_a_job=1.0, poll_seconds=0.1
    ) as executor:
        for rate in (0.01, 0.02):
            executor.start(small(learning_rate=rate))
        executor.wait(0.0)
        (job,) = (job for job in squeue() if job.endswith("_1"))
        subprocess.run(["scontrol", "hold", job], check=True)
        executor.wait(0.3)
        (notice,) = executor.notices()
        assert re.fullmatch(
            rf"SLURM holds job {job} \(JobHeld\w+\); `scontrol release {job}` lets it start", notice
        )


DRIVER = """
import sys
from pathlib import Path
import msgspec
from rnnbench import ExecutorContext, Job
from rnnbench_cluster.slurm import build_slurm

executor = build_slurm(ExecutorContext(Path(sys.argv[1])), poll_seconds=0.1)
for trial in msgspec.json.decode(sys.stdin.buffer.read(), type=Job).trials:
    executor.start(trial)
while True:
    executor.wait(1.0)
"""


@pytest.mark.slurm
@pytest.mark.usefixtures("gate")
def test_what_a_killed_driver_left_is_ended_by_the_next(context: ExecutorContext) -> None:
    """Its jobs, and its folder; the trials begin again."""
    driver = subprocess.Popen(
        [sys.executable, "-c", DRIVER, str(context.folder)], stdin=subprocess.PIPE
    )
    assert driver.stdin
    driver.stdin.write(msgspec.json.encode(Job(trials=(gated(),))))
    driver.stdin.close()
    wait_until(lambda: squeue("-t", "RUNNING"))
    driver.kill()
    driver.wait()
    (left,) = squeue()
    with build_slurm(context, poll_seconds=POLL_SECONDS) as executor:
        assert executor.notices() == [
            "SLURM jobs that an earlier run had left behind were cancelled; their unfinished trials"
            " start again"
        ]
        executor.start(small())
        (result,) = finish(executor).values()
        assert result.status == "ok"
        assert left not in squeue()
    assert not (context.folder / "slurm").exists()
