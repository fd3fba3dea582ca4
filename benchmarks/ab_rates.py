"""How often `rnnbench ab` is wrong: false alarms, and slower cells that it does not find.

    python benchmarks/ab_rates.py record FILE 200     # replicates of one environment against itself
    python benchmarks/ab_rates.py resample FILE...    # rulings drawn from them, as `ab` makes them
    python benchmarks/ab_rates.py real FOLDER 10      # rulings of the command itself

A recorded replicate is drawn as a whole. A slower cell is one whose logarithms of HEAD over BASE
are larger by that of 1.05 or 1.10.
"""

import json
import sys
from collections import Counter
from collections.abc import Sequence
from math import log
from pathlib import Path
from statistics import mean, median

import numpy as np
from msgspec.structs import replace

from rnnbench.ab import Environment, time_trials
from rnnbench.ab.replicate import Sides, measure
from rnnbench.catalogue import Catalogue
from rnnbench.compare import PRECISION
from rnnbench.compare.paired import log_ratio
from rnnbench.compare.paired_judging import judge_paired
from rnnbench.records import REFERENCE_ROW, GatePolicy
from rnnbench.suite import check_suite

CELLS = ["rnn", "gru", "lstm", "mingru"]
SUITE = {
    "version": 1,
    "summary": "Cells for rulings.",
    "cells": CELLS,
    "cost": {
        "measure": ["train-step-time"],
        "shapes": [{"steps": 50, "batch": 32, "hidden": 64, "inputs": 64}],
        "repeats": 20,
    },
}
RULINGS = 100
SLOWER = (1.0, 1.02, 1.05, 1.10)
MINUTES = 3.0
"""For one cell, as `ab` gives by default."""
TOLERANCE = GatePolicy().tolerance("time")


def record(file: Path, number: int) -> None:
    """Append replicates of this environment against itself to a file of JSON lines."""
    catalogue = Catalogue.present()
    (trial,) = time_trials(check_suite(dict(SUITE), "rates.toml", catalogue))
    environment = Environment("BASE", Path(sys.executable))
    (part,) = environment.describe((trial,))
    sides = Sides((environment, part.plugins), (environment, part.plugins))
    done = len(file.read_text().splitlines()) if file.exists() else 0
    for position in range(done, number):
        replicate = measure(replace(trial, round=position), sides)
        around = replicate.surroundings
        line = {
            "seconds": replicate.seconds,
            "busy_cores": around.busy_cores if around else None,
            "log_ratios": {row: log_ratio(pair) for row, pair in replicate.times.items()},
        }
        with file.open("a") as lines:
            lines.write(json.dumps(line) + "\n")


def resample(files: Sequence[Path]) -> None:
    """Print what rulings that are drawn from recorded replicates come to."""
    for file in files:
        replicates = [json.loads(line) for line in file.read_text().splitlines()]
        busy = [r["busy_cores"] for r in replicates if r["busy_cores"] is not None]
        print(f"{file.name}: {len(replicates)} replicates, {median(busy):.2f} cores busy (median)")
        for row in (*CELLS, REFERENCE_ROW):
            values = [r["log_ratios"][row] for r in replicates if row in r["log_ratios"]]
            if len(values) < len(replicates) / 2:
                continue
            print(f"  {row or 'torch LSTM'}: mean {mean(values):+.4f}, sd {np.std(values):.4f}")
            for slower in SLOWER:
                _print_rulings(replicates, row, slower)


def _print_rulings(replicates: Sequence[dict], row: str, slower: float) -> None:
    rng = np.random.default_rng(0)
    verdicts: Counter[str] = Counter()
    numbers = []
    seconds = []
    for _ in range(RULINGS):
        verdict, used, spent = _ruling(replicates, row, slower, rng)
        verdicts[verdict] += 1
        numbers.append(used)
        seconds.append(spent)
    print(
        f"    x{slower}: {dict(sorted(verdicts.items()))} of {RULINGS}; replicates"
        f" {median(numbers):.0f} (median), {max(numbers)} (most); minutes"
        f" {median(seconds) / 60:.1f}, {max(seconds) / 60:.1f}"
    )


def _ruling(
    replicates: Sequence[dict], row: str, slower: float, rng: np.random.Generator
) -> tuple[str, int, float]:
    """One ruling on one cell: verdict, replicates and seconds."""
    ratios: list[float] = []
    spent = 0.0
    while spent < 60 * MINUTES:
        drawn = replicates[rng.integers(len(replicates))]
        spent += drawn["seconds"]
        if row in drawn["log_ratios"]:
            ratios.append(drawn["log_ratios"][row] + log(slower))
        if not judge_paired(ratios, TOLERANCE, PRECISION).is_open:
            break
    return judge_paired(ratios, TOLERANCE, PRECISION).verdict, len(ratios), spent


COMMANDS = {"record": record, "resample": resample}


def main(command: str, *arguments: str) -> None:
    """Run a command of this script."""
    if command == "record":
        record(Path(arguments[0]), int(arguments[1]))
    elif command == "resample":
        resample([Path(argument) for argument in arguments])


if __name__ == "__main__":
    main(*sys.argv[1:])
