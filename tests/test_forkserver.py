"""The server that forks trials, and the folder in which they work: whatever becomes of either, a
run goes on."""

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from rnnbench.errors import RnnbenchError
from rnnbench.executors import preloading, scratch
from rnnbench.executors.branding import end_abandoned
from rnnbench.executors.forkserver import PRELOAD
from rnnbench.executors.local import LocalPool
from rnnbench.executors.preloading import preload
from rnnbench.executors.scratch import Scratch, remove_abandoned
from rnnbench.records import LearningTrial, Result
from tests.builders import hostile
from tests.builders.campaign import command, is_trial, wait_until, write_suite
from tests.builders.cli import rnnbench, start
from tests.builders.executors import finish
from tests.builders.matrix import slow
from tests.builders.processes import is_alive
from tests.conftest import MakePlugin

ONE_TRIAL = (
    *("run", "trial", "gru", "adding", "--dial", "horizon=4"),
    *("--set", "recipe.epochs=1", "--set", "recipe.steps_per_epoch=2"),
)
WITHOUT_TORCH = """
import sys

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "torch":
            raise ModuleNotFoundError("No module named 'torch'", name="torch")

sys.meta_path.insert(0, Missing())
"""
CELLS = """
    import os, shutil, signal, subprocess, time
    import rnnbench
    from torch import nn

    class Slow(nn.GRU):
        def forward(self, x, state=None):
            time.sleep(0.05)
            return super().forward(x, state)

    class RemovesAbove(nn.GRU):
        done = False

        def forward(self, x, state=None):
            if not RemovesAbove.done:
                RemovesAbove.done = True
                shutil.rmtree(os.path.dirname(os.getcwd()), ignore_errors=True)
            return super().forward(x, state)

    class RemovesAll(nn.GRU):
        here = None

        def __init__(self, *sizes, **options):
            super().__init__(*sizes, **options)
            RemovesAll.here = RemovesAll.here or os.getcwd()

        def forward(self, x, state=None):
            folder_of_the_pool = os.path.dirname(os.path.dirname(RemovesAll.here))
            assert os.path.basename(folder_of_the_pool).startswith("rnnbench-pool-")
            shutil.rmtree(folder_of_the_pool, ignore_errors=True)
            return super().forward(x, state)

    class NeedsFolder(nn.GRU):
        def forward(self, x, state=None):
            time.sleep(0.05)
            os.getcwd()
            return super().forward(x, state)

    class RemovesOwn(nn.GRU):
        def forward(self, x, state=None):
            shutil.rmtree(os.getcwd())
            return super().forward(x, state)

    class ClosesFiles(nn.GRU):
        def forward(self, x, state=None):
            os.closerange(3, 256)
            return super().forward(x, state)

    class StopsItself(nn.GRU):
        def forward(self, x, state=None):
            os.kill(os.getpid(), signal.SIGSTOP)

    class StopsTheServer(nn.GRU):
        def forward(self, x, state=None):
            os.kill(os.getppid(), signal.SIGSTOP)
            return super().forward(x, state)

    class RaisesSurrogates(nn.GRU):
        def forward(self, x, state=None):
            raise ValueError("no such file: data-\\udcff.csv")

    class Unprintable(Exception):
        def __str__(self):
            raise RuntimeError("and this one has no text either")

    class RaisesUnprintable(nn.GRU):
        def forward(self, x, state=None):
            raise Unprintable()

    class Leaves(nn.GRU):
        def forward(self, x, state=None):
            left = subprocess.Popen(["/bin/sleep", "1000"], env={}, start_new_session=True)
            print("left", left.pid, flush=True)
            if not self.training:
                raise ValueError("that is all")
            return super().forward(x, state)

    class Detaches(nn.GRU):
        detached = False

        def forward(self, x, state=None):
            if not Detaches.detached:
                Detaches.detached = True
                detach = "setsid sleep 1000 & echo $! > " + os.environ["DETACHED"]
                subprocess.run(["/bin/sh", "-c", detach], check=True)
                while not os.path.exists(os.environ["GO_ON"]):
                    time.sleep(0.05)
            return super().forward(x, state)

    @rnnbench.hookimpl
    def rnnbench_cells():
        kinds = dict(slow=Slow, removes_above=RemovesAbove, removes_all=RemovesAll, removes_own=RemovesOwn,
                     needs_folder=NeedsFolder, closes_files=ClosesFiles, stops_itself=StopsItself,
                     stops_the_server=StopsTheServer, raises_surrogates=RaisesSurrogates,
                     raises_unprintable=RaisesUnprintable, leaves=Leaves, detaches=Detaches)
        return [
            rnnbench.CellSpec(name, lambda i, h, kind=kind: kind(i, h, batch_first=True), "made for a test")
            for name, kind in kinds.items()
        ]
"""


