"""A running trial, as its driver sees it: its result, or the limit that it has exceeded."""

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
from rnnbench.executors.family import bytes_above, family_of
from rnnbench.executors.launching import Child
from rnnbench.executors.marker import last_stage
from rnnbench.records import CostTrial, Limits, Provenance, Result, Seconds, Status, Trial, limits
from rnnbench.text import MEBIBYTE

OUTPUT_KEPT = 8_000
RESULT_BYTES = 2**28
POLL_SECONDS = 0.5
NO_MEMORY = "std::bad_alloc"
"""Printed by the C++ library, which aborts where an exception cannot be passed on."""


@dataclass
class Running:
    """A trial that runs in a child.

    started: the time of its start, in ISO format.
    clock:   the monotonic time of its start.
    looked:  the monotonic time at which its memory was last measured.
    """

    trial: Trial
    child: Child
    folder: Path
    files: SharedFiles
    started: str = field(default_factory=lambda: now())
    clock: float = field(default_factory=monotonic)
    looked: float = field(default_factory=monotonic)

    @property
    def limits(self) -> Limits:
        """The limits of the trial."""
        return limits(self.trial)

    @property
    def seconds(self) -> float:
        """The seconds since its start."""
        return monotonic() - self.clock

    @property
    def seconds_left(self) -> float:
        """The seconds until its time limit."""
        return self.limits.seconds - self.seconds

    def result(self) -> Result | None:
        """Return the result, if the child has ended or exceeded a limit; None while it runs."""
        result = self._result_of_ended() or self._result_over_limit()
        if result is None:
            return None
        return msgspec.structs.replace(result, output=self._end_of_output())

    @property
    def lost(self) -> bool:
        """Whether it has no result because its server died."""
        return self.child.lost and self._written_result() is None

    def _result_of_ended(self) -> Result | None:
        """The result that an ended child has written, or one on how it died."""
        if not self.child.over:
            return None
        if self.child.problem:
            return self._cut_short("skipped", f"no process can be started: {self.child.problem}")
        result = self._written_result()
        if result is not None:
            return result
        if self.child.code == 0 and os.fstat(self.files.result).st_size:
            return self._cut_short(
                "error", "its result cannot be read: the trial has written into it"
            )
        ending = _ending(self.child.code)
        if self.child.code == -signal.SIGABRT and NO_MEMORY in self._end_of_output():
            return self._cut_short("out-of-memory", f"{ending}: {NO_MEMORY}")
        return self._cut_short("killed", ending)

    def _written_result(self) -> Result | None:
        with suppress(ValueError):  # msgspec's errors are ValueErrors
            return msgspec.json.decode(read_all(self.files.result, RESULT_BYTES), type=Result)
        return None

    def _result_over_limit(self) -> Result | None:
        if self.seconds_left <= 0:
            return self._cut_short("timeout", f"longer than its limit of {self.limits.seconds:g} s")
        printed_bytes = os.fstat(self.files.output).st_size
        if printed_bytes > self.limits.output_mib * MEBIBYTE:
            return self._cut_short(
                "killed", f"printed more than its limit of {self.limits.output_mib} MiB"
            )
        return self._result_over_memory()

    def _result_over_memory(self) -> Result | None:
        """Measuring the memory takes time, and is not done while costs are measured."""
        if isinstance(self.trial, CostTrial) or monotonic() - self.looked < POLL_SECONDS:
            return None
        self.looked = monotonic()
        family = family_of(self.child.pid)
        used_mib = bytes_above(family, self.limits.memory_mib * MEBIBYTE) / MEBIBYTE
        if not used_mib:
            return None
        subject = f"its {len(family)} processes use" if len(family) > 1 else "its process uses"
        reason = f"{subject} {used_mib:,.0f} MiB, the limit is {self.limits.memory_mib:,} MiB"
        return self._cut_short("out-of-memory", reason)

    def _cut_short(self, status: Status, reason: str) -> Result:
        """A result without figures, whose reason names the last stage of a cost measurement."""
        stage = last_stage(self.files.marker)
        if stage:
            reason = f"{reason}; last begun was {stage}"
        result = without_run(self.trial, status, reason)
        return msgspec.structs.replace(
            result, started=self.started, seconds=Seconds(process=self.seconds)
        )

    def _end_of_output(self) -> str:
        return read_end(self.files.output, OUTPUT_KEPT).decode(errors="replace")


def without_run(trial: Trial, status: Status, reason: str) -> Result:
    """Return the result of a trial whose process wrote none, or that was not started."""
    return Result(
        trial=trial,
        status=status,
        reason=reason,
        started=now(),
        provenance=Provenance(machine=environment.machine(), versions=environment.versions()),
    )


def now() -> str:
    """Return the present time in the format of results."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def _ending(code: int | None) -> str:
    """How a process ended, as a sentence without a full stop."""
    if code is not None and code < 0:
        with suppress(ValueError):
            return f"its process was ended by {signal.Signals(-code).name}"
    return f"its process ended by itself with code {code} before it gave a result"
