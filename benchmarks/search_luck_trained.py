"""Two labels of one LSTM that differ in the start alone, trained for real: how often is one called
better?

The cell draws a number of its own from torch's generator before it makes its weights, which is all
that two labels differ in. Each pair is a suite: two labels on a small task, three rates, ten seeds.
At 5 %, one pair in twenty may be called different.

Run: python benchmarks/search_luck_trained.py FOLDER [pairs] [search]

search: "race" (by default) or "tuning-seeds", with one. What is in the folder is not trained again.
"""

import os
import subprocess
import sys
from pathlib import Path

from rnnbench.findings import Arm, find
from rnnbench.store import Store

PLUGIN = """
import rnnbench
import torch
from torch import nn


def build(inputs, hidden, start=0):
    torch.rand(start)
    return nn.LSTM(inputs, hidden, batch_first=True)


@rnnbench.hookimpl
def rnnbench_cells():
    summary = "an LSTM with a start of its own"
    return [rnnbench.CellSpec("started-lstm", build, summary, options={"start": 0})]
"""
SUITE = """
version = 1
summary = "Two labels of one LSTM."
cells = [
    {{ name = "started-lstm", label = "one", options = {{ start = {one} }} }},
    {{ name = "started-lstm", label = "other", options = {{ start = {other} }} }},
]
seeds = 10
[recipe]
parameters = 800
learning_rates = [0.003, 0.01, 0.03]
batch_size = 32
steps_per_epoch = 20
epochs = 40
validation_examples = 256
test_examples = 256
{search}
[[tasks]]
name = "adding"
horizons = [8]
"""


def main(folder: Path, pairs: int, search: str) -> None:
    """Train what is missing, and print the answer of each pair."""
    site = folder / "site"
    info = site / "started_lstm-1.0.dist-info"
    info.mkdir(parents=True, exist_ok=True)
    (site / "started_lstm.py").write_text(PLUGIN)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: started-lstm\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[rnnbench]\nstarted-lstm = started_lstm\n")
    keys = 'search = "race"' if search == "race" else "tuning_seeds = 1"
    decided = 0
    for pair in range(pairs):
        suite = folder / f"{search}-{pair}.toml"
        run = folder / f"{search}-{pair}"
        suite.write_text(SUITE.format(one=2 * pair, other=2 * pair + 1, search=keys))
        subprocess.run(
            [
                Path(sys.executable).with_name("rnnbench"),
                "run",
                "suite",
                suite,
                "-o",
                run,
                "--no-check",
            ],
            check=True,
            capture_output=True,
            env={**os.environ, "PYTHONPATH": str(site)},
        )
        (condition,) = find(Store(run).read()).conditions
        (comparison,) = condition.comparisons
        decided += comparison.answer in ("better", "worse")
        rates = ", ".join(f"{arm.row} {rates_of(arm)}" for arm in condition.arms)
        print(f"{pair}: {comparison.answer}, p = {comparison.p_value}, rates {rates}", flush=True)
    print(f"in {decided} of {pairs} pairs, one was called better")


def rates_of(arm: Arm) -> str:
    """The learning rates that the search left to an arm."""
    return "/".join(f"{rate:g}" for rate in arm.rates_left)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int((sys.argv[2:] or ["20"])[0]), (sys.argv[3:] or ["race"])[0])
