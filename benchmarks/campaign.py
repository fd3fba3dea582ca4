"""How does the driver grow with the number of trials? Whole runs, search included, of an executor
that returns at once. Run: python benchmarks/campaign.py [trials]"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import msgspec
import psutil

from rnnbench.campaign import ExecutorChoice, Progress, run_suite
from rnnbench.catalogue import Catalogue
from rnnbench.contracts import Executor, ExecutorContext, ExecutorSpec
from rnnbench.executors.running import without_run
from rnnbench.plan import count_trials
from rnnbench.records import (
    Epoch,
    Learning,
    LearningTrial,
    MetricNote,
    Result,
    Suite,
    Trial,
    trial_id,
)
from rnnbench.store import Store
from rnnbench.suite import check_suite

SEARCH = 5 * 2
CONDITIONS = 3 * 20


class AtOnce(Executor):
    """Every trial has its result when it is started; two at once."""

    def __init__(self, context: ExecutorContext) -> None:  # noqa: ARG002
        self._results: list[Result] = []

    @property
    def free(self) -> int:
        return 2 - len(self._results)

    @property
    def in_flight(self) -> frozenset[str]:
        return frozenset(trial_id(result.trial) for result in self._results)

    def start(self, trial: Trial) -> None:
        assert isinstance(trial, LearningTrial)
        self._results.append(
            msgspec.structs.replace(without_run(trial, "ok", ""), learning=figures(trial))
        )

    def wait(self, seconds: float) -> list[Result]:  # noqa: ARG002
        results = self._results
        self._results = []
        return results

    def close(self) -> None:
        self._results = []


def figures(trial: LearningTrial) -> Learning:
    """Figures of twenty epochs."""
    curve = tuple(
        Epoch(n, 100 * n, 0.1, {"mse": trial.learning_rate / n, "r2": 0.5}) for n in range(1, 21)
    )
    return Learning(
        metrics=(MetricNote("mse", "", "lower"), MetricNote("r2", "", "higher")),
        target=0.01,
        hidden_size=39,
        parameters=5000,
        state_floats=39,
        epochs_run=20,
        steps_per_epoch=100,
        curve=curve,
        chosen_epoch=20,
        test={"mse": 0.1, "r2": 0.5},
        trivial={"mse": 1 / 6, "r2": 0.0},
        trivial_forecast="always 1.0",
        epochs_to_target=None,
    )


def suite_of(trials: int, catalogue: Catalogue) -> Suite:
    """Three cells on twenty horizons: their searches, and as many seeds as make about so many
    trials."""
    raw = {
        "version": 1,
        "summary": "simulated",
        "cells": ["rnn", "gru", "lstm"],
        "seeds": max(1, trials // CONDITIONS - SEARCH),
        "tasks": [{"name": "adding", "horizons": list(range(10, 30))}],
    }
    return check_suite(raw, "simulated", catalogue)


def measure(trials: int) -> None:
    """A run from the beginning, one that finds everything done, and the memory of the driver on the
    way."""
    catalogue = Catalogue.load()
    suite = suite_of(trials, catalogue)
    place = ExecutorChoice(ExecutorSpec("at-once", AtOnce))
    process = psutil.Process()
    resident = {}

    def watch(progress: Progress, result: Result | None) -> None:
        tenth = 10 * progress.done // progress.total
        if result is not None and tenth not in resident:
            resident[tenth] = process.memory_info().rss / 2**20

    with TemporaryDirectory() as folder:
        store = Store(Path(folder) / "run")
        clock = perf_counter()
        run_suite(suite, catalogue, store, place, watch=watch)
        ran = perf_counter()
        run_suite(suite, catalogue, store, place, watch=lambda *_: None)
        resumed = perf_counter()
    growth = ", ".join(f"{resident[tenth]:.0f}" for tenth in sorted(resident))
    count = count_trials(suite)
    print(
        f"{count:>6} trials: run {ran - clock:.1f} s ({1e3 * (ran - clock) / count:.2f} ms a"
        " trial), all done already"
    )
    print(f"{'':>7}{resumed - ran:.2f} s; MiB of the driver at each tenth of the run: {growth}")


if __name__ == "__main__":
    numbers = [2_000, 20_000]
    if len(sys.argv) > 1:
        numbers = [int(sys.argv[1])]
    for trials in numbers:
        measure(trials)
