"""Plugins that misbehave while they are imported or asked: each is named, and nobody else is
touched."""

import json
import os
import signal
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

from rnnbench.catalogue import Catalogue, Plugin
from rnnbench.catalogue.guard import LIMIT, Misbehaved, run_guarded
from rnnbench.catalogue.installed import DISABLE
from tests.builders.matrix import slow
from tests.conftest import MakePlugin

CELL = """
    @rnnbench.hookimpl
    def rnnbench_cells():
        return [rnnbench.CellSpec("{name}", "torch.nn:GRU", source="made for a test")]
"""


def found(distribution: str) -> Plugin:
    """The one plugin of a distribution; the cells of all others are there."""
    catalogue = Catalogue.load()
    assert "gru" in catalogue.cells
    (plugin,) = [plugin for plugin in catalogue.plugins if plugin.distribution == distribution]
    return plugin


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("import os; os._exit(0)", "fails to import: it ends the process: os._exit(0)"),
        ("from os import _exit; _exit(3)", "fails to import: it ends the process: os._exit(3)"),
        (
            "try:\n    import os; os._exit(0)\nexcept Exception:\n    pass",
            "it ends the process: os._exit(0)",
        ),
        ("import sys; sys.exit(0)", "fails to import: SystemExit: 0"),
        ("raise BaseException('no exception')", "fails to import: BaseException: no exception"),
        ("raise GeneratorExit", "fails to import: GeneratorExit"),
        (
            "class E(Exception):\n    def __str__(self): raise ValueError\nraise E",
            "fails to import: E",
        ),
        ("class E(Exception):\n    def __str__(self): return None\nraise E", "fails to import: E"),
        ("raise ValueError('\\udcff')", "fails to import: ValueError: \\udcff"),
        (
            "import rnnbench\n@rnnbench.hookimpl\ndef rnnbench_cells(): raise SystemExit(2)",
            "raises SystemExit: 2",
        ),
        (
            "import os, rnnbench\n@rnnbench.hookimpl\ndef rnnbench_cells(): os._exit(0)",
            "it ends the process",
        ),
        ("import rnnbench\n@rnnbench.hookimpl\ndef rnnbench_tasks(): return None", "got NoneType"),
        (
            "import rnnbench\n@rnnbench.hookimpl\ndef rnnbench_reports(): return iter(())",
            "got tuple_iterator",
        ),
        (
            "import rnnbench\n@rnnbench.hookimpl\ndef rnnbench_suites(): return ['quick.toml']",
            "got str in it",
        ),
        (
            (
                "import rnnbench\n@rnnbench.hookimpl\ndef rnnbench_cells():\n    class"
                " Odd(rnnbench.CellSpec):\n        @property\n        def name(self): raise"
                " SystemExit(1)\n        @name.setter\n        def name(self, value): pass\n   "
                " return [Odd('x', 'torch.nn:GRU', source='y')]"
            ),
            "rnnbench_cells r",
        ),
    ],
)
def test_whatever_a_plugin_does_instead_becomes_its_problem(
    make_plugin: MakePlugin, source: str, problem: str
) -> None:
    """On import and in hooks: it exits, raises what is no Exception, has no printable message,
    returns no list."""
    make_plugin(source, distribution="rude")
    plugin = found("rude")
    assert problem in plugin.problem
    assert "\n" not in plugin.problem


@pytest.mark.parametrize(
    "source",
    [
        "import time; time.sleep(1000)",
        "while True: pass",
        (
            "while True:\n    try:\n        import time; time.sleep(1000)\n    except Exception:\n "
            "       pass"
        ),
        "import time, rnnbench\n@rnnbench.hookimpl\ndef rnnbench_cells(): time.sleep(1000)",
        (
            "for _ in '123':\n    try:\n        while True: pass\n    except BaseException:"
            " pass\nwhile True: pass"
        ),
    ],
)
def test_a_plugin_that_hangs_is_given_up(
    make_plugin: MakePlugin, monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    """After a limit, which an environment variable raises for packages that compile on import."""
    make_plugin(source, distribution="slow")
    monkeypatch.setenv(LIMIT, "0.3")
    problem = found("slow").problem
    assert "it takes longer than 0.3 s (raise RNNBENCH_IMPORT_SECONDS if it needs that)" in problem
    monkeypatch.setenv(LIMIT, "1000")
    if "fails to import" in problem:
        assert found("slow").problem == problem  # not waited for again


def test_an_alarm_that_was_set_before_goes_on() -> None:
    """The limit borrows the alarm of the process, as test runners use it."""
    rung = []
    before = signal.signal(signal.SIGALRM, lambda *_: rung.append(1))
    old = signal.setitimer(signal.ITIMER_REAL, 100.0)
    try:
        run_guarded(lambda: None)
        left, _ = signal.getitimer(signal.ITIMER_REAL)
        assert 90 < left <= 100
        signal.raise_signal(signal.SIGALRM)
        assert rung == [1]
    finally:
        signal.setitimer(signal.ITIMER_REAL, *old)
        signal.signal(signal.SIGALRM, before)


CHANGES = {
    "set the environment variable OMP_NUM_THREADS, which was set back": (
        "os.environ['OMP_NUM_THREADS'] = '7'"
    ),
    "set the environment variable HOME, which was set back": "del os.environ['HOME']",
    "replaced the handler of SIGTERM, which was set back": (
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)"
    ),
    "changed the working folder, which was set back": "os.chdir('/')",
    "changed the front of sys.path, which was set back": "sys.path.insert(0, '/nowhere')",
}


