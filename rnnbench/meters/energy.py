"""Energy, by the counters of the processor package where the system shows them; never guessed."""

from collections.abc import Callable
from pathlib import Path
from time import perf_counter

POWER_CAP = Path("/sys/class/powercap")
PACKAGES = "intel-rapl:[0-9]*"
LEAST_SECONDS = 0.5
"""Counters move on every millisecond or so."""


class EnergyMeter:
    """Joules that all processor packages take, idle power and other work included, by RAPL's
    counters.

    device: where the work is done; what counts is the processor's.
    name:   what counts, or why nothing does.
    """

    def __init__(self, folder: Path = POWER_CAP, device: str = "cpu") -> None:
        found = [
            path for path in sorted(folder.glob(PACKAGES)) if ":" not in path.name.partition(":")[2]
        ]
        self._packages = [
            path for path in found if device == "cpu" and _readable(path / "energy_uj")
        ]
        if self._packages:
            self.name = "RAPL, whole packages"
        elif device != "cpu":
            self.name = f"none: what counts is the processor's, and the steps run on {device}"
        else:
            self.name = (
                "none: counters cannot be read" if found else "none: no counters on this system"
            )

    def joules_of(
        self, subject: Callable[[], object], least_seconds: float = LEAST_SECONDS
    ) -> float | None:
        """Joules of one call, the mean over as many as take `least_seconds`; None where nothing
        counts."""
        if not self._packages:
            return None
        calls, begun, before = 0, perf_counter(), self._counts()
        while perf_counter() - begun < least_seconds:
            subject()
            calls += 1
        taken = [
            (after - earlier) % (int((path / "max_energy_range_uj").read_text()) + 1)
            for path, earlier, after in zip(self._packages, before, self._counts(), strict=True)
        ]
        return sum(taken) / 1e6 / calls

    def _counts(self) -> list[int]:
        return [int((path / "energy_uj").read_text()) for path in self._packages]


def _readable(path: Path) -> bool:
    try:
        path.read_text()
    except OSError:
        return False
    return True
