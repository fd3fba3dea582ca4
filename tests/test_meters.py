"""Meters: what they say of work whose size is known."""

import gc
import multiprocessing
import os
import subprocess
import sys
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from rnnbench.meters import (
    EnergyMeter,
    PeakMeter,
    allocated_bytes,
    kernel_name,
    look_around,
    peak_allocated_bytes,
    pin_to_cores,
    prepare_allocator,
    time_side_by_side,
)
from tests.builders.matrix import slow

MEBIBYTE = 2**20
linux = pytest.mark.skipif(sys.platform != "linux", reason="the high-water mark is that of Linux")


def transient(mebibytes: int) -> None:
    """Take so much, touch it, give it back."""
    block = np.ones(mebibytes * MEBIBYTE, np.uint8)
    del block


def in_a_fresh_process(function: Callable[[Connection], None]) -> int:
    """What the function sends, from a process that the others' allocations have not touched."""
    ours, theirs = multiprocessing.get_context("spawn").Pipe()
    process = multiprocessing.get_context("spawn").Process(target=function, args=(theirs,))
    process.start()
    assert ours.poll(60)
    process.join()
    answer = ours.recv()
    assert isinstance(answer, int)
    return answer


def measure_transient(pipe: Connection) -> None:
    prepare_allocator()
    transient(200)
    meter = PeakMeter()
    meter.baseline()
    meter.reset()
    transient(64)
    pipe.send(meter.peak_bytes())


def measure_persistent(pipe: Connection) -> None:
    prepare_allocator()
    transient(200)
    meter = PeakMeter()
    meter.baseline()
    block = np.ones(64 * MEBIBYTE, np.uint8)
    meter.reset()
    pipe.send(meter.peak_bytes())
    del block


def measure_after_a_larger_step(pipe: Connection) -> None:
    prepare_allocator()
    transient(1)
    meter = PeakMeter()
    meter.baseline()
    larger = []
    between = []
    for number in range(200):
        larger.append(np.ones(500 * 1024, np.uint8))
        if number % 20 == 19:
            between.append(np.ones(2000, np.uint8))
    del larger
    meter.reset()
    blocks = [np.ones(8 * MEBIBYTE, np.uint8) for _ in range(8)]
    pipe.send(meter.peak_bytes())
    del blocks, between


def measure_two_turns(pipe: Connection) -> None:
    prepare_allocator()
    transient(31)
    meter = PeakMeter()
    meter.baseline()
    meter.reset()
    first = []
    between = []
    for _ in range(64):
        first.append(np.ones(MEBIBYTE, np.uint8))
        between.append(np.ones(2000, np.uint8))
    del first
    blocks = [np.ones(4 * MEBIBYTE, np.uint8) for _ in range(16)]
    pipe.send(meter.peak_bytes())
    del blocks, between


@linux
@pytest.mark.parametrize(
    "measure",
    [
        measure_transient,
        slow(measure_persistent),
        measure_after_a_larger_step,
        measure_two_turns,
    ],
)
def test_sixty_four_mebibytes_are_seen_to_half_a_mebibyte(
    measure: Callable[[Connection], None],
) -> None:
    """Given back before the meter is read, taken before the mark is reset, in small blocks after a
    larger step whose memory went back in pieces, or in small blocks that larger ones follow;
    whatever the process had taken before."""
    assert in_a_fresh_process(measure) / MEBIBYTE == pytest.approx(64, abs=0.5)


def test_every_subject_is_called_in_every_round_and_in_another_order() -> None:
    """Three to warm up, then one a round; the order within a round changes."""
    calls: list[str] = []
    subjects = {name: (lambda name=name: calls.append(name)) for name in "abc"}
    timings = time_side_by_side(subjects, 20, np.random.default_rng(0))
    assert {name: calls.count(name) for name in "abc"} == dict.fromkeys("abc", 3 + 20)
    rounds = [tuple(calls[i : i + 3]) for i in range(9, len(calls), 3)]
    assert all(sorted(one) == ["a", "b", "c"] for one in rounds)
    assert len(set(rounds)) > 3
    assert all(len(t.cpu_seconds) == len(t.wall_seconds) == 20 for t in timings.values())
    assert gc.isenabled()
    assert gc.get_freeze_count() == 0


@pytest.mark.serial
def test_cpu_time_counts_work_and_not_waiting() -> None:
    """A subject that sleeps has wall time and hardly any CPU time; nothing here depends on how fast
    the machine is."""
    timings = time_side_by_side({"sleeps": lambda: time.sleep(0.02)}, 5, np.random.default_rng(0))
    assert min(timings["sleeps"].wall_seconds) >= 0.02
    assert sum(timings["sleeps"].cpu_seconds) < 0.5 * sum(timings["sleeps"].wall_seconds)