@pytest.fixture
def cells(make_plugin: MakePlugin) -> None:
    make_plugin(CELLS, distribution="cells-of-bad-manners")


@pytest.fixture
def pool(cells: None, forked_servers: None) -> Iterator[LocalPool]:
    with LocalPool(jobs=2) as pool:
        yield pool


def small(cell: str, **recipe: object) -> LearningTrial:
    """A trial with limits; what its process shares with that of the tests counts in part as memory
    that it uses."""
    return hostile.small(cell, **{"limit_memory_mib": 3000, **recipe})


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for temporary files that belongs to the test."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def test_a_temporary_folder_with_a_long_name_is_no_hindrance(tmp_path: Path) -> None:
    """Clusters and builds of packages have them; the path of a socket may have about 100
    characters."""
    long = tmp_path / ("d" * 120)
    long.mkdir()
    done = rnnbench(*ONE_TRIAL, cwd=tmp_path, TMPDIR=str(long))
    assert (done.returncode, "Traceback" in done.stderr) == (0, False), done.stderr
    assert [path.name for path in long.glob("rnnbench*")] == []


def test_a_compile_cache_that_cannot_be_made_costs_eager_cells_nothing(tmp_path: Path) -> None:
    """Torch makes its folder where the compiler is imported, which every optimiser does."""
    done = rnnbench(*ONE_TRIAL, cwd=tmp_path, TORCHINDUCTOR_CACHE_DIR="/proc/1/nope")
    assert (done.returncode, "Traceback" in done.stderr) == (0, False), done.stdout + done.stderr


def test_a_compiled_cell_says_which_folder_cannot_be_written(tmp_path: Path) -> None:
    """In one sentence, with what to set. Ten steps and more are compiled."""
    compiled = [
        "gru:compiled" if word == "gru" else word.replace("=4", "=12") for word in ONE_TRIAL
    ]
    done = rnnbench(*compiled, cwd=tmp_path, TORCHINDUCTOR_CACHE_DIR="/proc/1/nope")
    assert done.returncode == 1
    assert (
        "torch cannot keep what it compiles in /proc/1/nope: No such file or directory"
        in done.stdout
    )


@pytest.mark.parametrize("place", ["sitecustomize", slow("torch")])
def test_without_torch_there_is_one_sentence_and_no_trial(tmp_path: Path, place: str) -> None:
    """Where it is missing, and where it is broken; for a suite, a trial, and the checks of a
    cell."""
    site = tmp_path / "site"
    site.mkdir()
    broken = "raise OSError('libtorch.so: cannot open shared object file')"
    (site / f"{place}.py").write_text(broken if place == "torch" else WITHOUT_TORCH)
    expected = (
        "torch is installed and cannot be imported"
        if place == "torch"
        else "torch is not installed"
    )
    for words in (("run", "suite", "smoke"), ONE_TRIAL, ("check", "gru")):
        done = subprocess.run(
            [sys.executable, "-m", "rnnbench", *words],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(site)},
        )
        assert done.returncode == 2, (words, done.stdout, done.stderr)
        (line,) = done.stderr.strip().splitlines()
        assert expected in line
    assert not list(tmp_path.glob("runs/smoke/trials/*.json"))


