"""Times of steps on a noisy machine: all subjects in one process, in turns and in random order.

The first call of a step is timed by itself. Then follow three warm-up steps of each subject, and
rounds of one step of each in random order, with garbage collection off and the process pinned to
its cores. Thread CPU time is compared for code of one thread, and wall time is reported with it; on
an accelerator both are the time between two of its events.
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
"""Runs a call, and returns its seconds of CPU time and of wall time."""


@dataclass
class Timing:
    """The times of one subject in seconds: each timed step by both clocks."""

    cpu_seconds: list[float] = field(default_factory=list)
    wall_seconds: list[float] = field(default_factory=list)

    def take(self, call: Call, clock: Clock, lead_in: int) -> None:
        """Time one step, after `lead_in` untimed ones."""
        for _ in range(lead_in):
            call()
        cpu, wall = clock(call)
        self.cpu_seconds.append(cpu)
        self.wall_seconds.append(wall)


def clock_of(device: str) -> Clock:
    """Return the clock for steps on this device."""
    return _cuda_clock if device == "cuda" else _cpu_clock


def _cpu_clock(call: Call) -> tuple[float, float]:
    wall_start = perf_counter()
    cpu_start = thread_time()
    call()
    cpu_seconds = thread_time() - cpu_start
    return cpu_seconds, perf_counter() - wall_start


def _cuda_clock(call: Call) -> tuple[float, float]:
    """The device is idle when the call begins, and has finished its work when the time is taken."""
    torch.cuda.synchronize()
    begin = torch.cuda.Event(enable_timing=True)  # type: ignore[no-untyped-call]
    end = torch.cuda.Event(enable_timing=True)  # type: ignore[no-untyped-call]
    begin.record()
    call()
    end.record()
    end.synchronize()
    seconds = begin.elapsed_time(end) / 1e3
    return seconds, seconds


def _raise_error(name: str, error: Exception) -> None:  # noqa: ARG001
    raise error


def time_side_by_side(
    subjects: Mapping[str, Call],
    repeats: int,
    rng: np.random.Generator,
    clock: Clock = _cpu_clock,
    lead_in: int = 0,
    *,
    on_turn: Callable[[str], None] = lambda _: None,
    on_error: Callable[[str, Exception], None] = _raise_error,
) -> dict[str, Timing]:
    """Time `repeats` rounds of one call of each subject, in random order within a round.

    lead_in:  untimed calls of the same subject before each timed one, for calls so short that they
              would measure the caches that the previous subject left.
    on_turn:  called with the name of each subject before its turn.
    on_error: called with a subject and what it raised. Unless this raises, the others are still
              timed, and the subject has no timing.
    """
    timings = {name: Timing() for name in subjects}
    active = dict(subjects)

    def attempt(name: str, turn: Callable[[Call], None]) -> None:
        on_turn(name)
        try:
            turn(active[name])
        except Exception as error:
            on_error(name, error)
            del active[name]
            del timings[name]

    for name in _shuffled(active, rng):
        attempt(name, _warm_up)
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        for _ in range(repeats):
            for name in _shuffled(active, rng):
                attempt(name, partial(timings[name].take, clock=clock, lead_in=lead_in))
    finally:
        gc.enable()
        gc.unfreeze()
    return timings


def _warm_up(call: Call) -> None:
    for _ in range(WARM_UP_STEPS):
        call()


def seconds_of(subject: Call, device: str = "cpu") -> float:
    """Return the wall seconds of one call, for the first one, which loads and compiles.

    An accelerator is idle when the call begins, and has finished its work when the time is taken.
    """
    if device == "cuda":
        torch.cuda.synchronize()
    started = perf_counter()
    subject()
    if device == "cuda":
        torch.cuda.synchronize()
    return perf_counter() - started


def pin_to_cores(turn: int, number: int = 1) -> None:
    """Pin this process to `number` of its cores, others at each turn, where systems allow it."""
    if hasattr(os, "sched_setaffinity"):
        cores = sorted(os.sched_getaffinity(0))
        first = turn * number
        os.sched_setaffinity(0, {cores[(first + at) % len(cores)] for at in range(number)})


def _shuffled(subjects: Mapping[str, object], rng: np.random.Generator) -> list[str]:
    names = list(subjects)
    return [names[i] for i in rng.permutation(len(names))]
