"""What goes on around a measurement: load, frequency, other processes."""

import os
import time
from contextlib import suppress

import psutil

from rnnbench.records import Surroundings

LOOK_SECONDS = 0.3


def look_around(seconds: float = LOOK_SECONDS) -> Surroundings:
    """Keep still for a moment and watch the others. Processes of other namespaces count, but have
    no name."""
    before = _seconds_by_process()
    begun, cpu = time.monotonic(), psutil.cpu_times()
    time.sleep(seconds)
    lasted, now = time.monotonic() - begun, psutil.cpu_times()
    busy = _busy(now) - _busy(cpu)
    shares = {
        process: (spent - before[process]) / lasted
        for process, spent in _seconds_by_process().items()
        if process in before and process[0] != os.getpid()
    }
    busiest = max(shares, key=shares.__getitem__, default=None)
    named = (
        f"{busiest[1]} ({shares[busiest]:.0%} of a core)"
        if busiest and shares[busiest] > 0.1
        else ""
    )
    return Surroundings(
        load=os.getloadavg()[0] if hasattr(os, "getloadavg") else None,
        busy_cores=round(max(0.0, busy / lasted), 2),
        busiest=named,
        megahertz=_megahertz(),
    )


def _busy(times: object) -> float:
    """Seconds of all cores that somebody used, what a hypervisor took away included."""
    fields = {
        name: getattr(times, name, 0.0)
        for name in ("user", "system", "nice", "irq", "softirq", "steal")
    }
    return float(sum(fields.values()))


def _seconds_by_process() -> dict[tuple[int, str], float]:
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
