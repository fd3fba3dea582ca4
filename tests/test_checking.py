"""Checks in a process of their own: whatever the code of a cell does there, each law gets an
outcome."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from rnnbench import switches
from rnnbench.campaign import check_strangers, remember
from rnnbench.campaign.law_checks import remembered, source_of
from rnnbench.catalogue import Catalogue
from rnnbench.errors import RnnbenchError
from rnnbench.executors import check_process
from rnnbench.executors.branding import end_abandoned
from rnnbench.executors.checking import Checking
from rnnbench.executors.scratch import remove_abandoned
from rnnbench.records import CheckRequest, Outcome
from rnnbench.store import failed_checks, keep_failed_checks, kept_claims, kept_outcomes
from rnnbench.testing import CELL_CHECKS, TASK_CHECKS
from tests.builders.campaign import wait_until
from tests.builders.cli import rnnbench
from tests.builders.processes import is_alive
from tests.conftest import MakePlugin

LAWS = [check.name for check in CELL_CHECKS]
RUDE = """
import os, sys, time
from dataclasses import dataclass
import rnnbench
import torch
from torch import nn

print("printed by a plugin")


class Base(nn.GRU):
    def __init__(self, inputs, hidden):
        super().__init__(inputs, hidden, batch_first=True)


class Quits(Base):
    def forward(self, x, state=None):
        print("last words", flush=True)
        os._exit(0)


class Killed(Base):
    def forward(self, x, state=None):
        if x.shape[1] > 100:
            os.kill(os.getpid(), 9)
        return super().forward(x, state)


class Hangs(Base):
    def forward(self, x, state=None):
        while True:
            time.sleep(0.01)


class Greedy(Base):
    def forward(self, x, state=None):
        self.kept = torch.ones(1 << 31, dtype=torch.uint8)
        return super().forward(x, state)


class Ahead(Base):
    def forward(self, x, state=None):
        y, state = super().forward(x, state)
        return y + y.flip(1), state


@dataclass(frozen=True)
class QuitsToo(rnnbench.GeneratedTask):
    '''It ends the process.'''

    horizon: int = 5
    name = "quits-too"
    loss = "squared-error"
    metrics = (rnnbench.MSE,)
    target = 0.1
    trivial_forecast = "0"
    output_size = 1

    def generate(self, rng, count):
        os._exit(3)

    def trivial(self, train, test):
        return {"mse": 1.0}


@rnnbench.hookimpl
def rnnbench_cells():
    print("printed by a hook")
    return [
        rnnbench.CellSpec(kind.__name__.lower(), kind, source="this test")
        for kind in (Quits, Killed, Hangs, Greedy, Ahead)
    ]


@rnnbench.hookimpl
def rnnbench_tasks():
    return [QuitsToo]
