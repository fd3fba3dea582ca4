"""The local pool: whatever a cell does costs its own trial and nothing else."""

import os
import time
from collections.abc import Iterator

import msgspec
import psutil
import pytest

from rnnbench.executors.local import LocalPool, run_one
from rnnbench.records import CellUse, Recipe, Result, trial_id
from rnnbench.runner import run_trial
from tests.builders.executors import finish, trial
from tests.builders.records import COST, learning_trial
from tests.builders.training import SMALL
from tests.conftest import MakePlugin

pytestmark = pytest.mark.usefixtures("hostile_cells")


@pytest.fixture
def pool() -> Iterator[LocalPool]:
    with LocalPool(jobs=2) as pool:
        yield pool


@pytest.mark.parametrize(
    ("cell", "status", "reason"),
    [
        ("raises", "error", "ValueError: no such luck"),
        ("diverges", "diverged", "loss not finite in epoch 1"),
        ("killed", "killed", "its process was ended by SIGKILL"),
        ("exits", "killed", "its process ended by itself with code 7 before it gave a result"),
        (
            "greedy",
            "out-of-memory",
            "MemoryError: can't allocate memory: you tried to allocate too much",
        ),
        (
            "wrong_shape",
            "error",
            "WrongShape: for input (3, 2, 2), y should be (B, T, H), got (2, 3, 1)",
        ),
        ("huge", "refused", "the smallest model has"),
    ],
)
def test_what_goes_wrong_is_a_result_with_its_status_and_reason(
    pool: LocalPool, cell: str, status: str, reason: str
) -> None:
    """One sentence; and the trial beside it ends well."""
    results = finish(pool, trial(cell), trial("gru"))
    assert (results[cell].status, results["gru"].status) == (status, "ok")
    assert results[cell].reason.startswith(reason)
    assert "\n" not in results[cell].reason


def test_an_exception_keeps_its_traceback_and_what_was_printed(pool: LocalPool) -> None:
    """So that its author can mend it."""
    result = finish(pool, trial("raises"))["raises"]
    assert 'raise ValueError("no such luck")' in result.traceback
    assert "about to raise" in result.output


def test_a_cell_that_closes_its_output_keeps_its_result(pool: LocalPool) -> None:
    """What cannot be flushed is no reason to lose a finished trial."""
    assert finish(pool, trial("closes"))["closes"].status == "ok"


def test_the_last_words_of_a_killed_process_are_kept(pool: LocalPool) -> None:
    """What it printed before it died."""
    assert "last words" in finish(pool, trial("killed"))["killed"].output


def test_a_trial_that_hangs_ends_at_its_limit(pool: LocalPool) -> None:
    """With status timeout, and its process is gone."""
    pool.start(trial("hangs", limit_seconds=1.0))
    (child,) = (running.child.pid for running in pool._running.values())
    started = time.monotonic()
    results: list[Result] = []
    while not results:
        results = pool.wait(5.0)
    assert results[0].status == "timeout"
    assert results[0].reason == "longer than its limit of 1 s"
    assert time.monotonic() - started < 20
    assert not psutil.pid_exists(child)


def test_a_killed_child_is_known_dead_though_its_own_child_lives(pool: LocalPool) -> None:
    """The grandchild holds the pipe; it ends with the trial, long before the limit."""
    before = {p.pid for p in psutil.Process().children(recursive=True)}
    result = finish(pool, trial("orphans"))["orphans"]
    assert result.status == "killed"
    here = [
        p
        for p in psutil.Process().children(recursive=True)
        if p.pid not in before | {pool._forkserver.pid}
    ]
    assert psutil.wait_procs(here, timeout=30)[1] == []


def test_leaving_the_pool_ends_its_children() -> None:
    """Whatever they are doing."""
    with LocalPool(jobs=1) as pool:
        pool.start(trial("hangs"))
        (child,) = (running.child.pid for running in pool._running.values())
        assert psutil.pid_exists(child)
    assert not psutil.pid_exists(child)


def test_in_a_process_of_its_own_a_trial_gives_the_same_bits(pool: LocalPool) -> None:
    """Two at once, against one here."""
    trials = [trial("gru"), trial("rnn")]
    results = finish(pool, *trials)
    for one in trials:
        assert results[one.cell.name].learning == run_trial(one).learning


