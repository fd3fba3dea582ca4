"""Claims, and results that decide them."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from rnnbench.catalogue import Catalogue
from rnnbench.findings import find
from rnnbench.findings.claims.records import ClaimFinding
from rnnbench.plan import known, plan
from rnnbench.records import (
    CostTrial,
    Epoch,
    Learning,
    LearningTrial,
    Machine,
    MemoryRow,
    MetricNote,
    OperationsRow,
    Provenance,
    Result,
    Suite,
    TimeRow,
    Trial,
    trial_id,
)
from rnnbench.suite import Choices, check_suite

WHERE = Provenance(
    machine=Machine(processor="abacus", cores=2, memory_bytes=1, system="none"), versions={}
)
BUDGET = 30
Epochs = Callable[[str, int], int | None]
"""Of a cell at a seed; None where it does not get there."""


def suite(*claims: dict[str, Any], choices: Choices | None = None, **keys: Any) -> Suite:
    """A suite of these claims."""
    raw: dict[str, Any] = {
        "version": 1,
        "summary": "claims of a test",
        "seeds": 10,
        "recipe": {"tune": False, "epochs": BUDGET, "steps_per_epoch": 10},
        "claims": list(claims),
        **keys,
    }
    return check_suite(raw, "some.toml", Catalogue.present(), choices or Choices())


def claim(**reading: Any) -> dict[str, Any]:
    """A claim with one reading."""
    whole = {
        "cells": ["gru", "lstm"],
        "figure": "epochs",
        "at_most": 0.8,
        "shares": [1.0],
        **reading,
    }
    if "tasks" not in whole and "shapes" not in whole:
        whole["tasks"] = [{"name": "adding", "horizons": [20]}]
    bounds = [name for name in ("at_most", "at_least", "within", "beyond") if name in reading]
    if bounds and "at_most" not in bounds:
        del whole["at_most"]
    return {"name": "some-claim", "sentence": "One is quicker than the other.", "readings": [whole]}


def learned(trial: LearningTrial, epochs: int | None, score: float = 0.005) -> Result:
    """An evaluation that reaches its target after so many epochs."""
    metric = MetricNote("mse", "", "lower")
    curve = [0.005 if epochs and n >= epochs else 0.1 for n in range(1, BUDGET + 1)]
    learning = Learning(
        metrics=(metric,),
        target=0.01,
        hidden_size=8,
        parameters=100,
        state_floats=8,
        epochs_run=BUDGET,
        steps_per_epoch=10,
        curve=tuple(Epoch(n, 10 * n, value, {"mse": value}) for n, value in enumerate(curve, 1)),
        chosen_epoch=BUDGET,
        test={"mse": score},
        trivial={"mse": 1 / 6},
        trivial_forecast="the mean",
        epochs_to_target=epochs,
    )
    return Result(
        trial=trial, status="ok", provenance=WHERE, started="2026-01-01", learning=learning
    )


def run(whole: Suite, epochs: Epochs, *, costs: Mapping[str, float] | None = None) -> list[Result]:
    """Results of all that the planner hands out, cells called by their row."""
    index = {}
    results = []
    while trials := plan(whole, index, ()):
        for trial in trials:
            result = _result(trial, epochs, costs or {})
            index[trial_id(trial)] = known(result)
            results.append(result)
    return results


def _result(trial: Trial, epochs: Epochs, costs: Mapping[str, float]) -> Result:
    if isinstance(trial, LearningTrial):
        return learned(trial, epochs(trial.cell.row, trial.seed))
    return cost(trial, costs)


def cost(trial: CostTrial, costs: Mapping[str, float]) -> Result:
    """A replicate in which each cell takes its time, more or less."""
    noise = np.random.default_rng(trial.round)
    rows: list[Any] = []
    for cell in trial.cells:
        seconds = costs[cell.row] * np.exp(noise.normal(0, 0.01, trial.repeats))
        if trial.measurement == "operations":
            rows.append(
                OperationsRow(
                    row=cell.row, kernel="", parameters=int(costs[cell.row]), flops=7, form="own"
                )
            )
        elif trial.measurement == "peak-memory":
            peak = int(1e6 * seconds[0])
            rows.append(
                MemoryRow(
                    row=cell.row,
                    kernel="",
                    parameters=10,
                    parameter_bytes=40,
                    peak_bytes=peak,
                    meter="some",
                )
            )
        else:
            rows.append(
                TimeRow(
                    row=cell.row,
                    kernel="",
                    parameters=10,
                    cpu_seconds=tuple(seconds.tolist()),
                    wall_seconds=tuple(seconds.tolist()),
                    log_ratio_to_reference_cell=float(np.log(costs[cell.row])),
                    first_call_seconds=0.0,
                )
            )
    return Result(
        trial=trial, status="ok", provenance=WHERE, started="2026-01-01", costs=tuple(rows)
    )


def decide(
    whole: Suite, epochs: Epochs, *, costs: Mapping[str, float] | None = None
) -> ClaimFinding:
    """The verdict on the only claim."""
    return find(run(whole, epochs, costs=costs), whole.claims).claims[0]


def noisy(**centres: float) -> Epochs:
    """Epochs around a centre by cell, those of one seed alike."""

    def epochs(row: str, seed: int) -> int | None:
        luck = np.random.default_rng(seed).normal(0, 0.15) + np.random.default_rng(
            (seed, len(row))
        ).normal(0, 0.1)
        found = int(np.ceil(centres[row] * np.exp(luck)))
        return found if found < BUDGET else None

    return epochs
