"""Cost trials of cells whose cost is known beforehand."""

import math
from collections.abc import Iterator

import msgspec
import pytest
import torch

from rnnbench.executors.local import LocalPool, run_one
from rnnbench.records import CellUse, CostTrial, MemoryRow, Result, Shape, TimeRow
from tests.builders.records import COST
from tests.conftest import MakePlugin

MEBIBYTE = 2**20
KNOWN = """
    import os
    import time

    import rnnbench
    import torch
    from torch import nn

    class Plain(nn.LSTM):
        def __init__(self, inputs, hidden):
            super().__init__(inputs, hidden, batch_first=True)

    class SixTimes(Plain):
        def forward(self, x, state=None):
            for _ in range(5):
                super().forward(x, state)
            return super().forward(x, state)

    class Heavy(Plain):
        def __init__(self, inputs, hidden):
            super().__init__(inputs, hidden)
            self.ballast = nn.Parameter(torch.zeros(4 * 2**20))

        def forward(self, x, state=None):
            y, state = super().forward(x, state)
            return y + 0 * self.ballast[:1].sum(), state

    class Transient(Plain):
        def forward(self, x, state=None):
            torch.ones(16 * 2**20)
            return super().forward(x, state)

    class Buffer(Plain):
        def __init__(self, inputs, hidden):
            super().__init__(inputs, hidden)
            self.register_buffer("table", torch.ones(16 * 2**20))

    class Keep(torch.autograd.Function):
        @staticmethod
        def forward(ctx, y, floats):
            ctx.save_for_backward(torch.ones(floats))
            return y.clone()

        @staticmethod
        def backward(ctx, gradient):
            return gradient, None

    class Saver(Plain):
        def forward(self, x, state=None):
            y, state = super().forward(x, state)
            return Keep.apply(y, 4 * 2**20), state

    class Greedy(Plain):
        first = True

        def forward(self, x, state=None):
            if self.first:
                torch.ones(32 * 2**20)
            self.first = False
            return super().forward(x, state)

    class Late(Plain):
        calls, last = 1, 2

        def forward(self, x, state=None):
            if self.calls == self.last:
                raise ValueError(f"call {self.calls}")
            self.calls += 1
            return super().forward(x, state)

    class Later(Late):
        last = 9

    class Dies(Plain):
        calls = 0

        def forward(self, x, state=None):
            self.calls += 1
            if self.calls == 9:
                os._exit(3)
            return super().forward(x, state)

    class Hangs(Plain):
        def forward(self, x, state=None):
            time.sleep(1000)

    class Hungry(Plain):
        def forward(self, x, state=None):
            torch.ones(2**40)

    class Sick(Plain):
        def forward(self, x, state=None):
            raise ValueError("not today")

    @rnnbench.hookimpl
    def rnnbench_cells():
        kinds = [Plain, SixTimes, Heavy, Transient, Buffer, Saver, Greedy, Late, Later, Dies, Hangs, Hungry, Sick]
        return [rnnbench.CellSpec(kind.__name__.lower(), kind, "made for a test") for kind in kinds]
"""


@pytest.fixture
def pool(make_plugin: MakePlugin) -> Iterator[LocalPool]:
    make_plugin(KNOWN)
    with LocalPool(jobs=1) as pool:
        yield pool


def measure(
    pool: LocalPool, *cells: str, measurement: str = "train-step-time", limit_seconds: float = 300.0
) -> Result:
    trial: CostTrial = msgspec.structs.replace(
        COST,
        cells=tuple(CellUse(name=cell) for cell in cells),
        measurement=measurement,
        shape=Shape(steps=20, batch=8, hidden=32, inputs=32),
        repeats=9,
        limit_seconds=limit_seconds,
    )
    pool.start(trial)
    results: list[Result] = []
    while not results:
        results = pool.wait(1.0)
    return results[0]


@pytest.mark.serial
def test_a_cell_that_does_six_times_the_work_takes_longer_than_the_reference_cell(
    pool: LocalPool,
) -> None:
    """And one that does the reference cell's work takes about as long: within a factor of two,
    whatever the machine does."""
    plain, slow = measure(pool, "plain", "sixtimes").costs
    assert isinstance(plain, TimeRow)
    assert isinstance(slow, TimeRow)
    assert abs(plain.log_ratio_to_reference_cell) < math.log(2)
    assert slow.log_ratio_to_reference_cell > math.log(1.5) + plain.log_ratio_to_reference_cell


def test_a_cell_that_raises_costs_the_others_nothing(pool: LocalPool) -> None:
    """Whenever it does: its replicate is a good one of the rest, and says why it has no row."""
    result = measure(pool, "plain", "sick", "late", "later", "hungry")
    assert (result.status, result.reason) == ("ok", "")
    assert [row.row for row in result.costs] == ["plain"]
    assert set(result.absent) == {"sick", "late", "later", "hungry"}
    assert result.absent["sick"] == "ValueError: not today"
    assert result.absent["late"] == "ValueError: call 2"
    assert result.absent["later"] == "ValueError: call 9"
    assert "can't allocate memory" in result.absent["hungry"]
    (row,) = result.costs
    assert isinstance(row, TimeRow)
    assert len(row.cpu_seconds) == 9
    assert "not today" in result.traceback


