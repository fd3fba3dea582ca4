"""Can cost figures be believed? The same cell twice under two labels, and a difference that is
known, in comparisons of half a minute, quiet or beside a competing load.

Run: python benchmarks/cost_trust.py FILE CELL STEPS [--runs 20] [--seconds 30] [--load]
     python benchmarks/cost_trust.py FILE...      (what the files say)

A comparison measures CELL over 100 steps (A) against STEPS (B) in as many replicates as fit into
its seconds, at least eight; each is a line of FILE, so that a run that is cut short goes on where
it was. Over all replicates of a file the true ratio is known more precisely than any comparison
knows it; with 100 steps it is 1.
"""

import argparse
import json
import multiprocessing
import os
import sys
import tempfile
from itertools import count
from pathlib import Path
from time import perf_counter

import numpy as np
from scipy import stats

from rnnbench.executors.local import LocalPool
from rnnbench.findings import INTERVAL_REPLICATES
from rnnbench.findings.stats.estimates import ratio
from rnnbench.records import CellUse, CostTrial, Result, Shape, TimeRow

REPEATS = 30
FULL = 120
RESAMPLED = 200
PLUGIN = """
import rnnbench
from torch import nn

class Cut(nn.Module):
    def __init__(self, inputs, hidden, cell="GRU", steps=100):
        super().__init__()
        self.cell = getattr(nn, cell)(inputs, hidden, batch_first=True)
        self.steps = steps

    def forward(self, x, state=None):
        return self.cell(x[:, : self.steps].contiguous(), state)

@rnnbench.hookimpl
def rnnbench_cells():
    return [rnnbench.CellSpec("cut", Cut, "this benchmark", options={"cell": "GRU", "steps": 100})]
"""


def install(folder: Path) -> None:
    """A plugin whose cell looks at the first steps of its inputs alone."""
    (folder / "cut_plugin.py").write_text(PLUGIN)
    info = folder / "cut_plugin-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: cut-plugin\nVersion: 1\n")
    (info / "entry_points.txt").write_text("[rnnbench]\ncut = cut_plugin\n")
    os.environ["PYTHONPATH"] = os.pathsep.join([str(folder), os.environ.get("PYTHONPATH", "")])
    sys.path.insert(0, str(folder))


def burn(parent: int) -> None:
    """A competitor that wants a core and its caches, as long as its parent lives."""
    block = np.random.default_rng(0).standard_normal((400, 400))
    while os.getppid() == parent:
        block = np.tanh(block @ block / 400)


def replicate(pool: LocalPool, cell: str, steps: int, number: int) -> float:
    """Log of B over A in one process."""
    uses = tuple(
        CellUse(name="cut", options={"cell": cell, "steps": length}, label=label)
        for label, length in (("A", 100), ("B", steps))
    )
    pool.start(
        CostTrial(
            suite="trust",
            suite_version=1,
            cells=uses,
            measurement="train-step-time",
            shape=Shape(steps=FULL),
            repeats=REPEATS,
            round=number,
        )
    )
    results: list[Result] = []
    while not results:
        results = pool.wait(1.0)
    rows = {
        row.row: np.log(row.cpu_seconds) for row in results[0].costs if isinstance(row, TimeRow)
    }
    return float(np.median(rows["B"] - rows["A"]))


def compare(
    pool: LocalPool, cell: str, steps: int, seconds: float, number: int
) -> dict[str, object]:
    """One comparison."""
    begun = perf_counter()
    logs = []
    for turn in count():
        logs.append(replicate(pool, cell, steps, 1000 * number + turn))
        spent = perf_counter() - begun
        if len(logs) >= INTERVAL_REPLICATES and spent + spent / len(logs) > seconds:
            return {"cell": cell, "steps": steps, "seconds": round(spent, 1), "logs": logs}
    raise AssertionError


def read(path: Path) -> list[dict]:
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text().splitlines()]


def summary(path: Path) -> str:
    """A row of a table: what the comparisons of a file say."""
    runs = read(path)
    everything = np.concatenate([run["logs"] for run in runs])
    found = [ratio(run["logs"]) for run in runs]
    truth = ratio(everything)
    apart = sum(not r.low <= 1 <= r.high for r in found)
    missed = sum(not r.low <= truth.centre <= r.high for r in found)
    half = np.median([(r.high / r.low) ** 0.5 - 1 for r in found])
    rng = np.random.default_rng(0)
    size = int(np.median([len(run["logs"]) for run in runs]))
    again = [ratio(rng.choice(everything, size, replace=False)) for _ in range(RESAMPLED)]
    resampled = sum(not r.low <= 1 <= r.high for r in again)
    tolerated = (
        int(stats.binom.ppf(0.95, len(runs), 0.05)),
        int(stats.binom.ppf(0.95, RESAMPLED, 0.05)),
    )
    true = f"{truth.centre:.4f} [{truth.low:.4f} to {truth.high:.4f}]"
    what = f"{path.stem} | {runs[0]['cell']} {runs[0]['steps']} over 100 | {len(runs)} x {size}"
    counts = (
        f"{apart} of {len(runs)} | {resampled} of {RESAMPLED} | {missed} of {len(runs)} |"
        f" {tolerated}"
    )
    seconds = np.median([run["seconds"] for run in runs])
    return f"| {what} | {seconds:.0f} | {true} | ±{half:.1%} | {counts} |"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("files", nargs="+")
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--load", action="store_true")
    given = parser.parse_args()
    if len(given.files) != 3 or not given.files[2].isdigit():
        heads = [
            "file",
            "",
            "comparisons x replicates",
            "seconds",
            "over all",
            "half width",
            "not 1",
        ]
        heads += ["not 1, resampled", "truth missed", "tolerated at 5 %"]
        print(f"| {' | '.join(heads)} |")
        print("|---" * len(heads) + "|")
        for file in given.files:
            print(summary(Path(file)))
        return
    path = Path(given.files[0])
    cell = given.files[1]
    steps = int(given.files[2])
    competitor = multiprocessing.get_context("spawn").Process(
        target=burn, args=(os.getpid(),), daemon=True
    )
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    if given.load:
        competitor.start()
    with tempfile.TemporaryDirectory() as folder:
        install(Path(folder))
        with LocalPool(jobs=1) as pool:
            for number in range(len(read(path)), given.runs):
                run = compare(pool, cell, steps, given.seconds, number)
                with path.open("a") as lines:
                    lines.write(json.dumps(run) + "\n")
    print(summary(path))


if __name__ == "__main__":
    main()
