"""A report in a process of its own: what a renderer raises, prints or hangs in costs this report and nothing else.

The process reads what it is to do from a file, and leaves in another one the files that the renderer wrote, or the
problem. What a renderer prints goes to standard error.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterable
from contextlib import ExitStack, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

import msgspec
from msgspec import Struct

from rnnbench.catalogue import Brought, Catalogue
from rnnbench.errors import describe
from rnnbench.findings import Findings
from rnnbench.interpreter import end_with_parent
from rnnbench.records import Renderer

LIMIT_SECONDS = 600.0
ORDER, OUTCOME = "order", "outcome"


class RenderOrder(Struct, frozen=True, kw_only=True):
    """Which report is to be made, of what, and where."""

    report: str
    findings: Findings
    folder: str


class Rendered(Struct, frozen=True, kw_only=True):
    """What became of one report: the files that were written, or one sentence on what went wrong."""

    report: str
    origin: str
    files: tuple[str, ...] = ()
    problem: str = ""

    @property
    def sentence(self) -> str:
        """The problem, for a reader who knows nothing of it yet."""
        return f"The report '{self.report}' of {self.origin} could not be made: {self.problem.rstrip('.')}."


class Rendering:
    """A renderer at work in a process of its own. Use it as a context: the process ends with it."""

    def __init__(self, brought: Brought[Renderer], findings: Findings, folder: Path) -> None:
        self.report = brought.item.name
        self.origin = brought.plugin.origin
        self._exchange = TemporaryDirectory(prefix="rnnbench-report-")
        self._place = Path(self._exchange.name)
        order = RenderOrder(report=self.report, findings=findings, folder=str(folder))
        (self._place / ORDER).write_bytes(msgspec.msgpack.encode(order))  # which knows infinite numbers
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", __name__, str(self._place)],
            stdin=subprocess.DEVNULL,
            stdout=2,
            env={**os.environ, "PYTHONPATH": _search_path()},
            start_new_session=True,
        )

    def __enter__(self) -> "Rendering":
        return self

    def __exit__(self, *_: object) -> None:
        """End the process and what it started."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._exchange.cleanup()

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
    reports: Iterable[Brought[Renderer]], findings: Findings, folder: Path, limit_seconds: float = LIMIT_SECONDS
) -> list[Rendered]:
    """Have these reports made in this folder, side by side; what became of each, in their order.

    Raises OSError where no process can be started.
    """
    with ExitStack() as at_work:
        renderings = [at_work.enter_context(Rendering(brought, findings, folder)) for brought in reports]
        deadline = monotonic() + limit_seconds
        return [rendering.wait(limit_seconds, deadline) for rendering in renderings]


def _search_path() -> str:
    """Where this process looks for modules, for a process that finds the same ones; the working folder is left out
    unless it is named there."""
    return os.pathsep.join(str(Path(place).absolute()) for place in sys.path if place)


def _last_words(code: int) -> str:
    """How a process ended that left no outcome."""
    if code < 0:
        with suppress(ValueError):
            return f"its process was ended by {signal.Signals(-code).name}"
    return f"its process ended by itself with code {code} before the report was made"


def main(place: Path) -> None:
    """What the process does."""
    end_with_parent()
    order = msgspec.msgpack.decode((place / ORDER).read_bytes(), type=RenderOrder)
    outcome = Rendered(report=order.report, origin="", problem="")
    try:
        files = _files(order)
        outcome = msgspec.structs.replace(outcome, files=files)
    except BaseException as error:  # a renderer may raise anything, and may try to exit
        outcome = msgspec.structs.replace(outcome, problem=describe(error))
    (place / OUTCOME).write_bytes(msgspec.json.encode(outcome))


def _files(order: RenderOrder) -> tuple[str, ...]:
    """The files that the renderer says it wrote. Raises TypeError where it gives none, FileNotFoundError where one of
    them is not there."""
    report = Catalogue.load().reports[order.report].item
    returned = report.load()(order.findings, Path(order.folder))
    if not isinstance(returned, list | tuple):
        raise TypeError(f"render returned {type(returned).__name__}, and should return a list of the files it wrote")
    files = []
    for file in returned:
        if not isinstance(file, str | os.PathLike):
            raise TypeError(f"render returned {type(file).__name__} in its list, and should return paths of files")
        if not Path(file).is_file():
            raise FileNotFoundError(f"render returned {file}, and there is no such file")
        files.append(os.fspath(file))
    return tuple(files)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
