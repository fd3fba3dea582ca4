"""Cells that do their worst: each costs its own trial and nothing else."""

import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import psutil
import pytest

from rnnbench.executors.local import LocalPool
from rnnbench.records import CellUse, Result, trial_id
from rnnbench.runner import run_trial
from tests.builders.campaign import command, wait_until, write_suite
from tests.builders.cli import start
from tests.builders.executors import PATIENCE_SECONDS, finish
from tests.builders.hostile import small
from tests.builders.processes import is_alive
from tests.builders.records import COST
from tests.conftest import MakePlugin

CELLS = """
    import ctypes, os, shutil, signal, subprocess, sys, time
    from pathlib import Path
    import rnnbench
    import torch
    from torch import nn

    class Segfaults(nn.GRU):
        def forward(self, x, state=None):
            ctypes.string_at(0)

    class Aborts(nn.GRU):
        '''As the C++ library does where an exception cannot be passed on.'''
        def forward(self, x, state=None):
            os.write(2, b"terminate called after throwing an instance of 'std::bad_alloc'")
            os.abort()

    class HangsInC(nn.GRU):
        '''Holds the interpreter's lock and hears no signal that can be blocked.'''
        def forward(self, x, state=None):
            signal.pthread_sigmask(signal.SIG_BLOCK, set(signal.Signals))
            Path(HERE, "hanging").write_text(str(os.getpid()))
            ctypes.PyDLL(None).sleep(1000)

    class Prints(nn.GRU):
        def forward(self, x, state=None):
            while True:
                os.write(1, b"x" * 2**20)

    class PrintsInPython(nn.GRU):
        def forward(self, x, state=None):
            while True:
                print("y" * 2**16)

    class Allocates(nn.GRU):
        def forward(self, x, state=None):
            kept = []
            while True:
                kept.append(torch.ones(2**20))

    class AllocatesInPython(nn.GRU):
        def forward(self, x, state=None):
            kept = []
            while True:
                kept.append(bytearray(2**20))

    class AllocatesInChildren(nn.GRU):
        def forward(self, x, state=None):
            for _ in range(4):
                subprocess.Popen([sys.executable, "-c", "kept = b'1' * 150 * 2**20; import time; time.sleep(100)"])
            time.sleep(100)

    class Forks(nn.GRU):
        '''Leaves a daemon that has cut every tie, and goes on.'''
        def forward(self, x, state=None):
            if self.training and not Path(HERE, "stray").exists():
                if os.fork() == 0:
                    os.setsid()
                    if os.fork() == 0:
                        Path(HERE, "stray").write_text(str(os.getpid()))
                        time.sleep(1000)
                    os._exit(0)
                while not Path(HERE, "stray").exists():
                    time.sleep(0.01)
            return super().forward(x, state)

    class Deletes(nn.GRU):
        def forward(self, x, state=None):
            if not Path(HERE, "deleted").exists():
                shutil.rmtree(os.getcwd())
                Path(HERE, "deleted").touch()
            return super().forward(x, state)

    class KillsTheServer(nn.GRU):
        def forward(self, x, state=None):
            os.kill(os.getppid(), signal.SIGKILL)
            time.sleep(100)

    class WritesEverywhere(nn.GRU):
        def forward(self, x, state=None):
            for number in range(3, 64):
                try:
                    os.write(number, (2**20).to_bytes(4, "big"))
                except OSError:
                    pass
            time.sleep(100)

    class StartsOthers(nn.GRU):
        def forward(self, x, state=None):
            subprocess.Popen(["sleep", "987"])
            Path(HERE, "started").touch()
            time.sleep(100)

    class Slow(nn.GRU):
        def forward(self, x, state=None):
            time.sleep(0.05)
            return super().forward(x, state)

    HERE = {here!r}

    @rnnbench.hookimpl
    def rnnbench_cells():
        kinds = dict(segfaults=Segfaults, aborts=Aborts, hangs_in_c=HangsInC, prints=Prints, prints_in_python=PrintsInPython,
                     allocates=Allocates, allocates_in_python=AllocatesInPython, forks=Forks, deletes=Deletes,
                     allocates_in_children=AllocatesInChildren, kills_the_server=KillsTheServer, slow=Slow,
                     writes_everywhere=WritesEverywhere, starts_others=StartsOthers)
        return [
            rnnbench.CellSpec(name, lambda i, h, kind=kind: kind(i, h, batch_first=True), "made for a test")
            for name, kind in kinds.items()
        ]
"""

