"""Cost figures that are exact: bytes, operations, instructions; and memory over time."""

import math
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
import torch
from torch import nn

from rnnbench.catalogue import Catalogue
from rnnbench.errors import DataUnavailable
from rnnbench.executors import forkserver
from rnnbench.executors.local import LocalPool, run_one
from rnnbench.executors.running import without_run
from rnnbench.meters import SavedMeter, count_flops, no_valgrind, watch_memory
from rnnbench.records import (
    CellUse,
    CostTrial,
    InstructionsRow,
    MemoryRow,
    OperationsRow,
    Result,
    Shape,
    TimelineRow,
    TimeRow,
)
from rnnbench.runner.cost.instructions import CountedCells, instructions, main as count_instructions
from rnnbench.runner.cost.subjects import Bench, Streaming
from tests.builders.forked import Popen
from tests.builders.records import COST
from tests.conftest import MakePlugin

MEBIBYTE = 2**20
B, T, I, H = 3, 11, 4, 6  # noqa: E741  the field's letters


def cost_trial(measurement: str, *cells: CellUse, **changes: object) -> CostTrial:
    shape = Shape(steps=T, batch=B, inputs=I, hidden=H)
    trial: CostTrial = msgspec.structs.replace(
        COST, measurement=measurement, shape=shape, cells=cells
    )
    return msgspec.structs.replace(trial, **changes)


@pytest.fixture(scope="module")
def pool() -> Iterator[LocalPool]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(subprocess, "Popen", Popen)
        patch.setattr(forkserver, "_idle", {})
        with LocalPool(jobs=1) as pool:
            yield pool
        forkserver._close_idle()


def measure(pool: LocalPool, measurement: str, *cells: CellUse, **changes: object) -> Result:
    pool.start(cost_trial(measurement, *cells, **changes))
    results: list[Result] = []
    while not results:
        results = pool.wait(1.0)
    return results[0]


@pytest.mark.parametrize(
    ("name", "implementation", "parameters", "states", "saved"),
    [
        ("rnn", "native", H * (I + H + 2), 1, B * T * I + B * H * (T + 1)),
        ("rnn", "eager", H * (I + H + 2), 1, B * T * I + B * H * (T + 1)),
        ("gru", "native", 3 * H * (I + H + 2), 1, B * T * (I + 7 * H)),
        ("gru", "eager", 3 * H * (I + H + 2), 1, B * T * (I + 7 * H)),
        ("lstm", "eager", 4 * H * (I + H + 2), 2, B * T * (I + 7 * H)),
    ],
)
def test_bytes_of_the_first_cells_are_what_formulas_say(
    pool: LocalPool, name: str, implementation: str, parameters: int, states: int, saved: int
) -> None:
    """In float32. Kept for backward are the inputs and, of rnn, each state with the first; of gru
    each state, its candidate's recurrent part and the gates and candidate twice; of lstm gates,
    candidate, both cell states, output."""
    result = measure(pool, "peak-memory", CellUse(name=name, implementation=implementation))
    (row,) = result.costs
    assert isinstance(row, MemoryRow)
    assert row.parameters == parameters
    assert (row.parameter_bytes, row.state_bytes, row.saved_bytes) == (
        4 * parameters,
        4 * states * B * H,
        4 * saved,
    )


def test_what_the_kernel_of_onednn_keeps_is_not_hidden(pool: LocalPool) -> None:
    """It has a workspace of its own, larger than what the plain loop keeps."""
    rows = [
        measure(pool, "peak-memory", CellUse(name="lstm", implementation=way)).costs[0]
        for way in ("native", "eager")
    ]
    assert all(isinstance(row, MemoryRow) and row.saved_bytes for row in rows)
    if rows[0].kernel == "oneDNN":
        assert rows[0].saved_bytes > rows[1].saved_bytes  # type: ignore[union-attr, operator]


class Keeps(torch.autograd.Function):
    """Keeps a block for backward."""

    @staticmethod
    def forward(ctx, x, floats):  # type: ignore[no-untyped-def]
        ctx.save_for_backward(torch.zeros(floats))
        return x.clone()

    @staticmethod
    def backward(ctx, gradient):  # type: ignore[no-untyped-def]
        return gradient, None


