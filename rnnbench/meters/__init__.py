"""Meters: the only room that reads clocks and memory for figures that enter comparisons."""

from rnnbench.meters.kernel import kernel_name
from rnnbench.meters.memory import PeakMeter, prepare_allocator
from rnnbench.meters.time import Timing, pin_to_one_core, seconds_of, time_side_by_side

__all__ = [
    "PeakMeter",
    "Timing",
    "kernel_name",
    "pin_to_one_core",
    "prepare_allocator",
    "seconds_of",
    "time_side_by_side",
]
