"""The machine and the versions to which a figure is held: they tell one series from another."""

from rnnbench.compare.circumstances import (
    CUDA_BITS,
    NOT_RECORDED,
    PROPERTIES_HELD_TO,
    SESSION,
)
from rnnbench.compare.figures import Figure
from rnnbench.history.records import Series
from rnnbench.records import Result

DEVICE = "device"
CPU = "cpu"
ACCELERATOR = "accelerator"
NOISY = "times in seconds, first calls and energy move with the load"
INCOMPLETE = "{} of these results were not recorded, so that figures may be of several machines"


def environment(figure: Figure, result: Result) -> dict[str, str]:
    """Return the circumstances to which a figure of this result is held, by name.

    Counts are held to none. The session of a time is left out: a history goes over sessions, and
    takes their noise from the commits. What is held to a device other than the CPU is held to the
    accelerator behind it.
    """
    found: dict[str, str] = {}
    for name in figure.held_to:
        if name == DEVICE:
            found[name] = result.trial.device
            if result.trial.device != CPU:
                found[ACCELERATOR] = PROPERTIES_HELD_TO[ACCELERATOR](result)
        elif name != SESSION:
            found[name] = PROPERTIES_HELD_TO[name](result)
    return found


def machine(result: Result) -> str:
    """Return everything around a result that tells one runner's results from another's."""
    return "\n".join(f"{name}: {read(result)}" for name, read in PROPERTIES_HELD_TO.items())


def why_no_steps(series: Series) -> str:
    """Why no steps are looked for in a series; "" where they are."""
    if series.kind == "noisy":
        return NOISY
    device = series.environment.get(DEVICE, CPU)
    if series.kind == "deterministic" and device != CPU:
        return CUDA_BITS.format(device)
    unknown = [name for name, value in series.environment.items() if value == NOT_RECORDED]
    return INCOMPLETE.format(" and ".join(unknown)) if unknown else ""