def test_a_storage_counts_once_and_parameters_not_at_all() -> None:
    """Saved in two views and by two operations, it is still there once; 16 MiB more are 16 MiB
    more."""
    weight = nn.Parameter(torch.randn(5, 5))
    x = torch.randn(4, 5, requires_grad=True)
    meter = SavedMeter([weight])
    with meter.watching():
        (x @ weight) * (x[:2] @ weight).sum()
    once = meter.bytes
    with meter.watching():
        (x @ weight).sum()
    assert meter.bytes == once
    with meter.watching():
        Keeps.apply(x, 4 * MEBIBYTE)
    assert meter.bytes == once + 16 * MEBIBYTE


def products(gates: int) -> int:
    """Operations of forward and backward over B, T: weights by inputs, twice for inputs that need
    no gradient and three times for states, but for the first one, which is zero and needs none."""
    to_inputs = 2 * B * T * I * gates * H
    to_states = 2 * B * H * gates * H
    return 2 * to_inputs + to_states * (3 * T - 1)


@pytest.mark.parametrize(
    ("name", "implementation", "gates"),
    [
        ("rnn", "native", 1),
        ("gru", "native", 3),
        ("gru", "eager", 3),
        ("lstm", "native", 4),
        ("lstm", "compiled", 4),
    ],
)
def test_operations_are_those_of_the_matrix_products(
    pool: LocalPool, name: str, implementation: str, gates: int
) -> None:
    """Never 0 for the kernel that torch's counter cannot look into, nor for what is compiled."""
    (row,) = measure(pool, "operations", CellUse(name=name, implementation=implementation)).costs
    assert isinstance(row, OperationsRow)
    assert row.flops == products(gates)
    assert row.form == ("eager" if implementation == "compiled" else implementation)


def test_without_an_eager_form_the_default_one_is_counted(pool: LocalPool) -> None:
    """minGRU has two maps of the inputs, in forward and for their own gradient."""
    use = CellUse(name="mingru", implementation="fused")
    (row,) = measure(pool, "operations", use).costs
    assert isinstance(row, OperationsRow)
    assert row.flops == 2 * 2 * B * T * I * 2 * H
    assert row.form == "default"


def test_a_linear_layer_counts_two_operations_a_weight() -> None:
    """A multiplication and an addition for each of 3 rows, 5 by 7."""
    layer = nn.Linear(5, 7)
    x = torch.randn(3, 5)
    assert count_flops(lambda: layer(x)) == 2 * 3 * 5 * 7


def test_a_cell_without_visible_operations_is_refused_and_not_shown_as_free(
    make_plugin: MakePlugin,
) -> None:
    """Elementwise ones are not counted; 0 would be a lie."""
    make_plugin("""
        import rnnbench
        import torch
        from torch import nn

        class Scale(nn.Module):
            def __init__(self, inputs, hidden):
                super().__init__()
                self.scale = nn.Parameter(torch.ones(inputs))

            def forward(self, x, state=None):
                return x * self.scale, None

        @rnnbench.hookimpl
        def rnnbench_cells():
            return [rnnbench.CellSpec("scale", Scale, "made for a test")]
    """)
    result = run_one(cost_trial("operations", CellUse(name="scale")))
    assert result.status == "refused"
    assert "it would be shown as free" in result.reason


CUT = """
    import rnnbench
    from torch import nn

    class Cut(nn.Module):
        def __init__(self, inputs, hidden, steps=100):
            super().__init__()
            self.cell, self.steps, self.calls = nn.GRU(inputs, hidden, batch_first=True), steps, 0

        def forward(self, x, state=None):
            self.calls += 1
            if self.calls == -self.steps:
                raise ValueError(f"call {self.calls}")
            return self.cell(x[:, : self.steps].contiguous(), state)

    @rnnbench.hookimpl
    def rnnbench_cells():
        return [rnnbench.CellSpec("cut", Cut, "made for a test", options={"steps": 100})]
"""


