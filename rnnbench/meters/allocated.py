"""Bytes that a call allocates in all, whether they are freed again or not."""

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
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as recorded:
        subject()
    results = recorded.profiler.kineto_results
    sizes = [event.nbytes() for event in results.events() if event.name() == ALLOCATION]
    return sum(size for size in sizes if size > 0)


def _allocated_on_device() -> int:
    return int(torch.cuda.memory_stats()["allocated_bytes.all.allocated"])
