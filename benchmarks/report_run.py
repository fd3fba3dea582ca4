"""Makes the results of a run that never ran, as files that the store reads: for `report.py`.

40 cells x 25 conditions x 10 seeds are 10,000 trainings; a smaller run has fewer cells, conditions
and seeds. Eight of 25 conditions are the rungs of two ladders, five are raced at two rates, five
are solved by no cell. The second rate of a race comes on top, and so do costs of all cells, at four
shapes in eight replicates.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np

from rnnbench.records import (
    CellUse,
    CostTrial,
    Diagnosed,
    Diagnosis,
    Epoch,
    Learning,
    LearningTrial,
    Machine,
    Measurement,
    MemoryRow,
    MetricNote,
    OperationsRow,
    Provenance,
    Recipe,
    Result,
    Shape,
    Surroundings,
    TimeRow,
    trial_id,
)
from rnnbench.store import Store

EPOCHS = 20
REPLICATES = 8
SHAPES = tuple(Shape(steps=steps) for steps in (25, 50, 100, 200))
RATES = (1e-3, 3e-3)
ACCURACY = MetricNote("accuracy", "share of answers", "higher")
CROSS_ENTROPY = MetricNote("cross-entropy", "nats", "lower")
TARGET = 0.95
MACHINE = Machine(
    processor="a processor", cores=2, memory_bytes=2**34, system="Linux", model="a model"
)
VERSIONS = dict.fromkeys(("msgspec", "numpy", "python", "rnnbench", "scipy", "torch"), "1.0")


class Size(NamedTuple):
    """How many cells, conditions and seeds a run has."""

    cells: int
    conditions: int
    seeds: int


SIZES = {100: Size(4, 5, 5), 1_000: Size(10, 10, 10), 10_000: Size(40, 25, 10)}


def write(folder: Path, trainings: int) -> int:
    """Write a run of so many trainings, and return the number of all its results."""
    store = Store(folder)
    store.prepare()
    rng = np.random.default_rng(0)
    count = 0
    for result in (*_trainings(SIZES[trainings], rng), *_costs(SIZES[trainings], rng)):
        store.path(trial_id(result.trial)).write_bytes(
            msgspec.json.format(msgspec.json.encode(result, order="sorted"), indent=1)
        )
        count += 1
    return count


def _cells(size: Size) -> list[CellUse]:
    cells = []
    for number in range(size.cells):
        options = {"layer_norm": number % 2 == 0, "slope": number / 10}
        cells.append(CellUse(name=f"cell-{number:02}", options=options))
    return cells


def _trainings(size: Size, rng: np.random.Generator) -> Iterator[Result]:
    for condition in range(size.conditions):
        for skill, cell in enumerate(_cells(size)):
            for seed in range(size.seeds):
                for rate in _rates(condition, skill, seed):
                    trial = _trial(condition, cell, seed, rate)
                    yield _training(trial, condition, skill / size.cells, rng)


def _rates(condition: int, skill: int, seed: int) -> tuple[float, ...]:
    """The rates at a seed: a race gives one up after its first seeds in two of three cells."""
    if not _is_raced(condition) or (seed >= 3 and skill % 3):
        return RATES[:1]
    return RATES


def _is_raced(condition: int) -> bool:
    return condition % 5 == 4


def _trial(condition: int, cell: CellUse, seed: int, rate: float) -> LearningTrial:
    rung = condition % 5
    ladder = condition // 5
    if ladder < 2 and not _is_raced(condition):
        task = f"ladder-{ladder}"
        horizon = 10 * 2**rung
    else:
        task = f"task-{condition:02}"
        horizon = 20
    recipe = Recipe(epochs=EPOCHS)
    if _is_raced(condition):
        recipe = Recipe(epochs=EPOCHS, tune=True, search="race", learning_rates=RATES)
    return LearningTrial(
        suite="synthetic",
        suite_version=1,
        cell=cell,
        task=task,
        dials={"horizon": horizon, "classes": 8},
        seed=seed,
        recipe=recipe,
        learning_rate=rate,
        diagnostics=("gradient-lag",),
    )


def _training(
    trial: LearningTrial, condition: int, skill: float, rng: np.random.Generator
) -> Result:
    is_hard = condition % 5 == 3
    ceiling = 0.9 if is_hard else 1.0
    speed = 0.15 + 0.4 * skill + 0.05 * rng.normal() - 0.05 * (trial.learning_rate != RATES[0])
    epochs = np.arange(1, EPOCHS + 1)
    scores = ceiling - (ceiling - 0.125) * np.exp(-max(speed, 0.05) * epochs)
    scores = np.clip(scores + 0.01 * rng.normal(size=EPOCHS), 0.0, 1.0)
    solved = _first_of_two(scores >= TARGET)
    run = EPOCHS if solved is None else solved + 1
    curve = []
    for epoch in range(1, run + 1):
        score = float(scores[epoch - 1])
        validation = {"accuracy": score, "cross-entropy": 2.0 * (1.0 - score)}
        curve.append(Epoch(epoch, 100 * epoch, 2.1 * (1.0 - score), validation))
    best = int(np.argmax(scores[:run]))
    test = float(np.clip(scores[best] + 0.01 * rng.normal(), 0.0, 1.0))
    learning = Learning(
        metrics=(ACCURACY, CROSS_ENTROPY),
        target=TARGET,
        hidden_size=64,
        parameters=10_000,
        state_floats=64,
        epochs_run=run,
        steps_per_epoch=100,
        curve=tuple(curve),
        chosen_epoch=best + 1,
        test={"accuracy": test, "cross-entropy": 2.0 * (1.0 - test)},
        trivial={"accuracy": 0.125, "cross-entropy": 2.08},
        trivial_forecast="the most frequent class",
        epochs_to_target=solved,
        off_budget=0.01,
        diagnoses={"gradient-lag": Diagnosed(fresh=_diagnosis(rng), trained=_diagnosis(rng))},
    )
    return Result(
        trial=trial,
        status="ok",
        provenance=_provenance(trial.cell.name, trial.task),
        started=f"2026-01-01T00:{trial.seed:02}:00+00:00",
        learning=learning,
    )


def _first_of_two(reached: np.ndarray) -> int | None:
    """The first of two epochs in a row that reach the target, counted from 1."""
    both = np.flatnonzero(reached[:-1] & reached[1:])
    return int(both[0]) + 1 if len(both) else None


def _diagnosis(rng: np.random.Generator) -> Diagnosis:
    lags = np.arange(10.0)
    sizes = np.exp(-lags * rng.uniform(0.1, 1.0))
    return Diagnosis(
        x_name="lag (steps)",
        y_name="size of the gradient",
        x=tuple(lags.tolist()),
        y=tuple(sizes.tolist()),
        figures={"decay length (steps)": float(rng.uniform(1.0, 10.0))},
        log_y=True,
    )


def _provenance(*names: str) -> Provenance:
    definitions = dict.fromkeys((*names, "rnnbench"), "0123456789ab")
    sources = {name: dict.fromkeys((f"a.{name}", f"b.{name}"), "0123456789ab") for name in names}
    return Provenance(
        machine=MACHINE,
        versions=VERSIONS,
        commit="0123456789ab",
        plugins=dict.fromkeys(names, "rnnbench 0.1.0"),
        definitions=definitions,
        sources=sources,
        files={name: f"a/{name}.py" for name in names},
        variables={},
    )


def _costs(size: Size, rng: np.random.Generator) -> Iterator[Result]:
    cells = tuple(_cells(size))
    for shape in SHAPES:
        for replicate in range(REPLICATES):
            for measurement in ("train-step-time", "inference-time", "streaming-time"):
                rows = [_time(cell, shape, rng) for cell in cells]
                yield _cost(cells, measurement, shape, replicate, rows)
            for cell in cells[: len(cells) if replicate < 3 else 0]:
                yield _cost((cell,), "peak-memory", shape, replicate, [_memory(cell, rng)])
        for cell in cells:
            flops = OperationsRow(
                row=cell.row, kernel="eager", parameters=10_000, flops=10**7, form="eager"
            )
            yield _cost((cell,), "operations", shape, 0, [flops])


def _cost(
    cells: tuple[CellUse, ...],
    measurement: Measurement,
    shape: Shape,
    replicate: int,
    rows: list[TimeRow] | list[MemoryRow] | list[OperationsRow],
) -> Result:
    trial = CostTrial(
        suite="synthetic",
        suite_version=1,
        cells=cells,
        measurement=measurement,
        shape=shape,
        repeats=30,
        round=replicate,
    )
    return Result(
        trial=trial,
        status="ok",
        provenance=_provenance(*(cell.name for cell in cells)),
        started="2026-01-01T01:00:00+00:00",
        costs=tuple(rows),
        surroundings=Surroundings(load=0.1, busy_cores=0.0, megahertz=3000.0),
    )


def _time(cell: CellUse, shape: Shape, rng: np.random.Generator) -> TimeRow:
    pace = 1e-4 * shape.steps * (1 + int(cell.name[-2:]) / 10) * (1 + 0.02 * rng.normal())
    seconds = tuple((pace * (1 + 0.02 * rng.random(30))).tolist())
    return TimeRow(
        row=cell.row,
        kernel="eager",
        parameters=10_000,
        cpu_seconds=seconds,
        wall_seconds=seconds,
        log_ratio_to_reference_cell=float(np.log(pace / (1e-4 * shape.steps))),
        first_call_seconds=0.1,
    )


def _memory(cell: CellUse, rng: np.random.Generator) -> MemoryRow:
    return MemoryRow(
        row=cell.row,
        kernel="eager",
        parameters=10_000,
        parameter_bytes=40_000,
        peak_bytes=int(rng.integers(10**6, 2 * 10**6)),
        meter="resident",
        state_bytes=8192,
        saved_bytes=10**6,
        allocated_bytes=2 * 10**6,
    )
