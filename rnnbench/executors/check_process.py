"""The process of a check, as its driver sees it: its outcomes, its limits, and how it ended."""

import os
import select
import signal
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from time import monotonic
from typing import IO

import msgspec

from rnnbench.catalogue import Plugin
from rnnbench.executors.branding import end_branded, own_brand, started
from rnnbench.executors.check_program import CheckProcessRequest
from rnnbench.executors.family import SERVERS, bytes_above, family_of, kill_group
from rnnbench.executors.needs import needed_files
from rnnbench.executors.scratch import Scratch
from rnnbench.interpreter import python_with_my_path
from rnnbench.records import CheckRequest, CheckWord
from rnnbench.text import MEBIBYTE

PROGRAM = "import sys; from rnnbench.executors.check_program import begin; begin(*sys.argv[1:])"
POLL_SECONDS = 0.5
START_SECONDS = 300.0
"""The time until the process names its laws; it imports torch before that, and no plugin."""
TAIL_BYTES = 2_000


class CheckProcess:
    """A process that runs the checks of one subject.

    exceeded: the limit that the process has exceeded, in words; "" where it has exceeded none.
    """

    def __init__(
        self, request: CheckRequest, plugin: Plugin | None, scratch: Scratch, limit_seconds: float
    ) -> None:
        self.request = request
        self.limit_seconds = limit_seconds
        self.clock = monotonic()
        self.named_laws = False
        self.exceeded = ""
        work = scratch.make_folder()
        self.output = scratch.path / "printed.txt"
        process_request = CheckProcessRequest(
            request=request,
            plugin=plugin,
            files=needed_files((plugin,) if plugin else None),
            driver=os.getpid(),
            brand=own_brand(),
        )
        encoded = msgspec.json.encode(process_request).decode()
        reader, writer = os.pipe()
        self.pipe: IO[bytes] = os.fdopen(reader, "rb")
        try:
            with self.output.open("wb") as output:
                self.process = subprocess.Popen(
                    [*python_with_my_path(PROGRAM), str(writer), encoded],
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    cwd=work,
                    pass_fds=(writer,),
                    start_new_session=True,
                )
        finally:
            os.close(writer)
        self.start_ticks = started(self.process.pid) or 0

    def words(self) -> Iterator[CheckWord]:
        """Yield what the process writes, until it ends or exceeds a limit.

        A line that is no CheckWord is passed over.
        """
        rest = b""
        while not self.exceeded:
            ready, _, _ = select.select([self.pipe], [], [], POLL_SECONDS)
            if ready:
                part = os.read(self.pipe.fileno(), 1 << 16)
                if not part:
                    return
                *lines, rest = (rest + part).split(b"\n")
                for line in lines:
                    word = _read(line)
                    if word is None:
                        continue
                    if word.laws:
                        self.named_laws = True
                        self.clock = monotonic()  # the limit does not include the start
                    yield word
            elif self.process.poll() is not None:  # its descendants may hold the pipe open
                return
            self.exceeded = self._exceeded_limit()

    def how_it_ended(self) -> str:
        """Return how the process ended, as the end of a sentence."""
        if self.exceeded:
            return self.exceeded
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(POLL_SECONDS)
        code = self.process.poll()
        if code is None:
            return "closed its pipe"
        if code < 0:
            with suppress(ValueError):
                return f"was ended by {signal.Signals(-code).name}"
        return f"ended by itself with code {code}"

    def end(self) -> None:
        """End the process and its descendants, which are found by their brand."""
        for pid in reversed(family_of(self.process.pid)):
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        kill_group(self.process.pid)
        self.process.wait()
        in_pools: set[int] = set()
        for server in SERVERS:
            in_pools.update(family_of(server))
        end_branded(self.start_ticks, in_pools)
        self.pipe.close()

    def printed(self) -> str:
        """Return the end of what the process has printed."""
        try:
            with self.output.open("rb") as file:
                file.seek(max(0, self.output.stat().st_size - TAIL_BYTES))
                return file.read().decode(errors="replace").strip()
        except OSError:
            return ""

    def _exceeded_limit(self) -> str:
        """The limit that the process has exceeded, as the end of a sentence; "" where none."""
        limit_seconds = self.limit_seconds if self.named_laws else START_SECONDS
        if monotonic() - self.clock > limit_seconds:
            return f"was ended at its limit of {limit_seconds:g} s"
        limit_bytes = self.request.memory_mib * MEBIBYTE
        used_mib = bytes_above(family_of(self.process.pid), limit_bytes) / MEBIBYTE
        if used_mib:
            return (
                f"was ended with {used_mib:,.0f} MiB in use, above its limit of"
                f" {self.request.memory_mib:,} MiB"
            )
        return ""


def _read(line: bytes) -> CheckWord | None:
    try:
        return msgspec.json.decode(line, type=CheckWord)
    except msgspec.DecodeError:
        return None