def test_what_cannot_be_preloaded_does_not_keep_the_server_from_starting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A module that exits, raises, or is not there fails in the trial that needs it."""
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "exits_on_import.py").write_text("raise SystemExit(0)")
    (tmp_path / "raises_on_import.py").write_text("raise RuntimeError('bad day')")
    assert preload(["exits_on_import", "raises_on_import", "not_there_at_all"]) == ""
    monkeypatch.setattr(preloading, "REQUIRED", ("raises_on_import",))
    assert preload(["raises_on_import"]).startswith(
        "raises_on_import is installed and cannot be imported"
    )


def test_a_stopped_server_is_continued(pool: LocalPool) -> None:
    """A trial that was running has its result, and another one can be started."""
    pool.start(small("slow", steps_per_epoch=10))
    os.kill(pool._forkserver.pid, signal.SIGSTOP)
    results = finish(pool, small("gru"))
    while len(results) < 2:
        results |= {result.trial.cell.name: result for result in pool.wait(1.0)}  # type: ignore[union-attr]
    assert {result.status for result in results.values()} == {"ok"}
    os.kill(pool._forkserver.pid, signal.SIGSTOP)
    assert finish(pool, small("gru"))["gru"].status == "ok"


def test_a_server_that_does_not_answer_is_replaced(
    pool: LocalPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No wait for it is without a bound: here it is stopped, and nothing continues it."""
    assert finish(pool, small("gru"))["gru"].status == "ok"
    monkeypatch.setattr("rnnbench.executors.server_process.continue_if_stopped", lambda pid: None)
    monkeypatch.setattr("rnnbench.executors.server_process.ANSWER_SECONDS", 1.0)
    stopped = pool._forkserver.pid
    os.kill(stopped, signal.SIGSTOP)
    monkeypatch.setattr("rnnbench.executors.server_process.ANSWER_SECONDS", 1.0)
    pool.start(small("gru"))
    assert pool._forkserver.pid != stopped
    assert not psutil.pid_exists(stopped)
    monkeypatch.setattr("rnnbench.executors.server_process.ANSWER_SECONDS", 30.0)
    results: list[Result] = []
    while not results:
        results = pool.wait(1.0)
    assert [result.status for result in results] == ["ok"]


def test_a_server_that_is_killed_while_it_loads_is_started_again(cells: None) -> None:
    """Thrice, as often as one may die by itself: that is nothing that the next one would die of."""
    killed: set[int] = set()

    def kill_three_times() -> None:
        while len(killed) < 3:
            server = pool._forkserver.pid
            if server not in killed:
                killed.add(server)
                os.kill(server, signal.SIGKILL)
            time.sleep(0.1)

    with LocalPool(jobs=2) as pool:
        killer = threading.Thread(target=kill_three_times)
        killer.start()
        assert finish(pool, small("gru"))["gru"].status == "ok"
        killer.join()
        assert finish(pool, small("gru"))["gru"].status == "ok"


def test_a_trial_is_not_blamed_because_its_server_is_killed_twice(pool: LocalPool) -> None:
    """Once beside others, and once more while it runs alone, which may be anybody's doing."""
    for _ in range(2):
        if not pool.in_flight:
            pool.start(small("slow", steps_per_epoch=10))
        while not pool._running:
            assert pool.wait(0.1) == []
        os.kill(pool._forkserver.pid, signal.SIGKILL)
        while pool._running:
            assert pool.wait(0.1) == []
    results: list[Result] = []
    while not results:
        results = pool.wait(1.0)
    assert [result.status for result in results] == ["ok"]