"""


@pytest.fixture
def rude(make_plugin: MakePlugin, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Catalogue:
    """The catalogue with rude cells in it, which child processes find too."""
    make_plugin(RUDE, distribution="rude")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(path for path in sys.path if path))
    monkeypatch.setenv("RNNBENCH_HOME", str(tmp_path / "home"))
    return Catalogue.present()


def checked(
    name: str, catalogue: Catalogue, seconds: float = 300, **request: object
) -> tuple[list[Outcome], str]:
    """The outcomes of a cell, and what it printed."""
    whole = CheckRequest(subject=name, kind="cell", name=name, **request)  # type: ignore[arg-type]
    checking = Checking(whole, catalogue.cells[name].plugin, seconds)
    return list(checking.outcomes()), checking.printed


@pytest.mark.usefixtures("forked")
def test_a_cell_that_ends_its_process_fails_each_law(rude: Catalogue) -> None:
    """With code 0, in the middle of the first law, which is named as the one that was asked."""
    outcomes, printed = checked("quits", rude)
    assert [outcome.check for outcome in outcomes] == LAWS
    assert {outcome.status for outcome in outcomes} == {"failed"}
    assert not any(outcome.decided for outcome in outcomes)
    assert (
        outcomes[0].sentence == "its process ended by itself with code 0 while this law was asked"
    )
    assert (
        outcomes[1].sentence
        == "this law was not asked: the process ended by itself with code 0 while the law 'repeats'"
        " was asked"
    )
    assert printed.endswith("last words")


@pytest.mark.usefixtures("forked")
def test_the_law_in_which_a_process_is_killed_is_the_culprit(rude: Catalogue) -> None:
    """What was decided before it stays decided."""
    outcomes, _ = checked("killed", rude)
    assert [outcome.check for outcome in outcomes] == LAWS
    assert [outcome.status for outcome in outcomes[:2]] == ["passed", "passed"]
    assert outcomes[2].check == "causal"
    assert outcomes[2].sentence == "its process was ended by SIGKILL while this law was asked"
    assert {outcome.status for outcome in outcomes[2:]} == {"failed"}


@pytest.mark.usefixtures("forked")
def test_a_law_that_does_not_end_is_ended_at_the_limit(rude: Catalogue) -> None:
    """It hung for ever, and is named."""
    outcomes, _ = checked("hangs", rude, seconds=1)
    assert [outcome.check for outcome in outcomes] == LAWS
    assert (
        outcomes[0].sentence == "its process was ended at its limit of 1 s while this law was asked"
    )


@pytest.mark.usefixtures("forked")
def test_a_cell_that_takes_too_much_memory_fails(rude: Catalogue) -> None:
    """The allocation is refused inside the law; the machine keeps its memory."""
    outcomes, _ = checked("greedy", rude, memory_mib=1024)
    assert [outcome.check for outcome in outcomes] == LAWS
    assert outcomes[0].status == "failed"
    assert "memory" in outcomes[0].sentence.lower() or "MiB in use" in outcomes[0].sentence


@pytest.mark.usefixtures("forked")
def test_a_task_that_ends_its_process_fails_each_law(rude: Catalogue) -> None:
    """Tasks are checked as cells are."""
    request = CheckRequest(subject="quits-too", kind="task", name="quits-too")
    outcomes = list(Checking(request, rude.tasks["quits-too"].plugin).outcomes())
    assert [outcome.check for outcome in outcomes] == [check.name for check in TASK_CHECKS]
    assert (
        outcomes[0].sentence == "its process ended by itself with code 3 while this law was asked"
    )
    assert {outcome.status for outcome in outcomes} == {"failed"}


@pytest.mark.usefixtures("forked")
def test_what_cannot_be_had_in_the_process_is_an_error(rude: Catalogue) -> None:
    """In its own words."""
    with pytest.raises(RnnbenchError, match="no cell called 'nobody'"):
        list(Checking(CheckRequest(subject="nobody", kind="cell", name="nobody")).outcomes())


def test_what_plugins_print_is_no_part_of_the_json(rude: Catalogue, tmp_path: Path) -> None:
    """1, JSON alone on standard output, and what was printed on standard error."""
    done = rnnbench("check", "quits", "--json", cwd=tmp_path)
    assert done.returncode == 1, done.stderr
    rows = json.loads(done.stdout)
    assert [row["check"] for row in rows] == LAWS
    assert {row["status"] for row in rows} == {"failed"}
    assert "last words" in done.stderr


def outcome(
    check: str, status: str = "failed", subject: str = "ahead", **fields: object
) -> Outcome:
    """One for a test."""
    sentence = fields.pop("sentence", "it looks ahead")
    return Outcome(
        subject=subject, check=check, law="A law.", status=status, sentence=sentence, **fields
    )  # type: ignore[arg-type]


TURNS = """
import rnnbench
import torch

torch.set_flush_denormal(True)

@rnnbench.hookimpl
def rnnbench_cells():
    return [rnnbench.CellSpec("turns", "turns_the_dtype:Cell", source="this test")]
"""
TURNS_THE_DTYPE = """
import torch
from torch import nn

