"""How much faster are two trials at once than one, and what does a trial cost beyond its training?
200 tiny trials, one thread each, through the whole campaign; -j 1 and -j 2 in turns. Run: python
benchmarks/pool.py [rounds]"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import numpy as np

from rnnbench.campaign import ExecutorChoice, run_suite
from rnnbench.catalogue import Catalogue
from rnnbench.records import Suite
from rnnbench.store import Store
from rnnbench.suite import check_suite

TRIALS = 200
RAW = {
    "version": 1,
    "summary": "tiny trials",
    "cells": ["rnn", "gru"],
    "seeds": TRIALS // 2,
    "recipe": {
        "tune": False,
        "parameters": 2000,
        "epochs": 2,
        "steps_per_epoch": 50,
        "validation_examples": 64,
    },
    "tasks": [{"name": "adding", "horizons": [10]}],
}


def once(suite: Suite, catalogue: Catalogue, jobs: int) -> tuple[float, float]:
    """Wall seconds of the run, and seconds that its trials spent in training and evaluating."""
    with TemporaryDirectory() as folder:
        store = Store(Path(folder) / "run")
        started = perf_counter()
        place = ExecutorChoice(
            catalogue.executors["local"].item, catalogue.executors["local"].item.options, jobs
        )
        run_suite(suite, catalogue, store, place, watch=lambda *_: None)
        wall = perf_counter() - started
        return wall, sum(
            result.seconds.training + result.seconds.evaluating for result in store.read()
        )


if __name__ == "__main__":
    catalogue = Catalogue.load()
    suite = check_suite(RAW, "tiny", catalogue)
    walls: dict[int, list[float]] = {1: [], 2: []}
    overheads: dict[int, list[float]] = {1: [], 2: []}
    once(suite, catalogue, 2)  # the forkserver starts and stays
    turns = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    for turn in range(turns):
        order = (1, 2) if turn % 2 == 0 else (2, 1)
        for jobs in order:
            wall, training = once(suite, catalogue, jobs)
            walls[jobs].append(wall)
            overheads[jobs].append((wall * jobs - training) / TRIALS)
    for jobs in walls:
        wall = np.median(walls[jobs])
        overhead = np.median(overheads[jobs])
        print(
            f"-j {jobs}: {TRIALS} trials in {wall:.1f} s, {overhead:.3f} s each beyond training, n"
            f" = {len(walls[jobs])}"
        )
    ratios = [one / two for one, two in zip(walls[1], walls[2], strict=True)]
    print(f"speed-up {np.median(ratios):.2f} [{min(ratios):.2f} to {max(ratios):.2f}]")
