"""The forkserver loads beside the command that will need it, and is ended where none needs it."""

import gc
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from rnnbench.cli.early_start import StartsEarly, runs_trials
from rnnbench.cli.main import cli
from rnnbench.errors import RnnbenchError
from rnnbench.executors import forkserver, server_process
from rnnbench.executors.family import SERVERS
from rnnbench.executors.forkserver import Forkserver, start_early
from rnnbench.executors.preloading import preload
from rnnbench.executors.server_process import ServerProcess
from tests.builders.processes import is_alive

RECORDS = """
import gc, sys
sys.was_collecting = gc.isenabled()
"""


@pytest.fixture
def no_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No server of an earlier test is kept, and none of this test is left."""
    monkeypatch.setattr(forkserver, "_idle", {})
    yield
    forkserver._close_idle()


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty module `made_for_early` that this process and its servers can import."""
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "made_for_early", raising=False)
    return tmp_path / "made_for_early.py"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("run suite", True),
        ("run suite quick -j 2 --fresh", True),
        ("run trial gru adding", True),
        ("run", False),
        ("run suite quick --dry-run", False),
        ("run suite --help", False),
        ("run trial -h", False),
        ("run suite quick --executor dask", False),
        ("run suite quick --executor=slurm", False),
        ("list executors", False),
    ],
)
def test_a_server_is_started_for_commands_that_run_trials_here(words: str, expected: bool) -> None:
    """Help, plans and trials elsewhere need none."""
    assert runs_trials(words.split()) is expected


@pytest.mark.parametrize("completes", [False, True])
def test_it_is_started_before_the_command_is_imported(
    monkeypatch: pytest.MonkeyPatch, completes: bool
) -> None:
    """A shell that completes words runs nothing, and starts none."""
    happened: list[str] = []

    class Group(StartsEarly):
        def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command:
            happened.append(f"import of {cmd_name}")
            return click.Command(cmd_name)

    monkeypatch.setattr(forkserver, "start_early", lambda: happened.append("server"))
    context = click.Context(Group("rnnbench"), resilient_parsing=completes)
    Group("rnnbench").resolve_command(context, ["run", "suite", "quick"])
    expected = ["import of run"] if completes else ["server", "import of run"]
    assert happened == expected


def test_the_next_pool_takes_the_server_that_was_started_early(
    no_server: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that there is one; a second call starts none either."""
    monkeypatch.setattr(forkserver, "PRELOAD", ())
    start_early()
    started = forkserver._idle[os.getpid()].pid
    start_early()
    taken = Forkserver()
    assert (taken.pid, forkserver._idle) == (started, {})
    taken.close()


def test_a_server_that_still_loads_is_ended_at_once(module: Path) -> None:
    """A run in which everything is stored already, or whose suite does not exist, waits for none."""
    module.write_text("import time; time.sleep(1000)")
    server = ServerProcess(["made_for_early"])
    server.close()
    assert server._process.returncode == -signal.SIGKILL
    assert not is_alive(server.pid)
    assert server.pid not in SERVERS


@pytest.mark.parametrize(
    "error", [RnnbenchError("no process can be started"), OSError("Too many open files")]
)
def test_where_no_server_can_be_started_the_command_goes_on(
    no_server: None, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """The pool meets the same, and reports it."""

    def refuse(modules: object) -> None:
        raise error

    monkeypatch.setattr(server_process, "launch", refuse)
    start_early()
    assert forkserver._idle == {}
    with pytest.raises(type(error), match=str(error)):
        Forkserver()


def test_no_search_for_cycles_looks_at_what_the_server_has_loaded(module: Path) -> None:
    """Not while it loads, and not in its children; trials search their own objects as ever."""
    module.write_text(RECORDS)
    before = gc.get_freeze_count()
    try:
        assert preload(["made_for_early"]) == ""
        assert getattr(sys, "was_collecting") is False  # noqa: B009  mypy knows no such attribute
        assert gc.get_freeze_count() > before
        assert gc.isenabled()
    finally:
        gc.unfreeze()


def test_a_run_that_is_refused_leaves_no_server(no_server: None, tmp_path: Path) -> None:
    """It began to load before the suite was read, and ends with the command."""
    words = ["run", "suite", "no-such-suite", "-o", str(tmp_path / "run")]
    with pytest.raises(RnnbenchError, match="no suite called 'no-such-suite'"):
        cli.main(words, prog_name="rnnbench", standalone_mode=False)
    server = forkserver._idle[os.getpid()]
    assert is_alive(server.pid)
    forkserver._close_idle()
    assert (is_alive(server.pid), forkserver._idle) == (False, {})