torch.set_default_dtype(torch.float64)

class Cell(nn.GRU):
    def __init__(self, inputs, hidden):
        super().__init__(inputs, hidden, batch_first=True, dtype=torch.float32)
"""


def test_what_a_plugin_and_the_place_of_a_cell_turn_on_import_is_found(
    make_plugin: MakePlugin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process looks at torch before it imports the plugin; the law `isolated` names both."""
    kept = switches.read()
    root = make_plugin(TURNS, distribution="turns")
    (root / "turns_the_dtype.py").write_text(TURNS_THE_DTYPE)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(path for path in sys.path if path))
    catalogue = Catalogue.present()
    switches.restore(kept)
    outcomes, printed = checked("turns", catalogue)
    failed = {outcome.check: outcome.sentence for outcome in outcomes if outcome.status == "failed"}
    assert list(failed) == ["isolated"], printed
    assert "default_dtype is float64, was float32" in failed["isolated"]
    assert "flush_denormals is on, was off" in failed["isolated"]


@pytest.mark.usefixtures("forked")
def test_outcomes_are_remembered_by_the_source_of_the_cell(rude: Catalogue) -> None:
    """Those of another source, or of another version of the distribution, are not taken for
    them."""
    cell = rude.cells["ahead"]
    assert remembered(cell) is None
    remember(cell, [outcome("causal")])
    assert remembered(cell) == (outcome("causal"),)
    other = replace(cell, plugin=replace(cell.plugin, version="2"))
    assert source_of(other) != source_of(cell)
    assert remembered(other) is None


@pytest.mark.usefixtures("forked")
def test_outcomes_that_were_not_decided_are_not_remembered(rude: Catalogue) -> None:
    """Neither by a run nor by `rnnbench check`, which both keep them by this function: they are
    asked again."""
    cell = rude.cells["ahead"]
    remember(cell, [outcome("causal"), outcome("pads", decided=False)])
    assert remembered(cell) is None


@pytest.mark.usefixtures("forked")
def test_cells_of_others_are_checked_once(rude: Catalogue) -> None:
    """First-party cells are not; a second run finds what the first one kept."""
    asked: list[str] = []
    outcomes, notices = check_strangers(["ahead", "gru", "ahead"], rude, asked.append)
    assert asked == ["ahead"]
    assert notices == ()
    assert [one.check for one in outcomes] == LAWS
    assert {one.check for one in outcomes if one.status == "failed"} >= {"causal", "pads"}
    again, _ = check_strangers(["ahead"], rude, asked.append)
    assert again == outcomes
    assert asked == ["ahead"]


NAMES_MODULES = """
import sys
import rnnbench
from torch import nn


class Ends(nn.GRU):
    def __init__(self, inputs, hidden):
        print(sorted(name for name in sys.modules if name in ("rnnbench_cells", "rnnbench_tasks")), flush=True)
        raise RuntimeError("enough")


@rnnbench.hookimpl
def rnnbench_cells():
    return [rnnbench.CellSpec("ends", Ends, source="this test")]
"""


def test_only_the_plugin_of_the_subject_is_imported_from_where_the_driver_has_it(
    make_plugin: MakePlugin,
) -> None:
    """By its record, along the module path of the driver, which no environment variable names."""
    make_plugin(NAMES_MODULES, distribution="names-modules")
    outcomes, printed = checked("ends", Catalogue.present())
    assert [outcome.check for outcome in outcomes] == LAWS
    assert printed.splitlines()[-1] == "[]"