def test_whose_step_is_counted_is_told(make_plugin: MakePlugin, tmp_path: Path) -> None:
    """In the order of the counts: a cell that raises in the step that is counted has one, one that
    raises before has none, and neither has a row."""
    make_plugin(CUT)
    cells = tuple(
        CellUse(name="cut", options={"steps": steps}, label=f"{steps}") for steps in (7, -1, -3, 8)
    )
    order = tmp_path / "order"
    told = tmp_path / "told"
    trial = cost_trial("instructions", *cells)
    order.write_bytes(msgspec.json.encode((trial, Catalogue.present().needed(trial))))
    threads = torch.get_num_threads()
    count_instructions(str(order), str(told))
    torch.set_num_threads(threads)
    said = msgspec.json.decode(told.read_bytes(), type=CountedCells)
    assert said.counted == ("7", "-3", "8")
    assert {row: failed.reason for row, failed in said.failures.items()} == {
        "-1": "ValueError: call 1",
        "-3": "ValueError: call 3",
    }


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.skipif(bool(no_valgrind()), reason="instructions are counted by valgrind")
def test_instructions_agree_and_tell_five_percent_apart(make_plugin: MakePlugin) -> None:
    """Two runs to 0.1 %; a cell that looks at 21 of 22 steps has fewer than one that looks at all,
    by a known part. A cell between them that raises, before its step is counted or in it, takes no
    count from them."""
    make_plugin(CUT)
    cells = [
        CellUse(name="cut", options={"steps": steps}, label=f"{steps}")
        for steps in (100, -1, -3, 105)
    ]
    shape = Shape(steps=105, batch=8, hidden=32, inputs=32)
    counts = []
    for turn in range(2):
        result = run_one(
            cost_trial("instructions", *cells, shape=shape, round=turn, limit_seconds=900.0)
        )
        assert result.status == "ok", result.reason
        assert result.absent == {"-1": "ValueError: call 1", "-3": "ValueError: call 3"}
        rows = [row for row in result.costs if isinstance(row, InstructionsRow)]
        assert [row.row for row in rows] == ["100", "105"]
        counts.append([row.instructions for row in rows])
    for one, other in zip(*counts, strict=True):
        assert abs(one / other - 1) < 0.001
    for fewer, more in counts:
        assert 1.03 < more / fewer < 1.06


@pytest.mark.skipif(bool(no_valgrind()), reason="instructions are counted by valgrind")
def test_what_is_written_for_a_count_lies_in_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It goes with the trial, however that ends: neither the order nor valgrind's files lie in
    TMPDIR."""
    monkeypatch.chdir(tmp_path)
    commands: list[list[str]] = []

    def fail(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        commands.append(command)
        return subprocess.CompletedProcess(command, 1, "", "no count today")

    monkeypatch.setattr("rnnbench.meters.callgrind.subprocess.run", fail)
    trial = cost_trial("instructions", CellUse(name="rnn"))
    with pytest.raises(RuntimeError, match="no count today"):
        instructions(trial, Catalogue.present(), without_run(trial, "ok", ""))
    command = commands[-1]  # the machine is asked for its name by other programs before
    written = [word.rpartition("=")[2] for word in command if "rnnbench-" in word]
    assert len(written) == 3
    assert {Path(path).parent.parent for path in written} == {tmp_path}


def test_without_valgrind_instructions_are_skipped_with_the_reason(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It is not in the path."""
    monkeypatch.setenv("PATH", os.devnull)
    trial = cost_trial("instructions", CellUse(name="rnn"))
    with pytest.raises(DataUnavailable, match="valgrind, which is not installed"):
        instructions(trial, Catalogue.present(), without_run(trial, "ok", ""))


def test_memory_over_time_shows_a_block_come_and_go() -> None:
    """64 MiB that are held for a while are seen from outside, and that they are gone afterwards."""
    import time

    def work() -> None:
        time.sleep(0.05)
        block = bytearray(64 * MEBIBYTE)
        time.sleep(0.1)
        del block
        time.sleep(0.1)

    seconds, resident = watch_memory(lambda: None, work)
    assert list(seconds) == sorted(seconds)
    assert (seconds[0], resident[0]) == (0, 0)
    assert max(resident) / MEBIBYTE == pytest.approx(64, abs=1)
    assert resident[-1] < 4 * MEBIBYTE


