"""A trial at work in its process, seen from the driver: its result, or the limit that it broke."""

import os
import signal
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

import msgspec

from rnnbench import environment
from rnnbench.executors.anonymous import read_all, read_end
from rnnbench.executors.child_request import SharedFiles
from rnnbench.executors.family import family_of, memory_bytes
from rnnbench.executors.launching import Child
from rnnbench.executors.marker import last_begun
from rnnbench.records import CostTrial, Limits, Provenance, Result, Seconds, Status, Trial, limits

OUTPUT_KEPT = 8_000
RESULT_BYTES = 2**28
POLL_SECONDS = 0.5
MEBIBYTE = 2**20


@dataclass
class Running:
    """A child at work."""

    trial: Trial
    child: Child
    folder: Path
    files: SharedFiles
    started: str = field(default_factory=lambda: now())
    clock: float = field(default_factory=monotonic)
    looked: float = field(default_factory=monotonic)

    @property
    def limits(self) -> Limits:
        """What it may use up."""
        return limits(self.trial)

    @property
    def seconds(self) -> float:
        """How long it has been at work."""
        return monotonic() - self.clock

    @property
    def seconds_left(self) -> float:
        """Until its limit."""
        return self.limits.seconds - self.seconds

    def result(self) -> Result | None:
        """The result, if the child has ended or broke a limit; None while it is at work."""
        result = self._left_behind() or self._broken_limit()
        return result and msgspec.structs.replace(result, output=self._tail())

    @property
    def lost(self) -> bool:
        """Whether it gave no result because the server that started it was gone."""
        return self.child.lost and self._whole_result() is None

    def _left_behind(self) -> Result | None:
        """What a child that has ended left: its result, or how it died."""
        if not self.child.over:
            return None
        if self.child.problem:
            return self._cut_short("skipped", f"no process can be started: {self.child.problem}")
        result = self._whole_result()
        if result is not None:
            return result
        if self.child.code == 0 and os.fstat(self.files.result).st_size:
            return self._cut_short(
                "error", "its result cannot be read: the trial has written into it"
            )
        return self._cut_short("killed", _last_words(self.child.code))

    def _whole_result(self) -> Result | None:
        with suppress(ValueError):  # msgspec's errors are ValueErrors
            return msgspec.json.decode(read_all(self.files.result, RESULT_BYTES), type=Result)
        return None

    def _broken_limit(self) -> Result | None:
        """A look at the memory disturbs, and is not taken while costs are measured."""
        if self.seconds_left <= 0:
            return self._cut_short("timeout", f"longer than its limit of {self.limits.seconds:g} s")
        printed = os.fstat(self.files.output).st_size
        if printed > self.limits.output_mib * MEBIBYTE:
            return self._cut_short(
                "killed", f"printed more than its limit of {self.limits.output_mib} MiB"
            )
        if isinstance(self.trial, CostTrial) or monotonic() - self.looked < POLL_SECONDS:
            return None
        self.looked = monotonic()
        family = family_of(self.child.pid)
        used = memory_bytes(family) / MEBIBYTE
        if used > self.limits.memory_mib:
            processes = (
                f"its {len(family)} processes use" if len(family) > 1 else "its process uses"
            )
            reason = f"{processes} {used:,.0f} MiB, the limit is {self.limits.memory_mib:,} MiB"
            return self._cut_short("out-of-memory", reason)
        return None

    def _cut_short(self, status: Status, reason: str) -> Result:
        if begun := last_begun(self.files.marker):
            reason = f"{reason}; last begun was {begun}"
        result = without_run(self.trial, status, reason)
        return msgspec.structs.replace(
            result, started=self.started, seconds=Seconds(process=self.seconds)
        )

    def _tail(self) -> str:
        return read_end(self.files.output, OUTPUT_KEPT).decode(errors="replace")


def without_run(trial: Trial, status: Status, reason: str) -> Result:
    """The result of a trial whose process gave none, or that was never started."""
    return Result(
        trial=trial,
        status=status,
        reason=reason,
        started=now(),
        provenance=Provenance(machine=environment.machine(), versions=environment.versions()),
    )


def now() -> str:
    """The present time, as results tell it."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def _last_words(code: int | None) -> str:
    if code is not None and code < 0:
        with suppress(ValueError):
            return f"its process was ended by {signal.Signals(-code).name}"
    return f"its process ended by itself with code {code} before it gave a result"