def test_a_trial_has_as_many_threads_as_it_says(pool: LocalPool) -> None:
    """One unless asked otherwise; seen from inside the cell."""
    assert "threads 1" in finish(pool, trial("counts_threads"))["counts_threads"].output
    two = msgspec.structs.replace(trial("counts_threads"), threads=2)
    assert "threads 2" in finish(pool, two)["counts_threads"].output


def test_a_trial_has_its_provenance(pool: LocalPool) -> None:
    """Machine, versions, plugins and definitions come with the result."""
    result = finish(pool, trial("gru"))["gru"]
    assert result.provenance.plugins["gru"].startswith("rnnbench ")
    assert set(result.provenance.definitions) == {"rnnbench", "gru", "adding"}
    assert all(len(definition) == 12 for definition in result.provenance.definitions.values())
    assert result.provenance.versions["torch"]
    assert result.provenance.machine.cores >= 1
    assert result.seconds.process > 0


def test_a_trial_for_a_device_that_is_not_here_is_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the reason."""
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    result = run_trial(learning_trial(device="cuda", recipe=SMALL))
    assert (result.status, result.reason) == ("skipped", "there is no CUDA device here")


def test_cost_figures_come_with_every_cell_beside_the_reference_cell(pool: LocalPool) -> None:
    """A row for each cell, as many samples as asked, positive, and the kernels named."""
    shape = msgspec.structs.replace(COST.shape, steps=6, batch=3, hidden=8, inputs=8)
    lstm = CellUse(name="lstm", options={"forget_bias": 1.0, "chrono": 0.0})
    time_trial = msgspec.structs.replace(COST, shape=shape, cells=(CellUse(name="gru"), lstm))
    memory_trial = msgspec.structs.replace(time_trial, measurement="peak-memory", cells=(lstm,))
    pool.start(time_trial)
    pool.start(memory_trial)
    results: dict[str, Result] = {}
    while len(results) < 2:
        results |= {trial_id(result.trial): result for result in pool.wait(1.0)}
    times = results[trial_id(time_trial)]
    memories = results[trial_id(memory_trial)]
    assert times.status == memories.status == "ok", times.reason + memories.reason
    assert [row.row for row in times.costs] == ["gru", "lstm"]
    assert {row.row: row.kernel for row in times.costs} == {"gru": "loop in ATen", "lstm": "oneDNN"}
    assert all(
        len(row.cpu_seconds) == COST.repeats and min(row.cpu_seconds) > 0 for row in times.costs
    )  # type: ignore[union-attr]
    assert memories.costs[0].parameter_bytes == 4 * memories.costs[0].parameters  # type: ignore[union-attr]


def test_children_are_not_the_drivers_process_group(pool: LocalPool) -> None:
    """A child leads its own, so that all that it started can be ended with it."""
    pool.start(trial("hangs", limit_seconds=30.0))
    (child,) = (running.child.pid for running in pool._running.values())
    assert child is not None
    deadline = time.monotonic() + 20
    while os.getpgid(child) != child:
        assert time.monotonic() < deadline
        time.sleep(0.05)


LIMITED = """
    import rnnbench
    from torch import nn

    @rnnbench.hookimpl
    def rnnbench_cells():
        build = lambda inputs, hidden: nn.GRU(inputs, hidden, batch_first=True)
        return [rnnbench.CellSpec(name="limited", build=build, source="x", longest=9)]
"""


def test_sequences_longer_than_a_cell_takes_are_refused(make_plugin: MakePlugin) -> None:
    """With both lengths; shorter ones are trained on."""
    make_plugin(LIMITED)
    recipe = Recipe(epochs=1, steps_per_epoch=1)
    trials = [
        learning_trial(cell=CellUse(name="limited"), dials={"horizon": n}, recipe=recipe)
        for n in (9, 10)
    ]
    short, long = (run_one(trial) for trial in trials)
    assert short.status == "ok"
    assert (long.status, long.reason) == (
        "refused",
        "sequences of 10 steps, and the cell takes at most 9",
    )