def test_what_is_watched_and_fails_is_told() -> None:
    """In its preparation or in its work; nothing hangs."""

    def fail() -> None:
        os.close(2)
        raise ValueError

    for prepare, work in ((fail, lambda: None), (lambda: None, fail)):
        with pytest.raises(RuntimeError, match="ended with 1"):
            watch_memory(prepare, work)


def test_a_trial_has_its_timeline(pool: LocalPool) -> None:
    """From before the cell is built; a figure for the eye."""
    (row,) = measure(
        pool, "memory-timeline", CellUse(name="gru"), shape=Shape(steps=100, hidden=128), repeats=5
    ).costs
    assert isinstance(row, TimelineRow)
    assert len(row.seconds) == len(row.bytes) > 5
    assert max(row.bytes) > 4 * 50_688


@pytest.mark.parametrize("measurement", ["inference-time", "streaming-time"])
def test_every_kind_of_step_is_timed_beside_the_reference_cell(
    pool: LocalPool, measurement: str
) -> None:
    """With what the machine can do, and what went on around."""
    cells = [CellUse(name=name) for name in ("rnn", "lru")]
    result = measure(pool, measurement, *cells, repeats=5)
    assert result.status == "ok", result.reason
    assert [row.row for row in result.costs] == ["rnn", "lru"]
    for row in result.costs:
        assert isinstance(row, TimeRow)
        assert len(row.cpu_seconds) == 5
        assert math.isfinite(row.log_ratio_to_reference_cell)
    assert result.surroundings is not None
    assert result.surroundings.matrix_flops_per_second
    assert result.surroundings.copied_bytes_per_second
    assert result.surroundings.energy_meter


@pytest.mark.parametrize("measurement", ["train-step-time", "peak-memory", "operations"])
def test_a_cell_with_nothing_to_learn_is_measured_by_its_forward_pass(
    pool: LocalPool, measurement: str
) -> None:
    """A fixed reservoir: one product with states and one with inputs a step."""
    result = measure(pool, measurement, CellUse(name="esn"))
    assert result.status == "ok", result.reason
    (row,) = result.costs
    assert row.parameters == 0
    if isinstance(row, OperationsRow):
        assert 0 < row.flops <= 2 * B * T * H * (I + H)


@pytest.mark.parametrize("name", ["rnn", "gru", "lstm", "mingru"])
def test_a_step_that_does_not_fit_is_out_of_memory_in_whatever_words(
    pool: LocalPool, name: str
) -> None:
    """torch, the C++ library and oneDNN each complain in their own."""
    shape = Shape(steps=2048, batch=16, hidden=64)
    result = measure(pool, "peak-memory", CellUse(name=name), shape=shape, limit_memory_mib=24)
    assert result.status == "out-of-memory", (result.reason, result.output)


def test_cells_over_frames_are_measured_on_frames(pool: LocalPool) -> None:
    """Beside cells over features, that see them flat."""
    cells = [CellUse(name="convlstm2d"), CellUse(name="gru")]
    shape = Shape(steps=3, batch=2, hidden=4, frame=(1, 8, 8))
    result = measure(pool, "train-step-time", *cells, shape=shape)
    assert result.status == "ok", result.reason
    parameters = {row.row: row.parameters for row in result.costs}
    assert parameters["gru"] == 3 * 4 * (64 + 4 + 2)


def test_streaming_carries_the_state() -> None:
    """What a stream gives after some steps is what the whole sequence gives."""
    trial = msgspec.structs.replace(
        COST, measurement="streaming-time", shape=Shape(steps=5, inputs=I, hidden=H)
    )
    bench = Bench.of_cell(trial, CellUse(name="gru"), Catalogue.present())
    stream = Streaming(bench)
    for _ in range(5):
        stream()
    with torch.no_grad():
        _, whole = bench.cell(bench.x_BT)
    torch.testing.assert_close(stream.state, whole)
    stream()
    with torch.no_grad():
        _, onwards = bench.cell(bench.x_BT[:, :1], whole)
    torch.testing.assert_close(stream.state, onwards)
