"""Time of a step, measured so that it holds on a noisy machine: everything in one process, in turns, in random order.

Protocol: one thread, pinned to one core; three warm-up steps after the first call, which is timed apart; garbage
collection frozen; then rounds of one step each in random order. Thread CPU time is primary for one-thread code, wall
time stands beside it.
"""

import gc
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from time import perf_counter, thread_time

import numpy as np

WARM_UP_STEPS = 3


@dataclass
class Timing:
    """Seconds of one subject: each measured step by both clocks."""

    cpu_seconds: list[float] = field(default_factory=list)
    wall_seconds: list[float] = field(default_factory=list)


def time_side_by_side(
    subjects: Mapping[str, Callable[[], object]], repeats: int, rng: np.random.Generator
) -> dict[str, Timing]:
    """Take `repeats` rounds of one call of each subject, in random order within a round."""
    timings = {name: Timing() for name in subjects}
    for name in _shuffled(subjects, rng):
        for _ in range(WARM_UP_STEPS):
            subjects[name]()
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        for _ in range(repeats):
            for name in _shuffled(subjects, rng):
                wall, cpu = perf_counter(), thread_time()
                subjects[name]()
                timings[name].cpu_seconds.append(thread_time() - cpu)
                timings[name].wall_seconds.append(perf_counter() - wall)
    finally:
        gc.enable()
        gc.unfreeze()
    return timings


def seconds_of(subject: Callable[[], object]) -> float:
    """Wall seconds of a single call: for the first one, which loads and compiles."""
    started = perf_counter()
    subject()
    return perf_counter() - started


def pin_to_one_core(turn: int) -> None:
    """Keep this process on one of the cores it may use, another one at each turn; where systems allow it."""
    if hasattr(os, "sched_setaffinity"):
        cores = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, {cores[turn % len(cores)]})


def _shuffled(subjects: Mapping[str, object], rng: np.random.Generator) -> list[str]:
    names = list(subjects)
    return [names[i] for i in rng.permutation(len(names))]