ROOM: dict[str, object] = {"limit_memory_mib": 3000}
"""For trials that share memory with the process of the tests, which counts in part as theirs."""


@pytest.fixture(autouse=True)
def here(make_plugin: MakePlugin, tmp_path: Path) -> Path:
    """The cells are installed; the folder in which they leave signs."""
    make_plugin(CELLS.replace("{here!r}", repr(str(tmp_path))), distribution="hostile-cells")
    return tmp_path


@pytest.fixture
def pool() -> Iterator[LocalPool]:
    with LocalPool(jobs=2) as pool:
        yield pool


@pytest.mark.parametrize(
    ("cell", "status", "reason"),
    [
        ("segfaults", "killed", "its process was ended by SIGSEGV"),
        ("aborts", "out-of-memory", "its process was ended by SIGABRT: std::bad_alloc"),
        ("prints", "killed", "printed more than its limit of 2 MiB"),
        ("prints_in_python", "killed", "printed more than its limit of 2 MiB"),
        (
            "allocates",
            "out-of-memory",
            (
                r"RuntimeError: \[enforce fail at alloc_cpu|its process uses \d+ MiB, the limit is"
                r" 300 MiB"
            ),
        ),
        (
            "allocates_in_python",
            "out-of-memory",
            r"MemoryError|its process uses \d+ MiB, the limit is 300 MiB",
        ),
        ("allocates_in_children", "out-of-memory", "its 5 processes use"),
        ("deletes", "ok", ""),
    ],
)
def test_it_costs_its_own_trial_and_nothing_else(
    pool: LocalPool, cell: str, status: str, reason: str
) -> None:
    """One sentence; and the trial beside it ends well, with the bits that it has anywhere."""
    results = finish(pool, small(cell), small("gru"))
    assert (results[cell].status, results["gru"].status) == (status, "ok"), results[cell].reason
    assert re.match(reason, results[cell].reason)
    assert results["gru"].learning == run_trial(small("gru")).learning


def test_what_hangs_in_c_ends_at_its_limit(pool: LocalPool, here: Path) -> None:
    """Though it hears no signal but the last, and no thread of its process can run."""
    results = finish(pool, small("hangs_in_c", limit_seconds=2.0), small("gru"))
    assert (results["hangs_in_c"].status, results["gru"].status) == ("timeout", "ok")
    assert not psutil.pid_exists(int((here / "hanging").read_text()))


def test_a_stray_does_not_outlive_its_trial(pool: LocalPool, here: Path) -> None:
    """A daemon that left its process group and its parent is found by whom it falls to."""
    assert finish(pool, small("forks"))["forks"].status == "ok"
    stray = int((here / "stray").read_text())
    deadline = time.monotonic() + 10
    while is_alive(stray):
        assert time.monotonic() < deadline
        pool.wait(0.1)
        time.sleep(0.05)


def test_the_host_programs_own_children_are_left_alone(pool: LocalPool) -> None:
    """What trials leave behind falls to the server, which has no other children."""
    with psutil.Popen(["sleep", "100"]) as own:
        finish(pool, small("gru"))
        assert own.is_running()
        own.kill()


