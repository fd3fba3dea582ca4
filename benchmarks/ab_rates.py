"""How often `rnnbench ab` is wrong: false alarms, and slower cells that it does not find.

    python benchmarks/ab_rates.py record FILE 200     # replicates of one environment against itself
    python benchmarks/ab_rates.py resample FILE...    # rulings drawn from them, as `ab` makes them
    python benchmarks/ab_rates.py alone SHARE FILE    # as if each cell had been measured alone
    python benchmarks/ab_rates.py real FOLDER 10      # rulings of the command itself

A recorded replicate is drawn as a whole, either each by itself, or as stretches of what was
recorded one after the other, so that a disturbance that lasts stays one. A slower cell is one whose
logarithms of HEAD over BASE are larger by that of 1.05 or 1.10. A cell that is measured alone has
the minutes of one cell, and its replicates take a share of the seconds of all cells together.
"""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import count
from math import log
from pathlib import Path
from statistics import mean, median
from time import thread_time
from typing import Any

import numpy as np
import torch
from msgspec.structs import replace

from rnnbench.ab import MINUTES_A_CELL, Environment, has_time, likely_seconds, time_trials
from rnnbench.ab.replicate import measure
from rnnbench.ab.sides import SideOfTrial, Sides
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
REAL = (1.0, 1.05, 1.10)
UNITS = 400
REAL_SUITE = """
version = 1
summary = "A cell that does some more work."
cells = ["works"]

[cost]
measure = ["train-step-time"]
shapes = [{ steps = 50, batch = 32, hidden = 64, inputs = 64 }]
"""
PLUGIN = """
import rnnbench
import torch
from torch import nn


class Works(nn.GRU):
    units = {units}

    def __init__(self, inputs, hidden):
        super().__init__(inputs, hidden, batch_first=True)
        self.register_buffer("block", torch.randn(64, 64), persistent=False)

    def forward(self, x_BTI, state=None):
        with torch.no_grad():
            for _ in range(self.units):
                self.block @ self.block
        return super().forward(x_BTI, state)


@rnnbench.hookimpl
def rnnbench_cells():
    return [rnnbench.CellSpec("works", Works, "a GRU that does some work besides")]
"""
RULINGS = 100
SLOWER = (1.0, 1.02, 1.05, 1.10)
MINUTES = MINUTES_A_CELL * len(CELLS)
"""As `ab` gives by default, for all cells together."""
TOLERANCE = GatePolicy().tolerance("time")


def record(file: Path, number: int) -> None:
    """Append replicates of this environment against itself to a file of JSON lines."""
    catalogue = Catalogue.present()
    (trial,) = time_trials(check_suite(dict(SUITE), "rates.toml", catalogue), catalogue)
    environment = Environment("BASE", Path(sys.executable))
    (part,) = environment.describe((trial,))
    side = SideOfTrial(environment, part)
    sides = Sides(side, side)
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


def resample(files: Sequence[Path], minutes: float = MINUTES, share: float = 1.0) -> None:
    """Print what rulings that are drawn from recorded replicates come to.

    minutes: those of the command.
    share:   of its recorded seconds that a replicate takes.
    """
    for file in files:
        replicates = [json.loads(line) for line in file.read_text().splitlines()]
        for replicate in replicates:
            replicate["seconds"] *= share
        busy = [r["busy_cores"] for r in replicates if r["busy_cores"] is not None]
        print(f"{file.name}: {len(replicates)} replicates, {median(busy):.2f} cores busy (median)")
        for row in (*CELLS, REFERENCE_ROW):
            values = [r["log_ratios"][row] for r in replicates if row in r["log_ratios"]]
            if len(values) < len(replicates) / 2:
                continue
            print(f"  {row or 'torch LSTM'}: mean {mean(values):+.4f}, sd {np.std(values):.4f}")
            for drawing in (_singly, _in_stretches):
                for slower in SLOWER:
                    _print_rulings(replicates, row, slower, drawing, minutes)


Replicate = dict[str, Any]
Drawing = Callable[[Sequence[Replicate], np.random.Generator], Iterator[Replicate]]


def _singly(replicates: Sequence[Replicate], rng: np.random.Generator) -> Iterator[Replicate]:
    while True:
        yield replicates[rng.integers(len(replicates))]


def _in_stretches(replicates: Sequence[Replicate], rng: np.random.Generator) -> Iterator[Replicate]:
    start = rng.integers(len(replicates))
    for position in count(start):
        yield replicates[position % len(replicates)]


