"""The process that measures in one environment of a paired measurement."""

import os
import select
import signal
import subprocess
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import TypeVar

import msgspec

from rnnbench.errors import RnnbenchError, first_line
from rnnbench.executors.family import kill_group
from rnnbench.interpreter import python_of
from rnnbench.records.turns import (
    PROTOCOL,
    Doing,
    Hello,
    Problem,
    Reply,
    Request,
)

PROGRAM = "import sys; from rnnbench.runner.cost.turns import main; main(*sys.argv[1:])"
TAIL_BYTES = 2_000
LEADING_ASTRAY = ("PYTHONPATH", "PYTHONHOME", "__PYVENV_LAUNCHER__")
"""Variables that give an interpreter modules of another environment."""
Kind = TypeVar("Kind", bound=Reply)


class SideLost(Exception):
    """A process that gave no reply, and why.

    row: the row that it was preparing; None where it was preparing none.
    """

    def __init__(self, reason: str, row: str | None = None) -> None:
        super().__init__(reason)
        self.row = row


class SideProcess:
    """A process that answers requests; it starts with this interpreter.

    The path is not resolved: a virtual environment is found by it.
    """

    def __init__(self, name: str, interpreter: Path) -> None:
        self._folder = TemporaryDirectory(prefix="rnnbench-ab-")
        self._output = Path(self._folder.name) / "printed.txt"
        self._rest = b""
        self._greeted = False
        request_reader, self._requests = os.pipe()
        self._replies, reply_writer = os.pipe()
        work = Path(self._folder.name) / "work"
        work.mkdir()
        arguments = ("-c", PROGRAM, str(request_reader), str(reply_writer))
        try:
            with self._output.open("wb") as output:
                self._process = subprocess.Popen(
                    python_of(str(interpreter), *arguments),
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
                f"{name}: {interpreter} cannot be run:"
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
        row: str | None = None
        while True:
            reply = self._next(deadline, seconds, row)
            if isinstance(reply, Hello):
                self._greet(reply)
            elif isinstance(reply, Doing):
                row = reply.row
            elif isinstance(reply, Problem):
                raise SideLost(reply.problem, row)
            elif isinstance(reply, kind) and self._greeted:
                return reply
            else:
                raise SideLost(
                    f"it replied {type(reply).__name__} in place of {kind.__name__}", row
                )

    def _next(self, deadline: float, seconds: float, row: str | None) -> Reply:
        while b"\n" not in self._rest:
            ready, _, _ = select.select([self._replies], [], [], max(0.0, deadline - monotonic()))
            if not ready:
                raise SideLost(f"it took longer than its limit of {seconds:g} s", row)
            part = os.read(self._replies, 1 << 16)
            if not part:
                raise SideLost(self._how_it_ended(), row)
            self._rest += part
        line, _, self._rest = self._rest.partition(b"\n")
        try:
            reply: Reply = msgspec.json.decode(line, type=Reply)
        except msgspec.MsgspecError as error:
            raise SideLost(f"its reply cannot be read: {first_line(error)}", row) from None
        return reply

    def _greet(self, hello: Hello) -> None:
        """Raise SideLost where the process speaks another protocol."""
        if hello.protocol != PROTOCOL:
            raise SideLost(
                f"its rnnbench measures by protocol {hello.protocol}, this one by {PROTOCOL};"
                " install the same version in both"
            )
        self._greeted = True

    def ask(self, request: Request, kind: type[Kind], seconds: float) -> Kind:
        """Send a request, and return its reply."""
        self.send(request)
        return self.reply(kind, seconds)

    def end(self) -> None:
        """End the process with all that it has started."""
        if self._process.returncode is None:
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
