"""Time of a step, measured so that it holds on a noisy machine: everything in one process, in
turns, in random order.

Protocol: one thread, pinned to one core; three warm-up steps after the first call, which is timed
apart; garbage collection frozen; then rounds of one step each in random order. Thread CPU time is
primary for one-thread code, wall time stands beside it; on an accelerator both are the time between
two of its events.
"""

import gc
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from time import perf_counter, thread_time

import numpy as np
import torch

WARM_UP_STEPS = 3
Call = Callable[[], object]
Clock = Callable[[Call], tuple[float, float]]
"""Makes a call; the seconds that it took by processor and by wall."""


@dataclass
class Timing:
    """Seconds of one subject: each measured step by both clocks."""

    cpu_seconds: list[float] = field(default_factory=list)
    wall_seconds: list[float] = field(default_factory=list)

    def take(self, call: Call, clock: Clock, lead_in: int) -> None:
        """Measure one step, after `lead_in` that are not timed."""
        for _ in range(lead_in):
            call()
        cpu, wall = clock(call)
        self.cpu_seconds.append(cpu)
        self.wall_seconds.append(wall)


def clock_of(device: str) -> Clock:
    """The clock for work on this device."""
    return _cuda_clock if device == "cuda" else _cpu_clock


def _cpu_clock(call: Call) -> tuple[float, float]:
    wall, cpu = perf_counter(), thread_time()
    call()
    return thread_time() - cpu, perf_counter() - wall


def _cuda_clock(call: Call) -> tuple[float, float]:
    """Nothing else waits on the device when it begins, and all that was asked of it is done when it
    ends."""
    torch.cuda.synchronize()
    begun, ended = (torch.cuda.Event(enable_timing=True) for _ in range(2))  # type: ignore[no-untyped-call]
    begun.record()
    call()
    ended.record()
    ended.synchronize()
    seconds = begun.elapsed_time(ended) / 1e3
    return seconds, seconds


def _raised(name: str, error: Exception) -> None:  # noqa: ARG001
    raise error


def time_side_by_side(
    subjects: Mapping[str, Call],
    repeats: int,
    rng: np.random.Generator,
    clock: Clock = _cpu_clock,
    lead_in: int = 0,
    *,
    begins: Callable[[str], None] = lambda _: None,
    lost: Callable[[str, Exception], None] = _raised,
) -> dict[str, Timing]:
    """Take `repeats` rounds of one call of each subject, in random order within a round; each after
    `lead_in` calls of the same subject that are not timed, for calls so short that they would
    measure the caches of the one before.

    begins: told the name of each subject before its turn.
    lost:   told which subject raised what; unless that raises, the others go on without it, and it
            has no timing.
    """
    timings = {name: Timing() for name in subjects}
    live = dict(subjects)

    def attempt(name: str, turn: Callable[[Call], None]) -> None:
        begins(name)
        try:
            turn(live[name])
        except Exception as error:
            lost(name, error)
            del live[name], timings[name]

    for name in _shuffled(live, rng):
        attempt(name, _warm_up)
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        for _ in range(repeats):
            for name in _shuffled(live, rng):
                attempt(name, partial(timings[name].take, clock=clock, lead_in=lead_in))
    finally:
        gc.enable()
        gc.unfreeze()
    return timings


def _warm_up(call: Call) -> None:
    for _ in range(WARM_UP_STEPS):
        call()


def seconds_of(subject: Call, device: str = "cpu") -> float:
    """Wall seconds of a single call: for the first one, which loads and compiles."""
    started = perf_counter()
    subject()
    if device == "cuda":
        torch.cuda.synchronize()
    return perf_counter() - started


def pin_to_cores(turn: int, number: int = 1) -> None:
    """Keep this process on so many of the cores it may use, others at each turn; where systems
    allow it."""
    if hasattr(os, "sched_setaffinity"):
        cores = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, {cores[(turn * number + at) % len(cores)] for at in range(number)})


def _shuffled(subjects: Mapping[str, object], rng: np.random.Generator) -> list[str]:
    names = list(subjects)
    return [names[i] for i in rng.permutation(len(names))]