@pytest.mark.parametrize("effect", CHANGES)
def test_what_a_plugin_changes_in_the_process_is_set_back_and_recorded(
    make_plugin: MakePlugin, effect: str
) -> None:
    """Trials inherit the environment of this process, and so would every other cell."""

    def state() -> tuple[object, ...]:
        path = [folder for folder in sys.path if folder != "/nowhere"]
        return dict(os.environ), signal.getsignal(signal.SIGTERM), Path.cwd(), path, sys.path[0]

    make_plugin(f"import os, signal, sys, rnnbench\n{CHANGES[effect]}", distribution="rude")
    before = state()
    plugin = found("rude")
    assert plugin.effects == (effect,)
    assert not plugin.problem
    assert state() == before


def test_streams_and_warnings_are_as_they_were(make_plugin: MakePlugin) -> None:
    """A plugin may replace standard output, and make every warning an error."""
    make_plugin(
        "import io, sys, warnings\nsys.stdout = io.StringIO()\nwarnings.simplefilter('error')",
        distribution="rude",
    )
    before = sys.stdout, list(warnings.filters)
    found("rude")
    assert (sys.stdout, list(warnings.filters)) == before


def test_what_plugins_print_is_not_in_the_output(
    make_plugin: MakePlugin, capfd: pytest.CaptureFixture[str]
) -> None:
    """Printed by Python or by C: it goes to standard error, and JSON stays JSON."""
    make_plugin(
        "import os\nprint('by Python')\nos.write(1, b'by C')\nos.system('echo by a child')", "loud"
    )
    found("loud")
    said = capfd.readouterr()
    assert said.out == ""
    assert all(by in said.err for by in ("by Python", "by C", "by a child"))


def test_a_closed_output_stays_closed() -> None:
    """A command may be started without a standard output."""
    program = (
        "import os\nfrom rnnbench.catalogue.guard import"
        " run_guarded\nos.close(1)\nrun_guarded(lambda: print('x'))\ntry:\n    os.write(1,"
        " b'x')\nexcept OSError:\n    os.write(2, b'closed')\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stderr.endswith("closed")


def test_an_exit_that_was_kept_for_later_works_again() -> None:
    """`from os import _exit` in a module that is imported under guard."""
    program = (
        "from rnnbench.catalogue.guard import run_guarded\n"
        "def take():\n    from os import _exit\n    return _exit\n"
        "run_guarded(take).value(7)"
    )
    assert subprocess.run([sys.executable, "-c", program]).returncode == 7


def test_an_interruption_gets_through() -> None:
    """Ctrl-C is not a plugin's fault."""

    def interrupted() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_guarded(interrupted)
    with pytest.raises(Misbehaved, match="KeyError: 'x'"):
        run_guarded(lambda: {}["x"])


def damaged(folder: Path, name: str, **files: str) -> None:
    """A metadata folder with these files."""
    info = folder / name
    info.mkdir(parents=True)
    for file, text in files.items():
        (info / f"{file}{'.txt' if file == 'entry_points' else ''}").write_text(text)


@pytest.mark.parametrize(
    ("files", "problem"),
    [
        (
            {"entry_points": "[rnnbench]\nold-cell = old_cell\n"},
            "its metadata are damaged: they give no name",
        ),
        (
            {
                "entry_points": "[rnnbench]\nold-cell = old_cell\n",
                "METADATA": "Metadata-Version: 2.1\nVersion: 1\n",
            },
            "its metadata are damaged: they give no name",
        ),
        (
            {"entry_points": "[rnnbench]\nold-cell\n", "METADATA": "Name: old-cell\n"},
            "its entry points cannot be read",
        ),
    ],
)
def test_damaged_metadata_are_one_line_of_the_list(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: dict[str, str], problem: str
) -> None:
    """As an uninstallation that was interrupted leaves them; the line names the folder, and can be
    switched off."""
    damaged(tmp_path, "old_cell-0.1.dist-info", **files)
    monkeypatch.syspath_prepend(str(tmp_path))
    plugin = found("old_cell-0.1.dist-info")
    assert problem in plugin.problem
    assert str(tmp_path / "old_cell-0.1.dist-info") in plugin.problem
    monkeypatch.setenv(DISABLE, "old_cell-0.1.dist-info")
    assert not [plugin for plugin in Catalogue.load().plugins if plugin.problem]


@pytest.mark.parametrize(
    "files", [{}, {"METADATA": "Name: \n"}, {"entry_points": "[console_scripts]\nx = y\n"}]
)
def test_damaged_metadata_of_others_are_none_of_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: dict[str, str]
) -> None:
    """A distribution that declares no plugin is passed over, in whatever state it is."""
    damaged(tmp_path, "other-0.1.dist-info", **files)
    monkeypatch.syspath_prepend(str(tmp_path))
    assert not [plugin for plugin in Catalogue.load().plugins if plugin.problem]


