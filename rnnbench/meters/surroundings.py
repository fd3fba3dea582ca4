"""The surroundings of a measurement: load, processor frequency, other processes."""

import os
import time
from collections.abc import Mapping
from contextlib import suppress

import psutil

from rnnbench.records import Surroundings

LOOK_SECONDS = 0.3
NAMED_SHARE = 0.1
"""The share of a core above which the busiest process is named."""


def look_around(seconds: float = LOOK_SECONDS) -> Surroundings:
    """Wait for some seconds, and return what the other processes of the machine did meanwhile.

    Processes of other namespaces count as busy cores, but are not named.
    """
    seconds_before = _seconds_by_process()
    started = time.monotonic()
    busy_before = _busy_seconds()
    time.sleep(seconds)
    elapsed = time.monotonic() - started
    busy = _busy_seconds() - busy_before
    return Surroundings(
        load=os.getloadavg()[0] if hasattr(os, "getloadavg") else None,
        busy_cores=round(max(0.0, busy / elapsed), 2),
        busiest=_busiest(seconds_before, elapsed),
        megahertz=_megahertz(),
    )


def _busiest(seconds_before: Mapping[tuple[int, str], float], elapsed: float) -> str:
    """The process that used most of a core since then, with its share; "" where none used much."""
    shares = {}
    for process, seconds in _seconds_by_process().items():
        if process in seconds_before and process[0] != os.getpid():
            shares[process] = (seconds - seconds_before[process]) / elapsed
    busiest = max(shares, key=shares.__getitem__, default=None)
    if busiest is None or shares[busiest] <= NAMED_SHARE:
        return ""
    return f"{busiest[1]} ({shares[busiest]:.0%} of a core)"


def _busy_seconds() -> float:
    """Seconds for which cores were busy, with those that a hypervisor gave to other machines."""
    times = psutil.cpu_times()
    names = ("user", "system", "nice", "irq", "softirq", "steal")
    return float(sum(getattr(times, name, 0.0) for name in names))


def _seconds_by_process() -> dict[tuple[int, str], float]:
    """CPU seconds of each process, by its id and name."""
    spent = {}
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            times = process.cpu_times()
            spent[process.pid, process.name()] = times.user + times.system
    return spent


def _megahertz() -> float | None:
    with suppress(OSError, NotImplementedError, RuntimeError):
        frequency = psutil.cpu_freq() if hasattr(psutil, "cpu_freq") else None
        return float(frequency.current) if frequency and frequency.current else None
    return None