def _print_rulings(
    replicates: Sequence[Replicate], row: str, slower: float, drawing: Drawing, minutes: float
) -> None:
    rng = np.random.default_rng(0)
    verdicts: Counter[str] = Counter()
    numbers = []
    seconds = []
    for _ in range(RULINGS):
        verdict, used, spent = _ruling(drawing(replicates, rng), row, slower, minutes)
        verdicts[verdict] += 1
        numbers.append(used)
        seconds.append(spent)
    print(
        f"    x{slower}{drawing.__name__}: {dict(sorted(verdicts.items()))} of {RULINGS};"
        f" replicates {median(numbers):.0f} (median), {max(numbers)} (most);"
        f" minutes {median(seconds) / 60:.1f}, {max(seconds) / 60:.1f}"
    )


def _ruling(
    replicates: Iterator[Replicate], row: str, slower: float, minutes: float
) -> tuple[str, int, float]:
    """One ruling on one cell: verdict, replicates and seconds."""
    ratios: list[float] = []
    spent = 0.0
    taken: list[float] = []
    for drawn in replicates:
        spent += drawn["seconds"]
        taken.append(drawn["seconds"])
        if row in drawn["log_ratios"]:
            ratios.append(drawn["log_ratios"][row] + log(slower))
        ruling = judge_paired(ratios, TOLERANCE, PRECISION)
        if not ruling.is_open or not has_time(ruling, minutes, spent, likely_seconds(taken)):
            break
    return ruling.verdict, len(ratios), spent


def real(folder: Path, number: int) -> None:
    """Print what the command itself rules on cells that do so much more work, or no more."""
    for position in range(number):
        for slower in REAL:
            place = folder / f"x{slower}-{position}"
            if not (place / "ruling.json").exists():
                _rule_for_real(place, slower)
    for slower in REAL:
        rulings = [
            json.loads((folder / f"x{slower}-{position}" / "ruling.json").read_text())
            for position in range(number)
        ]
        verdicts = Counter(ruling["standing"] for ruling in rulings)
        seconds = [ruling["seconds"] for ruling in rulings]
        print(
            f"x{slower}: {dict(sorted(verdicts.items()))} of {number}; minutes"
            f" {median(seconds) / 60:.1f} (median), {max(seconds) / 60:.1f} (most)"
        )


def _rule_for_real(folder: Path, slower: float) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    suite = folder / "work.toml"
    suite.write_text(REAL_SUITE)
    more = _more_units(slower)
    base = _interpreter(folder / "base", 0)
    head = _interpreter(folder / "head", more)
    command = [sys.executable, "-P", "-m", "rnnbench", "ab", str(suite), "--json"]
    command += ["--base", str(base), "--head", str(head), "-o", str(folder / "ab")]
    environment = {**os.environ, "PYTHONPATH": str(folder / "base")}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    ruling = json.loads(done.stdout)
    replicates = (folder / "ab" / "replicates").glob("*.json")
    ruling["seconds"] = sum(json.loads(file.read_text())["seconds"] for file in replicates)
    (folder / "ruling.json").write_text(json.dumps(ruling))


def _interpreter(site: Path, more: int) -> Path:
    """Write a plugin whose cell does so many units of work more, and a Python that has it."""
    info = site / "works-1.dist-info"
    info.mkdir(parents=True, exist_ok=True)
    (site / "works.py").write_text(PLUGIN.format(units=UNITS + more))
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: works\nVersion: 1\n")
    (info / "entry_points.txt").write_text("[rnnbench]\nworks = works\n")
    file = site / "python"
    file.write_text(f'#!/bin/sh\nexec env PYTHONPATH={site} {sys.executable} "$@"\n')
    file.chmod(0o755)
    return file


@cache
def _rest_in_units() -> float:
    """How much a training step takes besides the units of work, in units; by the least times."""
    torch.set_num_threads(1)
    namespace: dict[str, type] = {}
    exec(PLUGIN.format(units=0).partition("@rnnbench")[0], namespace)
    times = {}
    for units in (0, UNITS):
        namespace["Works"].units = units  # type: ignore[attr-defined]
        layer = namespace["Works"](64, 64)
        optimiser = torch.optim.Adam(layer.parameters())
        x_BTI = torch.randn(32, 50, 64)
        taken = []
        for _ in range(200):
            started = thread_time()
            optimiser.zero_grad()
            y_BTH, _ = layer(x_BTI)
            (y_BTH * y_BTH).mean().backward()
            optimiser.step()
            taken.append(thread_time() - started)
        times[units] = sorted(taken)[len(taken) // 10]
    return UNITS * times[0] / (times[UNITS] - times[0])


def _more_units(slower: float) -> int:
    return round((slower - 1) * (UNITS + _rest_in_units()))


def main(command: str, *arguments: str) -> None:
    """Run a command of this script."""
    if command == "record":
        record(Path(arguments[0]), int(arguments[1]))
    elif command == "resample":
        resample([Path(argument) for argument in arguments])
    elif command == "alone":
        resample([Path(arguments[1])], MINUTES_A_CELL, float(arguments[0]))
    elif command == "real":
        real(Path(arguments[0]), int(arguments[1]))


if __name__ == "__main__":
    main(*sys.argv[1:])