def test_a_server_that_dies_by_itself_is_given_up(
    cells: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With how it ended, and what it said last: it would die again."""
    program = (
        "import sys; sys.stderr.write('no such instruction on this processor'); sys.exit(9 + 0"
        " * {})"
    )
    monkeypatch.setattr("rnnbench.executors.launching.PROGRAM", program)
    monkeypatch.setattr("rnnbench.executors.forkserver._idle", {})
    with (
        LocalPool(jobs=1) as pool,
        pytest.raises(RnnbenchError, match=r"code 9: no such instruction .* 3 times"),
    ):
        pool.start(small("gru"))


NO_SECOND_FORK = """
import os

forks = []
fork = os.fork

def fork_but_once():
    forks.append(1)
    if len(forks) == 2:
        raise BlockingIOError(11, "Resource temporarily unavailable")
    return fork()

os.fork = fork_but_once
"""


def test_where_no_process_can_be_started_that_trial_says_so_and_the_others_go_on(
    cells: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A limit on processes is met by one trial; the one at work beside it and the one after it end
    well."""
    (tmp_path / "no_second_fork.py").write_text(NO_SECOND_FORK)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr("rnnbench.executors.forkserver.PRELOAD", (*PRELOAD, "no_second_fork"))
    monkeypatch.setattr("rnnbench.executors.forkserver._idle", {})
    with LocalPool(jobs=2) as pool:
        results = finish(pool, small("slow"), small("gru"))
        assert (results["slow"].status, results["gru"].status) == ("ok", "skipped")
        assert not results["gru"].final
        assert (
            results["gru"].reason == "no process can be started: Resource temporarily unavailable"
        )
        assert finish(pool, small("gru"))["gru"].status == "ok"
        pool._forkserver._server.close()


@pytest.mark.parametrize(
    ("cell", "status", "reason"),
    [
        ("removes_above", "ok", ""),
        ("removes_all", "ok", ""),
        (
            "closes_files",
            "killed",
            "its process ended by itself with code 1 before it gave a result",
        ),
        ("stops_itself", "timeout", "longer than its limit of 4 s"),
        ("stops_the_server", "ok", ""),
        ("raises_surrogates", "error", r"ValueError: no such file: data-\udcff.csv"),
        (
            "raises_unprintable",
            "error",
            "Unprintable: its message cannot be read, since its __str__ raises RuntimeError",
        ),
    ],
)
def test_it_costs_its_own_trial_and_nothing_else(
    pool: LocalPool, cell: str, status: str, reason: str
) -> None:
    """The trial beside it, which works in a folder beside its own, ends well; so does the next
    one."""
    limit = 4.0 if status == "timeout" else 60.0
    results = finish(pool, small(cell, limit_seconds=limit), small("slow"))
    told = results[cell].reason, results["slow"].reason, results["slow"].traceback
    assert (results[cell].status, results["slow"].status) == (status, "ok"), told
    assert results[cell].reason == reason
    assert finish(pool, small("gru"))["gru"].status == "ok"


def test_a_trial_that_fails_because_its_folder_is_gone_is_run_again_alone(pool: LocalPool) -> None:
    """Whoever has removed it; and where a trial has removed its own, its failure stands."""
    results = finish(pool, small("removes_all"), small("needs_folder"))
    assert [results[cell].status for cell in ("removes_all", "needs_folder")] == [
        "ok",
        "ok",
    ], results
    assert [notice.partition(";")[0] for notice in pool.notices()] == [
        "the working folder of a trial was removed, maybe by one beside it"
    ]
    own = finish(pool, small("removes_own"))["removes_own"]
    assert own.reason == "FileNotFoundError: [Errno 2] No such file or directory"


def test_a_trial_that_closes_the_file_of_its_result_is_told_so(pool: LocalPool) -> None:
    """In the last line of what is kept of its output."""
    result = finish(pool, small("closes_files"))["closes_files"]
    expected = (
        "RuntimeError: the trial has closed files that it did not open, among them the one for its"
        " result"
    )
    assert result.output.splitlines()[-1] == expected


def test_what_has_an_empty_environment_and_a_session_of_its_own_ends_with_its_trial(
    pool: LocalPool,
) -> None:
    """It falls to the server, which has no other children than trials."""
    result = finish(pool, small("leaves"))["leaves"]
    left = [int(line.split()[1]) for line in result.output.splitlines() if line.startswith("left ")]
    assert left
    wait_until(lambda: not any(is_alive(pid) for pid in left), seconds=10)


def test_what_a_trial_has_detached_lives_while_its_trial_does(
    pool: LocalPool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though it has a session of its own, no parent of its own, and another trial ends beside
    it."""
    pool._forkserver._server.close()
    detached = tmp_path / "detached"
    go_on = tmp_path / "go_on"
    monkeypatch.setenv("DETACHED", str(detached))
    monkeypatch.setenv("GO_ON", str(go_on))
    pool.start(small("detaches"))
    wait_until(lambda: detached.exists() and detached.read_text().endswith("\n"))
    pid = int(detached.read_text())
    assert finish(pool, small("gru"))["gru"].status == "ok"
    assert is_alive(pid)
    go_on.touch()
    results: list[Result] = []
    while not results:
        results = pool.wait(1.0)
    assert results[0].status == "ok"
    wait_until(lambda: not is_alive(pid), seconds=10)


def test_a_killed_driver_leaves_neither_processes_nor_folders(tmp_path: Path) -> None:
    """The server sees its end, ends all trials, and tidies up; also where the server was stopped,
    and where another driver ends abandoned processes meanwhile."""
    for stop in (False, True):
        temporary = tmp_path / f"temporary-{stop}"
        temporary.mkdir()
        suite = write_suite(tmp_path, steps=2000)
        words = command(suite, tmp_path / "run")
        environment = {"TMPDIR": str(temporary)}
        driver = start(words, environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        family: list[psutil.Process] = []

        def at_work(
            driver: subprocess.Popen[bytes] = driver, family: list[psutil.Process] = family
        ) -> bool:
            family[:] = psutil.Process(driver.pid).children(recursive=True)
            return sum(is_trial(process) for process in family) == 2

        wait_until(at_work)
        if stop:
            (server,) = psutil.Process(driver.pid).children()
            server.suspend()
        assert list(temporary.glob("rnnbench-pool-*"))
        driver.kill()
        driver.wait()
        end_abandoned()  # as another driver does that starts now
        assert psutil.wait_procs(family, timeout=30)[1] == []
        wait_until(lambda temporary=temporary: not list(temporary.glob("rnnbench-*")), 30)


def test_folders_of_dead_drivers_are_removed_and_no_others(
    temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither one of a driver that lives, nor of another machine or user, nor what merely looks
    like one."""
    living = Scratch()
    dead = Path(tempfile.mkdtemp(prefix=scratch._prefix()))
    (dead / "some" / "work").mkdir(parents=True)
    elsewhere = Path(tempfile.mkdtemp(prefix="rnnbench-pool-another.machine-"))
    file = temporary / f"{scratch._prefix()}file"
    file.touch()
    link = temporary / f"{scratch._prefix()}link"
    link.symlink_to(elsewhere)
    with monkeypatch.context() as other_user:
        other_user.setattr("os.getuid", lambda: os.geteuid() + 1)
        remove_abandoned()
    assert dead.exists()
    remove_abandoned()
    assert not dead.exists()
    assert all(path.exists() for path in (living.path, elsewhere, file, link))
    living.close()
    assert not living.path.exists()


def test_a_folder_that_is_removed_before_it_is_locked_is_made_again(
    temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another driver looks for abandoned folders, and finds the new one without a lock."""
    made = tempfile.mkdtemp
    folders: list[str] = []

    def mkdtemp(prefix: str) -> str:
        folders.append(made(prefix=prefix))
        if len(folders) == 1:
            remove_abandoned()
        return folders[-1]

    monkeypatch.setattr("tempfile.mkdtemp", mkdtemp)
    held = Scratch()
    assert [Path(folder).exists() for folder in folders] == [False, True]
    assert held.path == Path(folders[1])
    held.close()


def test_a_folder_that_was_removed_is_made_again(temporary: Path) -> None:
    """And held again."""
    held = Scratch()
    first = held.make_folder()
    for path in (first, first.parent, held.path):
        path.rmdir()
    assert held.make_folder().is_dir()
    remove_abandoned()
    assert held.path.is_dir()
    held.close()


def test_no_room_for_temporary_files_is_a_sentence(temporary: Path) -> None:
    """That names the folder and what to do."""
    temporary.rmdir()
    with pytest.raises(
        RnnbenchError,
        match=f"{temporary}: no temporary file can be written there: .*; make room, or set TMPDIR",
    ):
        Scratch()