def test_calls_that_lead_in_are_not_timed() -> None:
    """Two before each that is."""
    calls: list[str] = []
    timings = time_side_by_side(
        {"a": lambda: calls.append("a")}, 5, np.random.default_rng(0), lead_in=2
    )
    assert len(calls) == 3 + 5 * 3
    assert len(timings["a"].cpu_seconds) == 5


def test_joules_are_those_that_counters_counted(tmp_path: Path) -> None:
    """Two packages, one of which runs over its range; the cores inside a package are not counted
    again."""
    for name, before in (("intel-rapl:0", 100), ("intel-rapl:1", 999_900), ("intel-rapl:0:0", 7)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "max_energy_range_uj").write_text("999999")
        (tmp_path / name / "energy_uj").write_text(str(before))
    calls = 0

    def call() -> None:
        nonlocal calls
        calls += 1
        time.sleep(0.002)
        for name, taken in (("intel-rapl:0", 500), ("intel-rapl:1", 300), ("intel-rapl:0:0", 400)):
            path = tmp_path / name / "energy_uj"
            path.write_text(str((int(path.read_text()) + taken) % 1_000_000))

    meter = EnergyMeter(tmp_path)
    assert meter.name == "RAPL, whole packages"
    assert meter.joules_of(call, least_seconds=0.02) == pytest.approx(800e-6)
    assert calls > 1


def test_without_counters_there_are_no_joules(tmp_path: Path) -> None:
    """Absent, never guessed; the reason is the name."""
    meter = EnergyMeter(tmp_path)
    assert meter.joules_of(lambda: None) is None
    assert meter.name == "none: no counters on this system"
    (tmp_path / "intel-rapl:0").mkdir()
    (tmp_path / "intel-rapl:0" / "energy_uj").write_text("1")
    elsewhere = EnergyMeter(tmp_path, "cuda")
    assert elsewhere.joules_of(lambda: None) is None
    assert elsewhere.name == "none: what counts is the processor's, and the steps run on cuda"


@pytest.mark.serial
def test_a_look_around_sees_others_at_work() -> None:
    """A process that burns a core is seen and named; this one, which keeps still, is not."""
    burner = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        seen = look_around(1.0)
    finally:
        burner.kill()
        burner.wait()
    assert seen.busy_cores > 0.3
    assert "python" in seen.busiest


@linux
@pytest.mark.serial
def test_a_process_is_pinned_to_one_of_its_cores_in_turn() -> None:
    """And only to one that it may use."""
    allowed = os.sched_getaffinity(0)
    try:
        seen = set()
        for turn in range(len(allowed)):
            os.sched_setaffinity(0, allowed)
            pin_to_cores(turn)
            (core,) = os.sched_getaffinity(0)
            seen.add(core)
        assert seen == allowed
        os.sched_setaffinity(0, allowed)
        pin_to_cores(0, len(allowed))
        assert os.sched_getaffinity(0) == allowed
    finally:
        os.sched_setaffinity(0, allowed)


@pytest.mark.parametrize(
    ("cell", "kernel"),
    [
        (nn.LSTM(3, 4, batch_first=True), "oneDNN"),
        (nn.GRU(3, 4, batch_first=True), "loop in ATen"),
        (nn.Linear(3, 4), "eager operations"),
    ],
)
def test_the_kernel_is_named(cell: nn.Module, kernel: str) -> None:
    """On a CPU, torch's LSTM runs on oneDNN and its GRU does not."""
    if kernel == "oneDNN" and not torch.backends.mkldnn.is_available():
        pytest.skip("this torch has no oneDNN")
    assert kernel_name(cell, torch.randn(2, 5, 3)) == kernel


def test_allocated_bytes_include_what_is_freed_again() -> None:
    """Three tensors of 4,000 bytes, two of which are freed in the call; views take none."""

    def call() -> None:
        tensor = torch.empty(1000)
        doubled = tensor + tensor
        (doubled.view(10, 100) * doubled.view(10, 100)).t()

    assert allocated_bytes(call) == 3 * 4000
    assert allocated_bytes(lambda: None) == 0


class Kept:
    """A model of one tensor whose step makes two more, one after the other, `at_once` at a time."""

    def __init__(self, at_once: int) -> None:
        self.tensor = torch.zeros(1000)
        self.at_once = at_once

    def __call__(self) -> None:
        first = self.tensor.clone()
        if self.at_once == 1:
            del first
        self.tensor.clone()


@pytest.mark.parametrize("at_once", [1, 2])
def test_peak_allocated_bytes_are_those_held_at_one_time(at_once: int) -> None:
    """The model's own 4,000 bytes, and those of as many tensors as there are at once."""
    earlier = torch.zeros(1000)
    assert peak_allocated_bytes(lambda: Kept(at_once)) == (1 + at_once) * 4000
    assert earlier.sum() == 0
