"""Bytes that torch allocates: of a call in all, and of a model at once."""

import gc
from collections.abc import Callable

import torch
from torch.profiler import ProfilerActivity, profile

ALLOCATION = "[memory]"
"""The name that torch's profiler gives to what its allocator does."""


def allocated_bytes(subject: Callable[[], object], device: str = "cpu") -> int:
    """Return the bytes of all tensors and workspaces that torch allocates in one call.

    On a CPU torch's profiler lists what its allocator does; on CUDA the allocator itself keeps
    count. A library that allocates by other means is not counted.
    """
    if device == "cuda":
        before = _allocated_on_device()
        subject()
        torch.cuda.synchronize()
        return _allocated_on_device() - before
    return sum(size for size in _sizes(subject) if size > 0)


def peak_allocated_bytes(build: Callable[[], Callable[[], object]]) -> int:
    """Return the most bytes that torch holds at once during the second step of a model, over those
    that it held before the model was built. On a CPU.

    They repeat exactly where the code does. A library that allocates by other means is not counted.

    build: returns a step of a new model.
    """
    steps: list[Callable[[], object]] = []

    def first() -> None:
        steps.append(build())
        steps[0]()

    held = sum(_sizes(first))
    peak = held
    for size in _sizes(steps[0]):
        held += size
        peak = max(peak, held)
    return peak


def _sizes(subject: Callable[[], object]) -> list[int]:
    """Return the bytes of each block that torch allocates in a call, and less than 0 of each that
    it frees, in their order."""
    gc.collect()  # no garbage of earlier calls is freed meanwhile
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as recorded:
        subject()
    results = recorded.profiler.kineto_results
    events = [event for event in results.events() if event.name() == ALLOCATION]
    return [event.nbytes() for event in sorted(events, key=lambda event: event.start_ns())]


def _allocated_on_device() -> int:
    return int(torch.cuda.memory_stats()["allocated_bytes.all.allocated"])