@pytest.mark.parametrize(
    ("cells", "status"), [(("sick", "late"), "error"), (("hungry",), "out-of-memory")]
)
def test_a_replicate_of_which_nothing_is_left_ended_as_its_cells_did(
    pool: LocalPool, cells: tuple[str, ...], status: str
) -> None:
    """It is no good one; each cell is named with its reason."""
    result = measure(pool, *cells)
    assert (result.status, result.costs) == (status, ())
    assert set(result.absent) == set(cells)
    assert all(f"{cell}: {result.absent[cell]}" in result.reason for cell in cells)


@pytest.mark.parametrize(
    ("cell", "status", "begun"),
    [
        ("hangs", "timeout", "the first step of 'hangs'"),
        ("dies", "killed", "a step in turns of 'dies'"),
    ],
)
def test_a_replicate_that_is_cut_short_says_what_was_begun_last(
    pool: LocalPool, cell: str, status: str, begun: str
) -> None:
    """A cell that hangs, or takes the process with it, is named."""
    result = measure(pool, "plain", cell, limit_seconds=10.0)
    assert result.status == status
    assert result.reason.endswith(f"; last begun was {begun}")


@pytest.mark.parametrize(
    ("cell", "least", "most"),
    [
        ("heavy", 64, 112),
        ("transient", 63.75, 64.25),
        ("buffer", 63.5, 64.5),
        ("saver", 15.5, 16.5),
        ("greedy", -0.5, 0.5),
    ],
)
def test_memory_of_a_known_size_is_seen(
    pool: LocalPool, cell: str, least: float, most: float
) -> None:
    """16 MiB of parameters are 64 with gradient and Adam's two moments, and up to three copies more
    while Adam works; 64 MiB that forward takes and gives back are 64, and so is a table of 64 MiB;
    16 MiB kept for backward are 16, by both meters; 128 MiB that only the first call takes are
    none. All over what the same cell takes without them, but for what forward gives back: that is
    gone when the rest of the step takes its own, so the larger of both is seen. What torch has
    allocated at once is the same."""
    peaks = {}
    at_once = {}
    saved = {}
    for name in ("plain", cell):
        (row,) = measure(pool, name, measurement="peak-memory").costs
        assert isinstance(row, MemoryRow)
        if row.peak_bytes is None:
            pytest.skip("this system does not tell")
        assert row.saved_bytes is not None
        assert row.peak_allocated_bytes is not None
        at_once[name] = row.peak_allocated_bytes / MEBIBYTE
        peaks[name], saved[name] = row.peak_bytes / MEBIBYTE, row.saved_bytes / MEBIBYTE
    assert 0 < peaks["plain"] < 8
    without = 0 if cell == "transient" else peaks["plain"]
    assert least <= peaks[cell] - without <= most
    allocated_without = 0 if cell == "transient" else at_once["plain"]
    assert least <= at_once[cell] - allocated_without <= most
    assert abs(saved[cell] - saved["plain"] - (16 if cell == "saver" else 0)) < 0.5


TWO_FORMS = """
    import rnnbench
    from torch import nn

    class Off(nn.GRU):
        def forward(self, x, state=None):
            y, state = super().forward(x, state)
            return y + 0.01, state

    def build(inputs, hidden, implementation="sound"):
        return {"sound": nn.GRU, "same": nn.GRU, "off": Off}[implementation](inputs, hidden, batch_first=True)

    @rnnbench.hookimpl
    def rnnbench_cells():
        forms = ("sound", "same", "off")
        return [rnnbench.CellSpec(name="forms", build=f"{__name__}:build", source="x", implementations=forms)]
"""


@pytest.mark.parametrize("turn", range(3))
def test_implementations_are_compared_before_their_speed_is(
    make_plugin: MakePlugin, turn: int
) -> None:
    """One that answers otherwise has no time; the others have, in whatever order they come."""
    make_plugin(TWO_FORMS)
    cells = tuple(
        CellUse(name="forms", implementation=form, label=form) for form in ("sound", "same", "off")
    )
    trial = msgspec.structs.replace(
        COST, cells=cells, shape=Shape(steps=4, batch=2, hidden=4, inputs=3), round=turn
    )
    result = run_one(trial)
    assert result.status == "ok"
    assert {row.row for row in result.costs} == {"sound", "same"}
    assert "its outputs differ" in result.absent["off"]


@pytest.mark.cuda
@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device here")
@pytest.mark.parametrize(
    "measurement", ["train-step-time", "inference-time", "streaming-time", "peak-memory"]
)
def test_costs_are_measured_on_cuda(measurement: str) -> None:
    """By events of the device, and by torch's own count of its memory."""
    result = run_one(
        msgspec.structs.replace(COST, measurement=measurement, device="cuda", cells=COST.cells[:1])
    )
    assert result.status == "ok", result.reason
    (row,) = result.costs
    assert row.kernel == "cuDNN"
    if isinstance(row, MemoryRow):
        assert row.meter == "torch.cuda.max_memory_allocated"
        assert row.peak_bytes is not None
        assert row.peak_bytes > row.parameter_bytes
    else:
        assert isinstance(row, TimeRow)
        assert min(row.wall_seconds) > 0
