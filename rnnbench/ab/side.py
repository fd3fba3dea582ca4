"""One environment of a paired measurement, and the process that measures in it."""

import os
import select
import signal
import subprocess
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import TypeVar

import msgspec

from rnnbench.errors import RnnbenchError
from rnnbench.executors.family import kill_group
from rnnbench.interpreter import python_of
from rnnbench.records import CostTrial, PartOfTrial
from rnnbench.records.turns import PROTOCOL, Describe, Described, Problem, Reply, Request

PROGRAM = "import sys; from rnnbench.runner.cost.turns import main; main(*sys.argv[1:])"
START_SECONDS = 300.0
TAIL_BYTES = 2_000
LEADING_ASTRAY = ("PYTHONPATH", "PYTHONHOME", "__PYVENV_LAUNCHER__")
"""Variables that give an interpreter modules of another environment."""
Kind = TypeVar("Kind", bound=Reply)


class SideLost(Exception):
    """A process that gave no reply, and why."""


@dataclass(frozen=True)
class Environment:
    """An environment.

    name:        BASE or HEAD.
    interpreter: its Python.
    commit:      the commit that is installed there; "" where that was not asked for.
    """

    name: str
    interpreter: Path
    commit: str = ""

    def command(self, *arguments: str) -> list[str]:
        """Return the command that runs its Python. The path is not resolved: a virtual environment
        is found by it."""
        return python_of(str(self.interpreter), *arguments)

    def describe(self, trials: tuple[CostTrial, ...]) -> tuple[PartOfTrial, ...]:
        """Return what of these trials exists there.

        Raises RnnbenchError where it has no rnnbench, or one that knows no paired measurements.
        """
        process = SideProcess(self)
        try:
            described = process.ask(Describe(trials), Described, START_SECONDS)
        except SideLost as lost:
            raise RnnbenchError(f"{self.name} ({self.interpreter}): {self._why(lost)}") from None
        finally:
            process.end()
        if described.protocol != PROTOCOL:
            raise RnnbenchError(
                f"{self.name} ({self.interpreter}): its rnnbench measures by protocol"
                f" {described.protocol}, this one by {PROTOCOL}; install the same version in both"
            )
        return described.parts

    def _why(self, lost: SideLost) -> str:
        said = str(lost)
        if "No module named 'rnnbench'" in said:
            return "rnnbench is not installed in this environment"
        if "No module named 'rnnbench.runner.cost.turns'" in said:
            return "its rnnbench is older than `rnnbench ab`; install this version there"
        return said


class SideProcess:
    """A process of an environment that answers requests."""

    def __init__(self, environment: Environment) -> None:
        self.environment = environment
        self._folder = TemporaryDirectory(prefix="rnnbench-ab-")
        self._output = Path(self._folder.name) / "printed.txt"
        self._rest = b""
        request_reader, self._requests = os.pipe()
        self._replies, reply_writer = os.pipe()
        work = Path(self._folder.name) / "work"
        work.mkdir()
        arguments = ("-c", PROGRAM, str(os.getpid()), str(request_reader), str(reply_writer))
        try:
            with self._output.open("wb") as output:
                self._process = subprocess.Popen(
                    environment.command(*arguments),
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    cwd=work,
                    env=clean_variables(),
                    pass_fds=(request_reader, reply_writer),
                    start_new_session=True,
                )
        except OSError as error:
            os.close(self._requests)
            os.close(self._replies)
            self._folder.cleanup()
            raise RnnbenchError(
                f"{environment.name}: {environment.interpreter} cannot be run:"
                f" {error.strerror or error}; give the Python of an environment"
            ) from None
        finally:
            os.close(request_reader)
            os.close(reply_writer)

    def send(self, request: Request) -> None:
        """Send a request. A process that has ended is noticed when its reply is read."""
        with suppress(BrokenPipeError):
            os.write(self._requests, msgspec.json.encode(request) + b"\n")

    def reply(self, kind: type[Kind], seconds: float) -> Kind:
        """Return the reply to the last request. Raises SideLost where none of this kind comes in
        time."""
        deadline = monotonic() + seconds
        while b"\n" not in self._rest:
            ready, _, _ = select.select([self._replies], [], [], max(0.0, deadline - monotonic()))
            if not ready:
                raise SideLost(f"it took longer than its limit of {seconds:g} s")
            part = os.read(self._replies, 1 << 16)
            if not part:
                raise SideLost(self._how_it_ended())
            self._rest += part
        line, _, self._rest = self._rest.partition(b"\n")
        reply: Reply = msgspec.json.decode(line, type=Reply)
        if isinstance(reply, Problem):
            raise SideLost(reply.problem)
        if not isinstance(reply, kind):
            raise SideLost(f"it replied {type(reply).__name__} in place of {kind.__name__}")
        return reply

    def ask(self, request: Request, kind: type[Kind], seconds: float) -> Kind:
        """Send a request, and return its reply."""
        self.send(request)
        return self.reply(kind, seconds)

    def end(self) -> None:
        """End the process with all that it has started."""
        kill_group(self._process.pid)
        self._process.wait()
        os.close(self._requests)
        os.close(self._replies)
        self._folder.cleanup()

    def _how_it_ended(self) -> str:
        try:
            code = self._process.wait(5)
        except subprocess.TimeoutExpired:
            return "its process closed the channel"
        ending = f"its process ended with code {code}"
        if code < 0:
            ending = f"its process was ended by {signal.Signals(-code).name}"
        printed = self._printed()
        return f"{ending}: {printed}" if printed else ending

    def _printed(self) -> str:
        """The last line that the process printed."""
        with self._output.open("rb") as file:
            file.seek(max(0, self._output.stat().st_size - TAIL_BYTES))
            lines = file.read().decode(errors="replace").strip().splitlines()
        return lines[-1].strip() if lines else ""


def clean_variables() -> dict[str, str]:
    """Return the variables of this process without those that mix two environments."""
    return {name: value for name, value in os.environ.items() if name not in LEADING_ASTRAY}


Watch = Callable[[str], None]
"""Called with what happens now, in words."""