def test_another_file_in_the_process_is_refused(
    make_plugin: MakePlugin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a module is not the file that the driver has loaded, no law is asked of it."""
    make_plugin(NAMES_MODULES, distribution="names-modules")
    catalogue = Catalogue.present()
    monkeypatch.setattr(
        check_process, "needed_files", lambda *_: {"rnnbench": "/elsewhere/rnnbench/__init__.py"}
    )
    with pytest.raises(
        RnnbenchError,
        match=r"the module 'rnnbench' is .*, and /elsewhere/rnnbench/__init__.py where",
    ):
        checked("ends", catalogue)


def test_without_torch_the_process_says_so_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In place of the laws, of which none failed."""
    (tmp_path / "torch.py").write_text("raise ImportError('libtorch is missing')")
    request = CheckRequest(subject="gru", kind="cell", name="gru")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(
        RnnbenchError, match=r"torch is installed and cannot be imported, .*libtorch is missing"
    ):
        list(Checking(request).outcomes())


def test_without_torch_the_command_says_so_once(tmp_path: Path) -> None:
    """2, and one line, however many cells were named."""
    (tmp_path / "torch.py").write_text("raise ImportError('libtorch is missing')")
    path = os.pathsep.join([str(tmp_path), *filter(None, sys.path)])
    done = subprocess.run(
        [sys.executable, "-P", "-m", "rnnbench", "check", "gru", "lstm"],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
    )
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    assert done.stderr.count("torch is installed and cannot be imported") == 1
    assert "Traceback" not in done.stderr


LEAVES_A_PROCESS = """
import os, subprocess, sys, time
import rnnbench
from torch import nn


class Leaves(nn.GRU):
    def __init__(self, inputs, hidden):
        other = subprocess.Popen(["sleep", "1000"], start_new_session=True)
        with open(os.environ["TOLD"] + ".part", "w") as file:
            file.write(f"{os.getpid()} {other.pid}")
        os.rename(os.environ["TOLD"] + ".part", os.environ["TOLD"])
        time.sleep(1000)


@rnnbench.hookimpl
def rnnbench_cells():
    return [rnnbench.CellSpec("leaves", Leaves, source="this test")]
"""


@pytest.fixture
def told(make_plugin: MakePlugin, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The file in which a cell tells its process id, and that of one which it started in another
    session."""
    make_plugin(LEAVES_A_PROCESS, distribution="leaves")
    monkeypatch.setenv("TOLD", str(tmp_path / "told"))
    return tmp_path / "told"


@pytest.mark.usefixtures("forked")
def test_what_a_check_started_in_another_session_ends_with_it(told: Path) -> None:
    """At the limit, where its process is ended."""
    outcomes, _ = checked("leaves", Catalogue.present(), seconds=1)
    assert outcomes[0].status == "failed"
    pids = [int(pid) for pid in told.read_text().split()]
    wait_until(lambda: not any(is_alive(pid) for pid in pids))


def test_a_killed_driver_leaves_nothing_of_a_check(
    told: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its process ends at once; its folder, and what that has started, when the next driver looks
    for them."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    path = os.pathsep.join(filter(None, sys.path))
    driver = subprocess.Popen(
        [sys.executable, "-P", "-m", "rnnbench", "check", "leaves"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": path, "TMPDIR": str(temporary)},
    )
    wait_until(told.exists)
    checker, other = (int(pid) for pid in told.read_text().split())
    assert len(list(temporary.iterdir())) == 1
    driver.kill()
    driver.wait()
    wait_until(lambda: not is_alive(checker))
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    end_abandoned()
    remove_abandoned()
    wait_until(lambda: not is_alive(other))
    assert list(temporary.iterdir()) == []


def test_what_failed_is_kept_with_the_run(tmp_path: Path) -> None:
    """In place of what was kept of the same cell; cells that were not asked again keep theirs."""
    assert failed_checks(tmp_path) == ()
    keep_failed_checks(tmp_path, [outcome("causal", "passed")])
    assert not (tmp_path / "checks.json").exists()
    keep_failed_checks(
        tmp_path, [outcome("causal"), outcome("pads", "passed"), outcome("causal", subject="other")]
    )
    assert failed_checks(tmp_path) == (outcome("causal"), outcome("causal", subject="other"))
    keep_failed_checks(tmp_path, [outcome("causal", "passed")])
    assert failed_checks(tmp_path) == (outcome("causal", subject="other"),)
    (tmp_path / "checks.json").write_text("{")
    with pytest.raises(RnnbenchError, match=r"checks.json: cannot be read"):
        failed_checks(tmp_path)


NOT_A_LIST = ["nested", "pipe", "folder"]


def put_in_place(path: Path, kind: str) -> None:
    """Something that is no list of records, where one is looked for."""
    if kind == "nested":
        path.write_text('[{"later": ' + "[" * 100_000)
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        path.mkdir()


@pytest.mark.timeout(60)
@pytest.mark.parametrize("kind", NOT_A_LIST)
def test_what_is_no_list_of_records_is_refused_in_a_sentence(kind: str, tmp_path: Path) -> None:
    """Beside results, both claims and failed checks; outcomes that cannot be read are asked
    again."""
    readers: dict[str, Callable[[Path], object]] = {
        "checks.json": failed_checks,
        "claims.json": kept_claims,
    }
    says = {
        "nested": "it is nested too deep",
        "pipe": "it is not a file",
        "folder": "it is not a file",
    }
    for name, reader in readers.items():
        put_in_place(tmp_path / name, kind)
        with pytest.raises(RnnbenchError, match=f"{name}: cannot be read: {says[kind]}$"):
            reader(tmp_path)
    assert kept_outcomes(tmp_path / "checks.json") is None


TINY = """
version = 1
summary = "made for a test"
cells = ["ahead"]
seeds = 1

[recipe]
parameters = 200
learning_rates = [0.01]
tune = false
steps_per_epoch = 1
epochs = 1

[[tasks]]
name = "recall-first"
horizons = [3]
"""


@pytest.mark.usefixtures("forked")
@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_failed_law_is_a_caveat_of_the_run(rude: Catalogue, tmp_path: Path) -> None:
    """On the terminal and in the report; the exit code is that of the trials."""
    (tmp_path / "tiny.toml").write_text(TINY)
    done = rnnbench("run", "suite", "tiny.toml", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Cell 'ahead' fails the law 'causal': it looks ahead" in done.stdout
    page = (tmp_path / "runs" / "tiny" / "report" / "index.html").read_text()
    assert page.count("fails the law") > 1
    assert {outcome.check for outcome in failed_checks(tmp_path / "runs" / "tiny")} >= {
        "causal",
        "pads",
    }
    without = rnnbench("run", "suite", "tiny.toml", "--no-check", "-o", "other", cwd=tmp_path)
    assert without.returncode == 0, without.stderr
    assert not (tmp_path / "other" / "checks.json").exists()


DETACHES = """
    import os, subprocess
    import rnnbench
    from torch import nn

    class Cell(nn.GRU):
        def __init__(self, inputs, hidden):
            super().__init__(inputs, hidden, batch_first=True)
            if os.path.exists({told!r}):
                return
            left = subprocess.Popen(["sleep", "300"], env={{}}, start_new_session=True)
            with open({told!r}, "w") as told:
                told.write(str(left.pid))

    @rnnbench.hookimpl
    def rnnbench_cells():
        return [rnnbench.CellSpec("detaches", Cell, source="made for a test")]
"""


@pytest.mark.usefixtures("forked")
def test_what_a_checked_cell_has_detached_ends_with_the_check(
    make_plugin: MakePlugin, tmp_path: Path
) -> None:
    """It has a session of its own and an empty environment, and the check ended by itself."""
    told = tmp_path / "told"
    make_plugin(DETACHES.format(told=str(told)), distribution="detaching")
    catalogue = Catalogue.present()
    request = CheckRequest(subject="detaches", kind="cell", name="detaches")
    outcomes = list(Checking(request, catalogue.cells["detaches"].plugin).outcomes())
    assert {outcome.check for outcome in outcomes} == set(LAWS)
    left = int(told.read_text())
    wait_until(lambda: not is_alive(left))
