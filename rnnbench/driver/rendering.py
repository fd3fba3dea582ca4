"""A report in a process of its own: what a renderer raises, prints or hangs in costs this report
and nothing else.

The process reads what it is to do from a file, and leaves in another one the files that the
renderer wrote, or the problem. What a renderer prints goes to standard error.
"""

import gc
import os
import signal
import subprocess
import sys
from collections.abc import Iterable
from contextlib import ExitStack, suppress
from pathlib import Path
from time import monotonic
from typing import NoReturn

import msgspec
from msgspec import Struct

from rnnbench.catalogue import Catalogue, Contribution, Plugin
from rnnbench.contracts import Renderer
from rnnbench.errors import PluginError, describe
from rnnbench.executors.scratch import Scratch, remove_abandoned
from rnnbench.findings import Findings
from rnnbench.interpreter import end_with_parent, python_with_my_path

LIMIT_SECONDS = 600.0
REQUEST = "request"
SELDOM = (100_000, 50, 1000)
"""New objects between two searches for cycles, and how many of these go to the next generation."""
OUTCOME = "outcome"
PROGRAM = "from rnnbench.driver.rendering import main; main(sys.argv[1], int(sys.argv[2]))"


class RenderRequest(Struct, frozen=True, kw_only=True):
    """Which report of which plugin is to be made, of what, and where."""

    report: str
    plugin: Plugin
    findings: Findings
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
        return (
            f"The report '{self.report}' of {self.origin} could not be made:"
            f" {self.problem.rstrip('.')}."
        )


class Rendering:
    """A renderer at work in a process of its own. Use it as a context: the process ends with it.

    exchange: a folder of its own, for what this process and that one write to each other.
    """

    def __init__(
        self, contribution: Contribution[Renderer], findings: Findings, folder: Path, exchange: Path
    ) -> None:
        self.report = contribution.item.name
        self.origin = contribution.plugin.origin
        self._place = exchange
        request = RenderRequest(
            report=self.report, plugin=contribution.plugin, findings=findings, folder=str(folder)
        )
        (self._place / REQUEST).write_bytes(
            msgspec.msgpack.encode(request)
        )  # which knows infinite numbers
        self._process = subprocess.Popen(
            [*python_with_my_path(PROGRAM), str(self._place), str(os.getpid())],
            stdin=subprocess.DEVNULL,
            stdout=2,
            start_new_session=True,
        )

    def __enter__(self) -> "Rendering":
        return self

    def __exit__(self, *_: object) -> None:
        """End the process and what it started."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def wait(self, limit_seconds: float, deadline: float) -> Rendered:
        """What became of it, at this time of the monotonic clock at the latest."""
        bare = Rendered(report=self.report, origin=self.origin)
        try:
            code = self._process.wait(max(0.0, deadline - monotonic()))
        except subprocess.TimeoutExpired:
            problem = f"it took longer than its limit of {limit_seconds:g} s"
            return msgspec.structs.replace(bare, problem=problem)
        try:
            left = msgspec.json.decode((self._place / OUTCOME).read_bytes(), type=Rendered)
        except (OSError, ValueError):
            return msgspec.structs.replace(bare, problem=_last_words(code))
        return msgspec.structs.replace(bare, files=left.files, problem=left.problem)


def render(
    reports: Iterable[Contribution[Renderer]],
    findings: Findings,
    folder: Path,
    limit_seconds: float = LIMIT_SECONDS,
) -> list[Rendered]:
    """Have these reports made in this folder, side by side; what became of each, in their order.

    Raises OSError where no process can be started, and RnnbenchError where no temporary file can be
    written.
    """
    remove_abandoned()
    with ExitStack() as at_work:
        scratch = Scratch()
        at_work.callback(scratch.close)
        renderings = []
        for contribution in reports:
            rendering = Rendering(contribution, findings, folder, scratch.make_folder())
            renderings.append(at_work.enter_context(rendering))
        deadline = monotonic() + limit_seconds
        return [rendering.wait(limit_seconds, deadline) for rendering in renderings]


def _last_words(code: int) -> str:
    """How a process ended that left no outcome."""
    if code < 0:
        with suppress(ValueError):
            return f"its process was ended by {signal.Signals(-code).name}"
    return f"its process ended by itself with code {code} before the report was made"


def main(exchange: str, parent: int) -> NoReturn:
    """What the process does. It waits for no thread that the renderer left behind.

    parent: the id of the process that started it, with which it ends.
    """
    end_with_parent(parent)
    place = Path(exchange)
    request = msgspec.msgpack.decode((place / REQUEST).read_bytes(), type=RenderRequest)
    # findings and figures are long-lived: to search them again and again for cycles of objects that
    # nobody holds took a third of the time
    gc.freeze()
    gc.set_threshold(*SELDOM)
    outcome = Rendered(report=request.report, origin="", problem="")
    try:
        files = _files(request)
        outcome = msgspec.structs.replace(outcome, files=files)
    except BaseException as error:  # a renderer may raise anything, and may try to exit
        outcome = msgspec.structs.replace(outcome, problem=describe(error))
    (place / OUTCOME).write_bytes(msgspec.json.encode(outcome))
    for stream in (sys.stdout, sys.stderr):
        with suppress(BaseException):  # the renderer may have closed or replaced it
            stream.flush()
    os._exit(0)


def _files(request: RenderRequest) -> tuple[str, ...]:
    """The files that the renderer says it wrote. Raises TypeError where it gives none,
    FileNotFoundError where one of them is not there."""
    report = _renderer(request)
    returned = report.load()(request.findings, Path(request.folder))
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
