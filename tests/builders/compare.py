"""Runs that are compared."""

from collections.abc import Iterable, Mapping

from msgspec.structs import replace

from rnnbench.compare import Run
from rnnbench.executors.running import without_run
from rnnbench.records import (
    CellUse,
    Epoch,
    Learning,
    Machine,
    MemoryRow,
    MetricNote,
    Provenance,
    Result,
    TimeRow,
)
from tests.builders.records import COST, learning_trial

MSE = MetricNote("mse", "squared units", "lower")
ACCURACY = MetricNote("accuracy", "share correct", "higher")
HERE = Provenance(
    machine=Machine(
        processor="P",
        cores=2,
        memory_bytes=1,
        system="Linux-6-x86_64-with-glibc2.36",
        model="M avx2",
    ),
    versions={"python": "3.11", "rnnbench": "1", "torch": "2", "numpy": "2", "scipy": "1"},
    commit="c0ffee",
    plugins={"gru": "rnnbench 1"},
    definitions={"gru": "abc", "adding": "def"},
    variables={},
)
LEARNING = Learning(
    metrics=(MSE, ACCURACY),
    target=0.01,
    hidden_size=11,
    parameters=507,
    state_floats=11,
    epochs_run=2,
    steps_per_epoch=5,
    curve=(
        Epoch(epoch=1, step=5, train_loss=0.5, validation={"mse": 0.4, "accuracy": 0.6}),
        Epoch(epoch=2, step=10, train_loss=0.25, validation={"mse": 0.2, "accuracy": 0.8}),
    ),
    chosen_epoch=2,
    test={"mse": 0.3, "accuracy": 0.7},
    trivial={"mse": 0.17},
    trivial_forecast="always 1.0",
    epochs_to_target=2,
)
OPERATIONS = replace(COST, measurement="operations", cells=(CellUse(name="gru"),))
MEMORY = replace(OPERATIONS, measurement="peak-memory")


def learned(
    learning: Learning | None = LEARNING,
    status: str = "ok",
    seed: int = 0,
    provenance: Provenance = HERE,
) -> Result:
    """A learning trial of a GRU that gave these figures, here."""
    bare = without_run(learning_trial(seed=seed), status, "")  # type: ignore[arg-type]
    return replace(bare, learning=learning, provenance=provenance)


def remembered(**changes: object) -> Result:
    """The memory of a GRU."""
    row = MemoryRow(
        row="gru",
        kernel="loop in ATen",
        parameters=432,
        parameter_bytes=1728,
        state_bytes=128,
        saved_bytes=4096,
        peak_bytes=9000,
        meter="made for a test",
    )
    return replace(without_run(MEMORY, "ok", ""), costs=(replace(row, **changes),), provenance=HERE)


def timed(seconds: Mapping[str, float], **changes: object) -> Result:
    """Times of cells side by side."""
    trial = replace(COST, cells=tuple(CellUse(name=row) for row in seconds), **changes)
    rows = tuple(
        TimeRow(
            row=row,
            kernel="k",
            parameters=432,
            cpu_seconds=(taken, taken),
            wall_seconds=(taken, taken),
            log_ratio_to_reference_cell=0.0,
            first_call_seconds=taken,
        )
        for row, taken in seconds.items()
    )
    return replace(without_run(trial, "ok", ""), costs=rows, provenance=HERE)


def of(results: Iterable[Result], folder: str = "run") -> Run:
    return Run(folder=folder, results=tuple(results))


def elsewhere(result: Result, **changes: object) -> Result:
    """The same result, made under other circumstances."""
    provenance = result.provenance
    machine = {
        name: value
        for name, value in changes.items()
        if name in ("processor", "model", "system", "cores")
    }
    versions = {name: str(value) for name, value in changes.items() if name not in machine}
    made = replace(
        provenance,
        machine=replace(provenance.machine, **machine),
        versions={**provenance.versions, **versions},
    )
    return replace(result, provenance=made)
