"""Meters: read clocks, counters and memory for the figures of cost trials."""

from rnnbench.meters import machine
from rnnbench.meters.allocated import allocated_bytes, peak_allocated_bytes
from rnnbench.meters.callgrind import count_calls, counted, no_valgrind
from rnnbench.meters.energy import EnergyMeter
from rnnbench.meters.flops import count_flops
from rnnbench.meters.kernel import kernel_name
from rnnbench.meters.memory import PeakMeter, prepare_allocator
from rnnbench.meters.saved import SavedMeter
from rnnbench.meters.surroundings import look_around
from rnnbench.meters.time import (
    Clock,
    Timing,
    clock_of,
    pin_to_cores,
    seconds_of,
    time_side_by_side,
)
from rnnbench.meters.timeline import watch_memory

__all__ = [
    "Clock",
    "EnergyMeter",
    "PeakMeter",
    "SavedMeter",
    "Timing",
    "allocated_bytes",
    "clock_of",
    "count_calls",
    "count_flops",
    "counted",
    "kernel_name",
    "look_around",
    "machine",
    "no_valgrind",
    "peak_allocated_bytes",
    "pin_to_cores",
    "prepare_allocator",
    "seconds_of",
    "time_side_by_side",
    "watch_memory",
]
