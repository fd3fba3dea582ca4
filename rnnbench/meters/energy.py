"""Energy by the counters of the processor packages, where the system provides them."""

from collections.abc import Callable
from pathlib import Path
from time import perf_counter

POWER_CAP = Path("/sys/class/powercap")
PACKAGES = "intel-rapl:[0-9]*"
LEAST_SECONDS = 0.5
"""The least time over which energy is counted; the counters advance about every millisecond."""


class EnergyMeter:
    """Counts the joules of all processor packages by RAPL, with idle power and other processes.

    device: where the steps run; only those on the processor can be counted.
    name:   the counters, or why there are none.
    """

    def __init__(self, folder: Path = POWER_CAP, device: str = "cpu") -> None:
        packages = [path for path in sorted(folder.glob(PACKAGES)) if _is_package(path)]
        self._packages: list[Path] = []
        if device == "cpu":
            self._packages = [path for path in packages if _readable(path / "energy_uj")]
        if self._packages:
            self.name = "RAPL, whole packages"
        elif device != "cpu":
            self.name = f"none: what counts is the processor's, and the steps run on {device}"
        elif packages:
            self.name = "none: counters cannot be read"
        else:
            self.name = "none: no counters on this system"

    def joules_of(
        self, subject: Callable[[], object], least_seconds: float = LEAST_SECONDS
    ) -> float | None:
        """Return the mean joules of a call, over as many calls as take `least_seconds`.

        None where there are no counters.
        """
        if not self._packages:
            return None
        calls = 0
        started = perf_counter()
        counts_before = self._counts()
        while perf_counter() - started < least_seconds:
            subject()
            calls += 1
        counts_after = self._counts()
        microjoules = 0
        for path, before, after in zip(self._packages, counts_before, counts_after, strict=True):
            counter_range = _read_count(path / "max_energy_range_uj") + 1
            microjoules += (after - before) % counter_range  # the counter may have overflowed
        return microjoules / 1e6 / calls

    def _counts(self) -> list[int]:
        return [_read_count(path / "energy_uj") for path in self._packages]


def _is_package(path: Path) -> bool:
    """Whether this is a whole package, such as intel-rapl:0, and no part of it, intel-rapl:0:1."""
    return ":" not in path.name.partition(":")[2]


def _read_count(path: Path) -> int:
    return int(path.read_text())


def _readable(path: Path) -> bool:
    try:
        path.read_text()
    except OSError:
        return False
    return True
