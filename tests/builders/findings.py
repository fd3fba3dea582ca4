"""Results, from which findings are made."""

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from typing import Any

import msgspec
import numpy as np

from rnnbench.executors.running import without_run
from rnnbench.findings import Condition, find
from rnnbench.records import (
    FIRST_TUNING_SEED,
    CellUse,
    Epoch,
    Learning,
    MetricNote,
    Recipe,
    Result,
    Surroundings,
    TimeRow,
)
from tests.builders.records import COST, learning_trial

BUDGET = 20
RECIPE = Recipe(epochs=BUDGET, parameters=1000)
TUNED = msgspec.structs.replace(
    RECIPE, tune=True, learning_rates=(0.001, 0.01, 0.1), tuning_seeds=2
)


def learned(
    name: str,
    seed: int,
    epochs: int | None = None,
    test: float = 0.5,
    *,
    direction: str = "lower",
    trivial: float = 1.0,
    target: float | None = 0.1,
    best: int = 2,
    parameters: int = 1000,
    **trial: object,
) -> Result:
    """A result of a trial that ran: solved after so many epochs (None: never), with this test
    score."""
    record = Learning(
        metrics=(MetricNote("mse", "", direction),),  # type: ignore[arg-type]
        target=target,
        hidden_size=10,
        parameters=parameters,
        off_budget=parameters / RECIPE.parameters - 1,
        state_floats=10,
        epochs_run=2,
        steps_per_epoch=5,
        curve=(Epoch(1, 5, 0.5, {"mse": 0.6}), Epoch(2, 10, 0.4, {"mse": test})),
        chosen_epoch=best,
        test={"mse": test},
        trivial={"mse": trivial},
        trivial_forecast="always one",
        epochs_to_target=epochs,
        absent={} if target is not None else {"epochs_to_target": "the task has no target"},
    )
    one = learning_trial(**{"cell": CellUse(name=name), "seed": seed, "recipe": RECIPE, **trial})
    return msgspec.structs.replace(without_run(one, "ok", ""), learning=record)


def epochs_by_seed(cells: Mapping[str, Iterable[int | None]], **settings: Any) -> list[Result]:
    """Results of cells that reach the target after these epochs, one for each seed from 0 on."""
    results = []
    for cell, of_seeds in cells.items():
        results += [learned(cell, seed, epochs, **settings) for seed, epochs in enumerate(of_seeds)]
    return results


def scores_by_seed(cells: Mapping[str, Iterable[float]], **settings: Any) -> list[Result]:
    """Results of cells that never reach the target, with these test scores, one for each seed."""
    results = []
    for cell, of_seeds in cells.items():
        results += [
            learned(cell, seed, None, test, **settings) for seed, test in enumerate(of_seeds)
        ]
    return results


def noisy(seeds: int, ratio: float = 1.25, cells: str = "ab", **trial: object) -> list[Result]:
    """Cells of which each needs so many times the epochs of the one before, typically."""
    rng = np.random.default_rng(5)
    drawn = 100 * np.exp(rng.normal(0, 0.25, size=(60, len(cells))))
    recipe = Recipe(epochs=2000)
    epochs = {}
    for place, cell in enumerate(cells):
        of_seeds = np.round(drawn[:seeds, place] * ratio**place)
        epochs[cell] = of_seeds.astype(int).tolist()
    return epochs_by_seed(epochs, test=0.001, **{"recipe": recipe, **trial})


def searched(
    name: str, rate: float, seed: int, epochs: int | None = None, test: float = 0.5, **trial: object
) -> Result:
    """A result of a trial of the learning-rate search."""
    return learned(
        name,
        FIRST_TUNING_SEED + seed,
        epochs,
        test,
        phase="tuning",
        learning_rate=rate,
        **{"recipe": TUNED, **trial},  # type: ignore[arg-type]
    )


def only(results: Sequence[Result]) -> Condition:
    (condition,) = find(results).conditions
    return condition


def with_provenance(result: Result, **changes: object) -> Result:
    return msgspec.structs.replace(
        result, provenance=msgspec.structs.replace(result.provenance, **changes)
    )


def cost_result(replicate: int, seconds: float) -> Result:
    rows = tuple(
        TimeRow(
            row=row,
            kernel="k",
            parameters=9,
            cpu_seconds=(seconds * k, seconds * k, 9.0),
            wall_seconds=(seconds * k, seconds * k, 9.0),
            log_ratio_to_reference_cell=math.log(k),
            first_call_seconds=1.0,
        )
        for row, k in [("gru", 2.0), ("lstm", 1.0)]
    )
    trial = msgspec.structs.replace(COST, round=replicate)
    around = Surroundings(
        load=0.0, busy_cores=0.0, matrix_flops_per_second=1e9, copied_bytes_per_second=1e9
    )
    return msgspec.structs.replace(without_run(trial, "ok", ""), costs=rows, surroundings=around)


def rates_searched() -> list[Result]:
    """The search of one cell: three rates on two tuning seeds, of which the smallest is best."""
    trainings = product(TUNED.learning_rates, (0, 1))
    return [searched("a", rate, seed, 5, test=rate) for rate, seed in trainings]


def tuned_results(chosen: float = 0.01) -> list[Result]:
    """One cell, three rates on two tuning seeds, two evaluations at the chosen rate."""
    return [
        *rates_searched(),
        *(learned("a", seed, 4, recipe=TUNED, learning_rate=chosen) for seed in (0, 1)),
    ]
