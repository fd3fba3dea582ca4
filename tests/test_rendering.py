"""Reports are made in processes of their own: what a renderer does costs its own report, and is
told by name."""

import errno
import os
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from rnnbench.catalogue import Catalogue
from rnnbench.cli.reporting import make_reports
from rnnbench.driver import render_process, rendering
from rnnbench.driver.render_process import PROGRAM, Rendered
from rnnbench.driver.rendering import LIMIT_SECONDS, render
from rnnbench.executors import scratch
from rnnbench.findings import Findings, find
from rnnbench.interpreter import python_with_my_path
from rnnbench.store import Store
from tests.builders.gate import BASELINE, KEPT, written
from tests.builders.processes import is_alive
from tests.builders.rendering import run_main
from tests.conftest import MakePlugin

RUDE = """
    import os, sys, time
    import rnnbench

    class Mute(Exception):
        def __str__(self):
            raise RuntimeError("no message")

    def raises(findings, folder):
        raise ValueError("no ink\\nleft")

    def mute(findings, folder):
        raise Mute()

    def exits(findings, folder):
        sys.exit(0)

    def ends(findings, folder):
        os._exit(0)

    def interrupts(findings, folder):
        raise KeyboardInterrupt()

    def nothing(findings, folder):
        return None

    def numbers(findings, folder):
        return [1]

    def absent(findings, folder):
        return [folder / "absent.html"]

    def hangs(findings, folder):
        time.sleep(1000)

    def talks(findings, folder):
        print("hello from a renderer")
        file = folder / "fine.html"
        file.write_text("fine")
        return [file]

    def closes(findings, folder):
        sys.stdout.close()
        sys.stderr.close()
        os.close(1)
        return [folder / "fine.html"]

    KINDS = dict(a_raises=raises, b_mute=mute, c_exits=exits, d_ends=ends, e_interrupts=interrupts, f_nothing=nothing,
                 g_numbers=numbers, h_absent=absent, i_hangs=hangs, j_talks=talks,
                 k_missing="no_such_module:render")

    @rnnbench.hookimpl
    def rnnbench_reports():
        return [rnnbench.Renderer(name, kind) for name, kind in KINDS.items()]
"""
PROBLEMS = {
    "a_raises": "ValueError: no ink",
    "b_mute": "Mute: its message cannot be read, since its __str__ raises RuntimeError",
    "c_exits": "SystemExit: 0",
    "d_ends": "its process ended by itself with code 0 before the report was made",
    "e_interrupts": "KeyboardInterrupt",
    "f_nothing": (
        "TypeError: render returned NoneType, and should return a list of the files it wrote"
    ),
    "g_numbers": "TypeError: render returned int in its list, and should return paths of files",
    "h_absent": "FileNotFoundError: render returned {}/absent.html, and there is no such file",
    "j_talks": "",
    "k_missing": "ModuleNotFoundError: No module named 'no_such_module'",
}


@pytest.fixture(scope="module")
def findings() -> Findings:
    return find(KEPT)


@pytest.mark.usefixtures("forked")
def test_each_renderer_that_goes_wrong_is_named_and_the_others_go_on(
    make_plugin: MakePlugin, findings: Findings, tmp_path: Path
) -> None:
    """One sentence each, with the report and the distribution; whatever it raises, returns or
    ends."""
    make_plugin(RUDE, distribution="rude-reports")
    reports = Catalogue.present().reports
    outcomes = render([reports[name] for name in PROBLEMS], findings, tmp_path)
    told = {outcome.report: outcome.problem for outcome in outcomes}
    assert told == {name: problem.format(tmp_path) for name, problem in PROBLEMS.items()}
    assert {outcome.origin for outcome in outcomes} == {"rude-reports 1.2.3"}
    (fine,) = [outcome for outcome in outcomes if not outcome.problem]
    assert fine.files == (str(tmp_path / "fine.html"),)


@pytest.mark.usefixtures("forked")
def test_a_renderer_that_hangs_is_ended_at_its_limit(
    make_plugin: MakePlugin, findings: Findings, tmp_path: Path
) -> None:
    """And told like any other."""
    make_plugin(RUDE, distribution="rude-reports")
    (outcome,) = render(
        [Catalogue.present().reports["i_hangs"]], findings, tmp_path, limit_seconds=1.0
    )
    assert outcome.problem == "it took longer than its limit of 1 s"


def test_the_sentence_names_report_and_distribution() -> None:
    """And ends with one full stop."""
    outcome = Rendered(report="html", origin="my-plugin 1.0", problem="ValueError: no ink.")
    assert (
        outcome.sentence
        == "The report 'html' of my-plugin 1.0 could not be made: ValueError: no ink."
    )