@pytest.mark.usefixtures("forked_servers")
def test_who_kills_the_server_is_found_out_and_the_others_are_run_again(pool: LocalPool) -> None:
    """What was running beside it has its result; so do those that come after."""
    results = finish(
        pool, small("kills_the_server", **ROOM), small("slow", steps_per_epoch=8, **ROOM)
    )
    assert results["kills_the_server"].status == "killed"
    assert (
        results["kills_the_server"].reason == "took the server that starts all trials down with it"
    )
    assert results["slow"].status == "ok"
    assert any("the server that starts trials was killed" in notice for notice in pool.notices())
    assert finish(pool, small("gru"))["gru"].status == "ok"


@pytest.mark.usefixtures("forked_servers")
def test_a_server_that_was_killed_from_outside_costs_nothing(pool: LocalPool) -> None:
    """Every trial is run again, and each gives one result."""
    trials = [small("slow", steps_per_epoch=steps, **ROOM) for steps in (20, 21)]
    for one in trials:
        pool.start(one)
    time.sleep(0.5)
    os.kill(pool._forkserver.pid, signal.SIGKILL)
    results: list[Result] = []
    deadline = time.monotonic() + PATIENCE_SECONDS
    while len(results) < 2:
        assert time.monotonic() < deadline
        results += pool.wait(1.0)
    assert sorted(trial_id(result.trial) for result in results) == sorted(map(trial_id, trials))
    assert {result.status for result in results} == {"ok"}
    assert not pool.in_flight


def test_a_worker_that_is_killed_from_outside_is_a_result(pool: LocalPool) -> None:
    """And the other one goes on."""
    pool.start(small("slow", steps_per_epoch=30))
    (child,) = (running.child.pid for running in pool._running.values())
    assert child
    time.sleep(0.5)
    os.kill(child, signal.SIGKILL)
    results = finish(pool, small("gru"))
    while len(results) < 2:
        results |= finish(pool)
        results |= {result.trial.cell.name: result for result in pool.wait(1.0)}  # type: ignore[union-attr]
    assert (results["slow"].status, results["gru"].status) == ("killed", "ok")
    assert results["slow"].reason == "its process was ended by SIGKILL"


def test_sizes_are_probed_under_the_same_limits(here: Path) -> None:
    """`build` is a stranger's code."""
    with LocalPool(jobs=1, only_size=True) as pool:
        result = finish(pool, small("allocates"))["allocates"]
        assert (result.status, result.learning) == ("out-of-memory", None)
        sized = finish(pool, small("gru"))["gru"]
    assert sized.learning is None
    assert sized.size is not None
    assert abs(sized.size.parameters / 400 - 1) == pytest.approx(abs(sized.size.off_budget or 0.0))


def test_cost_trials_have_limits_too(pool: LocalPool) -> None:
    """A memory measurement of a cell that allocates without end ends."""
    shape = msgspec.structs.replace(COST.shape, steps=6, batch=3, hidden=8, inputs=8)
    greedy = msgspec.structs.replace(
        COST,
        shape=shape,
        cells=(CellUse(name="allocates"),),
        measurement="peak-memory",
        limit_memory_mib=300,
    )
    pool.start(greedy)
    results: list[Result] = []
    while not results:
        results = pool.wait(1.0)
    assert results[0].status == "out-of-memory"


def test_what_writes_into_every_open_file_keeps_nobody_waiting(pool: LocalPool) -> None:
    """It ends at its limit, or by what it wrote where its own end is told; the trial beside it has
    its result."""
    results = finish(pool, small("writes_everywhere", limit_seconds=3.0), small("gru"))
    assert results["writes_everywhere"].status in ("timeout", "killed")
    assert results["gru"].status == "ok"


@pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGTERM])
def test_what_a_trial_started_ends_with_the_driver(here: Path, sign: signal.Signals) -> None:
    """However the driver ends."""
    suite = write_suite(here)
    words = [*command(suite, here / "run"), "-c", "starts_others"]
    driver = start(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_until(lambda: (here / "started").exists())
    time.sleep(0.3)
    family = psutil.Process(driver.pid).children(recursive=True)
    assert any("987" in process.cmdline() for process in family)
    driver.send_signal(sign)
    driver.wait(30)
    assert psutil.wait_procs(family, timeout=20)[1] == []
