"""Checks of a cell or task in a process of its own, under limits: whatever its code does, each law
gets an outcome."""

import os
import select
import signal
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic
from typing import IO

import msgspec

from rnnbench.catalogue import Plugin
from rnnbench.errors import RnnbenchError
from rnnbench.executors.branding import end_abandoned, end_branded, own_brand, started
from rnnbench.executors.check_program import CheckProcessRequest
from rnnbench.executors.family import SERVERS, family_of, kill_group, memory_bytes
from rnnbench.executors.needs import Needs
from rnnbench.executors.scratch import Scratch, remove_abandoned
from rnnbench.interpreter import python_with_my_path
from rnnbench.records import CheckRequest, CheckWord, Law, Outcome

PROGRAM = "import sys; from rnnbench.executors.check_program import begin; begin(*sys.argv[1:])"
LIMIT_SECONDS = 900.0
"""For all laws of one subject; compiling an implementation takes minutes."""
LIMIT_MEMORY_MIB = 4096
MEBIBYTE = 2**20
POLL_SECONDS = 0.5
START_SECONDS = 300.0
"""Until the process names its laws; it imports torch before that, and nothing of a plugin."""
TAIL_BYTES = 2_000
PROCESS = Law("process", "The process that checks it says which laws there are.")
"""In place of all laws where the process ended before it named them."""


@dataclass
class Checking:
    """The checks of one subject: `outcomes` gives them as they come; `printed` is the end of what
    the code printed."""

    request: CheckRequest
    plugin: Plugin | None = None
    limit_seconds: float = LIMIT_SECONDS
    printed: str = ""

    def outcomes(self) -> Iterator[Outcome]:
        """An outcome for each law. Those of which the process says nothing are failed, with how it
        ended.

        Raises RnnbenchError where the subject cannot be had in that process: no such name, no data.
        """
        laws: tuple[Law, ...] = ()
        done: set[str] = set()
        end_abandoned()
        remove_abandoned()
        scratch = Scratch()
        try:
            process = _Process(self.request, self.plugin, scratch, self.limit_seconds)
            try:
                for word in process.words():
                    if word.problem:
                        raise RnnbenchError(word.problem)
                    laws = word.laws or laws
                    if word.outcome is not None:
                        done.add(word.outcome.check)
                        yield word.outcome
                how_it_ended = process.how_it_ended()
            finally:
                process.end()
                self.printed = process.printed()
        finally:
            scratch.close()
        missing = [law for law in laws or (PROCESS,) if law.check not in done]
        for law in missing:
            yield self._without_word(law, missing[0], how_it_ended)

    def _without_word(self, law: Law, culprit: Law, how_it_ended: str) -> Outcome:
        sentence = f"its process {how_it_ended} while this law was asked"
        if law is not culprit:
            sentence = (
                f"this law was not asked: the process {how_it_ended} while the law"
                f" '{culprit.check}' was asked"
            )
        return Outcome(
            subject=self.request.subject,
            check=law.check,
            law=law.law,
            status="failed",
            sentence=sentence,
            decided=False,
        )


class _Process:
    """The process at work, seen from the one that asked for it."""

    def __init__(
        self, request: CheckRequest, plugin: Plugin | None, scratch: Scratch, limit_seconds: float
    ) -> None:
        self.request = request
        self.limit_seconds = limit_seconds
        self.started = monotonic()
        self.began = False
        self.broken = ""
        work = scratch.make_folder()
        self.output = scratch.path / "printed.txt"
        order = CheckProcessRequest(
            request=request,
            plugin=plugin,
            files=Needs().files((plugin,) if plugin else None),
            driver=os.getpid(),
            brand=own_brand(),
        )
        ours, theirs = os.pipe()
        self.pipe: IO[bytes] = os.fdopen(ours, "rb")
        try:
            with self.output.open("wb") as output:
                self.process = subprocess.Popen(
                    [
                        *python_with_my_path(PROGRAM),
                        str(theirs),
                        msgspec.json.encode(order).decode(),
                    ],
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    cwd=work,
                    pass_fds=(theirs,),
                    start_new_session=True,
                )
        finally:
            os.close(theirs)
        self.born = started(self.process.pid) or 0

    def words(self) -> Iterator[CheckWord]:
        """What it says, line by line, until it ends or breaks a limit. A line that cannot be read
        is passed over."""
        rest = b""
        while not self.broken:
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
                        self.began = True
                        self.started = (
                            monotonic()
                        )  # the time that it took to begin counts against no law
                    yield word
            elif self.process.poll() is not None:  # what it started may hold the pipe open
                return
            self.broken = self._broken_limit()

    def how_it_ended(self) -> str:
        """How it ended, as part of a sentence that begins with it."""
        if self.broken:
            return self.broken
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
        """End it with all that it started, whatever session or parent that has now: it carries a
        brand."""
        for pid in reversed(family_of(self.process.pid)):
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        kill_group(self.process.pid)
        self.process.wait()
        servers = [member for server in SERVERS for member in family_of(server)]
        end_branded(self.born, servers)
        self.pipe.close()

    def printed(self) -> str:
        """The end of what was printed."""
        try:
            with self.output.open("rb") as file:
                file.seek(max(0, self.output.stat().st_size - TAIL_BYTES))
                return file.read().decode(errors="replace").strip()
        except OSError:
            return ""

    def _broken_limit(self) -> str:
        """Which limit it broke, as the end of a sentence; "" where it broke none."""
        limit_seconds = self.limit_seconds if self.began else START_SECONDS
        if monotonic() - self.started > limit_seconds:
            return f"was ended at its limit of {limit_seconds:g} s"
        used = memory_bytes(family_of(self.process.pid)) / MEBIBYTE
        if used > self.request.memory_mib:
            return (
                f"was ended with {used:,.0f} MiB in use, above its limit of"
                f" {self.request.memory_mib:,} MiB"
            )
        return ""


def _read(line: bytes) -> CheckWord | None:
    try:
        return msgspec.json.decode(line, type=CheckWord)
    except msgspec.DecodeError:
        return None