def test_two_distributions_with_one_module_name_are_both_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Installed in place, each in a folder of its own: the second one's entry point finds the first
    one's file."""
    site = tmp_path / "site"
    for name in ("clash-a", "clash-b"):
        project = tmp_path / name
        project.mkdir()
        text = CELL.format(name=f"cell-of-{name}").replace("\n    ", "\n")
        (project / "cells_of_a_clash.py").write_text(f"import rnnbench\n{text}")
        info = site / f"{name.replace('-', '_')}-0.1.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 0.1\n")
        (info / "entry_points.txt").write_text(f"[rnnbench]\n{name} = cells_of_a_clash\n")
        (info / "direct_url.json").write_text(
            f'{{"url": "file://{project}", "dir_info": {{"editable": true}}}}'
        )
        monkeypatch.syspath_prepend(str(project))
    monkeypatch.syspath_prepend(str(site))
    catalogue = Catalogue.load()
    problems = {
        p.distribution: p.problem for p in catalogue.plugins if p.distribution.startswith("clash")
    }
    assert problems["clash-b"] == ""  # the last one put in front of the path
    assert "'cells_of_a_clash'" in problems["clash-a"]
    assert f"{tmp_path / 'clash-b' / 'cells_of_a_clash.py'} of clash-b" in problems["clash-a"]
    assert "cell-of-clash-b" in catalogue.cells
    assert "cell-of-clash-a" not in catalogue.cells


@pytest.mark.parametrize(
    "forking",
    [
        "if os.fork() == 0:\n    os._exit(0)\nos.wait()",
        "if os.fork() == 0:\n    raise SystemExit(0)\nos.wait()",
        "if os.fork() == 0:\n    raise ValueError('in the child')\nos.wait()",
        "pid = os.fork()\nif pid:\n    os.wait()",
        (
            "import multiprocessing\np ="
            " multiprocessing.get_context('fork').Process(target=print)\np.start()\np.join()"
        ),
    ],
)
def test_a_process_that_a_plugin_forks_does_not_go_on_as_the_driver(
    tmp_path: Path, forking: str
) -> None:
    """However it ends, or does not: what stands behind the import runs once."""
    (tmp_path / "forking_plugin.py").write_text(f"import os\n{forking}\n")
    program = (
        f"import sys\nsys.path.insert(0, {str(tmp_path)!r})\n"
        "from rnnbench.catalogue.guard import run_guarded\n"
        "run_guarded(lambda: __import__('forking_plugin'))\nprint('behind', flush=True)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60
    )
    assert done.stdout.count("behind") == 1, done.stderr


ENDINGS = {
    "exits": "atexit.register(os._exit, 0)",
    "prints": "atexit.register(print, 'printed at the exit')",
    "raises": "atexit.register(int, 'no number')",
    "waits": "threading.Thread(target=threading.Event().wait).start()",
    "prints in a thread": (
        """
over = threading.Event()
atexit.register(over.set)
threading.Thread(target=lambda: over.wait() and print('printed by a thread')).start()
"""
    ),
}


SHOW = ["show", "no-such-thing"]
LIST = ["list", "executors", "--json"]


@pytest.mark.parametrize(
    ("ending", "arguments", "code"),
    [
        ("exits", SHOW, 2),
        ("waits", LIST, 0),
        ("prints in a thread", LIST, 0),
        slow(("exits", LIST, 0)),
        slow(("prints", LIST, 0)),
        slow(("raises", SHOW, 2)),
    ],
)
def test_what_a_plugin_leaves_for_the_exit_changes_neither_code_nor_output(
    tmp_path: Path, ending: str, arguments: list[str], code: int
) -> None:
    """It exits, prints, raises, or leaves a thread that never ends: the command ends as it would
    have."""
    (tmp_path / "ending_plugin.py").write_text(f"import atexit, os, threading\n{ENDINGS[ending]}\n")
    damaged(tmp_path, "ending-1.0.dist-info", METADATA="Name: ending\nVersion: 1.0\n")
    (tmp_path / "ending-1.0.dist-info" / "entry_points.txt").write_text(
        "[rnnbench]\nending = ending_plugin\n"
    )
    command = [str(Path(sys.executable).with_name("rnnbench")), *arguments]
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, env=environment)
    assert done.returncode == code, done.stderr
    if code == 0:
        assert {row["name"] for row in json.loads(done.stdout)} >= {"local"}
    else:
        assert done.stdout == ""