def test_findings_travel_as_they_are(findings: Findings) -> None:
    """Infinite numbers included, which JSON does not know."""
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(findings), type=Findings) == findings
    assert LIMIT_SECONDS >= 300  # a large suite of claims takes its time


FAILING = """
    import rnnbench

    def broken(findings, folder):
        raise ValueError("no ink")

    @rnnbench.hookimpl
    def rnnbench_reports():
        return [rnnbench.Renderer("broken", broken), rnnbench.Renderer("asked", broken, on_request=True)]
"""


@pytest.mark.usefixtures("forked")
def test_answers_come_before_reports_and_a_failing_one_is_told_behind_them(
    make_plugin: MakePlugin,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """The page of the other report is there; the command that makes reports says by its code that
    one is missing."""
    make_plugin(FAILING, distribution="sad-reports")
    folder = written(tmp_path / "run", KEPT)
    code = run_main(monkeypatch, "report", str(folder))
    out, err = capfd.readouterr()
    assert code == 1
    assert err.splitlines() == [
        "The report 'broken' of sad-reports 1.2.3 could not be made: ValueError: no ink."
    ]
    assert out.splitlines()[0].startswith("task\t")
    assert out.splitlines()[-1] == f"Report: {folder / 'report' / 'index.html'}"


@pytest.mark.usefixtures("forked")
def test_a_format_that_cannot_be_written_is_one_sentence(
    make_plugin: MakePlugin,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """`export` prints no file then, and exits with 1."""
    make_plugin(FAILING, distribution="sad-reports")
    code = run_main(
        monkeypatch, "export", str(BASELINE), "--format", "asked", "-o", str(tmp_path / "out")
    )
    out, err = capfd.readouterr()
    assert (code, out) == (1, "")
    assert err.splitlines() == [
        "The report 'asked' of sad-reports 1.2.3 could not be made: ValueError: no ink."
    ]


def test_where_no_report_can_be_written_the_answers_are_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file in place of the folder: the run is told of it, and goes on."""
    folder = written(tmp_path / "run", KEPT)
    (folder / "report").write_text("in the way")
    assert not make_reports(Store(folder), Catalogue.present())
    out, err = capsys.readouterr()
    assert out.startswith("task\t")
    assert f"{folder / 'report'}: cannot be written: File exists; no report was made." in err


def test_a_renderer_finds_no_module_in_the_working_folder(
    findings: Findings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A `json.py` that lies there is nobody's."""
    (tmp_path / "json.py").write_text("raise SystemExit(9)")
    monkeypatch.chdir(tmp_path)
    (outcome,) = render([Catalogue.present().reports["html"]], findings, tmp_path)
    assert outcome.problem == ""
    assert (tmp_path / "index.html").is_file()


BESIDE = """
    import os

    with open(os.environ["SEEN"], "a") as seen:
        seen.write("imported ")
"""


def test_a_report_imports_no_plugin_but_its_own(
    make_plugin: MakePlugin, findings: Findings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that hangs, or changes how figures are drawn, costs the reports of others nothing."""
    monkeypatch.setenv("SEEN", str(tmp_path / "seen"))
    make_plugin(BESIDE, distribution="beside")
    (outcome,) = render([Catalogue.present().reports["html"]], findings, tmp_path)
    assert outcome.problem == ""
    assert (tmp_path / "seen").read_text() == "imported "  # by this process


LEAVES_A_THREAD = """
    import threading, time
    import rnnbench

    def leaves(findings, folder):
        threading.Thread(target=time.sleep, args=(1000,)).start()
        file = folder / "fine.html"
        file.write_text("fine")
        return [file]

    @rnnbench.hookimpl
    def rnnbench_reports():
        return [rnnbench.Renderer("leaves", leaves)]
"""


@pytest.mark.usefixtures("forked")
def test_a_renderer_that_leaves_a_thread_has_made_its_report(
    make_plugin: MakePlugin, findings: Findings, tmp_path: Path
) -> None:
    """Nobody waits for the thread."""
    make_plugin(LEAVES_A_THREAD, distribution="busy-reports")
    (outcome,) = render(
        [Catalogue.present().reports["leaves"]], findings, tmp_path, limit_seconds=40.0
    )
    assert (outcome.problem, outcome.files) == ("", (str(tmp_path / "fine.html"),))


LOOKS = """
    import os, tempfile
    import rnnbench

    def looks(findings, folder):
        file = folder / "seen.txt"
        file.write_text("\\n".join(os.listdir(tempfile.gettempdir())))
        return [file]

    @rnnbench.hookimpl
    def rnnbench_reports():
        return [rnnbench.Renderer("looks", looks)]
"""


@pytest.mark.usefixtures("forked")
def test_what_a_killed_driver_leaves_of_its_reports_is_removed_by_the_next_one(
    make_plugin: MakePlugin, findings: Findings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its folder has a name and a lock by which those of dead drivers are told; nothing else lies
    there meanwhile."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    monkeypatch.setenv("TMPDIR", str(temporary))
    abandoned = tempfile.mkdtemp(prefix=scratch._prefix())
    make_plugin(LOOKS, distribution="looking-reports")
    (outcome,) = render([Catalogue.present().reports["looks"]], findings, tmp_path)
    assert outcome.problem == ""
    (name,) = (tmp_path / "seen.txt").read_text().splitlines()
    assert name.startswith(scratch._prefix())
    assert name != Path(abandoned).name
    assert list(temporary.iterdir()) == []


def test_a_process_that_renders_ends_with_the_one_that_started_it(tmp_path: Path) -> None:
    """Here that one is gone before it has begun: it makes nothing."""
    elsewhere = str(os.getppid())
    done = subprocess.run(
        [*python_with_my_path(PROGRAM), elsewhere, str(tmp_path)], capture_output=True
    )
    assert (done.returncode, done.stderr) == (1, b"")


STARTS = """
    import subprocess, time
    import rnnbench

    def start(folder, name):
        program = subprocess.Popen(["sleep", "1000"], stdout=subprocess.DEVNULL)
        file = folder / name
        file.write_text(str(program.pid))
        return [file]

    def leaves(findings, folder):
        return start(folder, "leaves.txt")

    def hangs(findings, folder):
        start(folder, "hangs.txt")
        time.sleep(1000)

    @rnnbench.hookimpl
    def rnnbench_reports():
        return [rnnbench.Renderer("leaves", leaves), rnnbench.Renderer("hangs", hangs)]
"""


def wait_until(holds: Callable[[], bool]) -> None:
    """Wait for what comes after a while; a minute is far more than it takes."""
    for _ in range(1200):
        if holds():
            return
        time.sleep(0.05)
    raise AssertionError("it did not come")


@pytest.mark.usefixtures("forked")
def test_what_a_renderer_leaves_behind_ends_with_it(
    make_plugin: MakePlugin, findings: Findings, tmp_path: Path
) -> None:
    """A program that it started, when it came to its own end."""
    make_plugin(STARTS, distribution="starting-reports")
    (outcome,) = render([Catalogue.present().reports["leaves"]], findings, tmp_path)
    assert outcome.problem == ""
    program = int((tmp_path / "leaves.txt").read_text())
    wait_until(lambda: not is_alive(program))


@pytest.mark.usefixtures("forked")
@pytest.mark.parametrize("is_killed", [False, True])
def test_what_a_renderer_that_hangs_started_ends_with_the_rendering(
    make_plugin: MakePlugin, findings: Findings, tmp_path: Path, is_killed: bool
) -> None:
    """Even where the process that forks was killed, and can end nothing itself."""
    make_plugin(STARTS, distribution="starting-reports")
    report = Catalogue.present().reports["hangs"]
    exchange = tmp_path / "exchange"
    exchange.mkdir()
    file = tmp_path / "findings"
    file.write_bytes(msgspec.msgpack.encode(findings))
    rendering._ask(report, tmp_path, exchange)
    started = tmp_path / "hangs.txt"
    with rendering._at_work(file, [exchange]) as process:
        wait_until(lambda: started.is_file() and started.read_text() != "")
        if is_killed:
            process.kill()
    program = int(started.read_text())
    wait_until(lambda: not is_alive(program))


@pytest.mark.usefixtures("forked")
def test_a_report_without_a_process_costs_itself_alone(
    make_plugin: MakePlugin, findings: Findings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the system refuses a process, that report says so, and the others are made."""
    make_plugin(LOOKS, distribution="looking-reports")
    fork = render_process._fork
    refused: list[Path] = []

    def refuse_the_first(place: Path, found: Findings) -> int:
        if not refused:
            refused.append(place)
            raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")
        return fork(place, found)

    monkeypatch.setattr(render_process, "_fork", refuse_the_first)
    report = Catalogue.present().reports["looks"]
    first, second = render([report, report], findings, tmp_path)
    assert first.problem == "no process can be started: Resource temporarily unavailable"
    assert second.problem == ""
