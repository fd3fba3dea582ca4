"""The process that makes reports: it loads what all of them need, and forks a process for each.

What a renderer raises, prints, changes or hangs in costs its own report and nothing else. Each
report is asked for in a folder of its own, in which its process leaves what became of it.
"""

import gc
import os
import signal
import sys
import traceback
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

import msgspec
from msgspec import Struct

from rnnbench import text
from rnnbench.catalogue import Catalogue, Plugin
from rnnbench.contracts import Renderer
from rnnbench.errors import PluginError, describe
from rnnbench.findings import Findings
from rnnbench.interpreter import end_with_parent

REQUEST = "request"
OUTCOME = "outcome"
CODE = "code"
"""The file with the code that the process of a report ended with."""
PROCESS = "process"
"""The file with the id of the process of a report, and of its group."""
SELDOM = (1_000_000, 50, 1000)
"""New objects between two searches for cycles, and how many of these go to the next generation."""
PROGRAM = "from rnnbench.driver.render_process import main; main(int(sys.argv[1]), *sys.argv[2:])"


class RenderRequest(Struct, frozen=True, kw_only=True):
    """Which report of which plugin is to be made, and where."""

    report: str
    plugin: Plugin
    folder: str


class Rendered(Struct, frozen=True, kw_only=True):
    """What became of one report: the files that were written, or one sentence on what went
    wrong."""

    report: str
    origin: str
    files: tuple[str, ...] = ()
    problem: str = ""

    @property
    def sentence(self) -> str:
        """The problem, for a reader who knows nothing of it yet."""
        could_not = f"The report '{self.report}' of {self.origin} could not be made"
        return text.sentence(f"{could_not}: {self.problem}")


def main(parent: int, findings: str, *exchanges: str) -> NoReturn:
    """Make reports, side by side. SIGTERM ends this process, theirs, and what these started.

    parent:    the id of the process that started this one, with which it ends.
    findings:  the file that holds the findings.
    exchanges: the folders in which reports are asked for.
    """
    end_with_parent(parent)
    signal.signal(signal.SIGTERM, _exit)
    loaded = msgspec.msgpack.decode(Path(findings).read_bytes(), type=Findings)
    # findings and figures are long-lived: to search them again and again for cycles of objects that
    # nobody holds took a third of the time
    gc.freeze()
    gc.set_threshold(*SELDOM)
    at_work: dict[int, Path] = {}
    try:
        for place in map(Path, exchanges):
            _start(place, loaded, at_work)
        while at_work:
            process, status = os.wait()
            end_group(process)
            code = os.waitstatus_to_exitcode(status)
            with suppress(OSError):
                (at_work.pop(process) / CODE).write_text(str(code))
    finally:
        for process in at_work:
            end_group(process)
    os._exit(0)


def _start(place: Path, findings: Findings, at_work: dict[int, Path]) -> None:
    """Start the process of a report and note its id, or leave why there is none.

    SIGTERM waits meanwhile, so that no process is started that nobody would end.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
    try:
        at_work[_fork(place, findings)] = place
    except OSError as error:
        problem = f"no process can be started: {error.strerror or error}"
        with suppress(OSError):
            _leave(place, Rendered(report="", origin="", problem=problem))
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGTERM])


def _exit(*_: object) -> NoReturn:
    sys.exit(1)


def end_group(leader: int) -> None:
    """End a process, if it runs, and what it started."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)


def _fork(place: Path, findings: Findings) -> int:
    """Return the id of a new process that makes the report which is asked for there."""
    server = os.getpid()
    process = os.fork()
    if process:
        return process
    try:
        os.setsid()
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGTERM])
        end_with_parent(server)
        (place / PROCESS).write_text(str(os.getpid()))
        _make(place, findings)
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(1)


def _leave(place: Path, outcome: Rendered) -> None:
    (place / OUTCOME).write_bytes(msgspec.json.encode(outcome))


def _make(place: Path, findings: Findings) -> NoReturn:
    """Make a report, and end. Nobody waits for a thread that the renderer left behind."""
    request = msgspec.msgpack.decode((place / REQUEST).read_bytes(), type=RenderRequest)
    outcome = Rendered(report=request.report, origin="", problem="")
    try:
        files = _files(request, findings)
        outcome = msgspec.structs.replace(outcome, files=files)
    except BaseException as error:  # a renderer may raise anything, and may try to exit
        outcome = msgspec.structs.replace(outcome, problem=describe(error))
    _leave(place, outcome)
    for stream in (sys.stdout, sys.stderr):
        with suppress(BaseException):  # the renderer may have closed or replaced it
            stream.flush()
    os._exit(0)


def _files(request: RenderRequest, findings: Findings) -> tuple[str, ...]:
    """The files that the renderer says it wrote. Raises TypeError where it gives none,
    FileNotFoundError where one of them is not there."""
    report = _renderer(request)
    returned = report.load()(findings, Path(request.folder))
    if not isinstance(returned, list | tuple):
        raise TypeError(
            f"render returned {type(returned).__name__}, and should return a list of the files it"
            " wrote"
        )
    files = []
    for file in returned:
        if not isinstance(file, str | os.PathLike):
            raise TypeError(
                f"render returned {type(file).__name__} in its list, and should return paths of"
                " files"
            )
        if not Path(file).is_file():
            raise FileNotFoundError(f"render returned {file}, and there is no such file")
        files.append(os.fspath(file))
    return tuple(files)


def _renderer(request: RenderRequest) -> Renderer:
    """The renderer, from its own plugin; no other one is imported. Raises PluginError where that
    does not load here."""
    catalogue = Catalogue.load([request.plugin])
    for plugin in catalogue.plugins:
        if plugin.problem:
            raise PluginError(f"its plugin '{plugin.name}' {plugin.problem}")
    return catalogue.reports[request.report].item
