"""How many times the throughput of one trial at a time does `-j N` have on a machine of N cores?

    python benchmarks/wide.py [N] [seconds that a trial sleeps]

The cores of a wide machine are simulated: trials sleep while they would train, and compute a little
besides, so that N of them fit on fewer cores. What is measured is the driver, the server that forks
trials and the store. Runs of ten trials one at a time and of 10 N trials N at a time, in fresh
drivers; start and report are part of both.
"""

import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

SLEEPER = '''
"""A recurrent layer that sleeps in each training step."""
import time

import torch

import rnnbench


class Sleeper(torch.nn.RNN):
    def forward(self, x_BTI, state=None):
        time.sleep({seconds} / {steps} if self.training else 0)
        return super().forward(x_BTI, state)


@rnnbench.hookimpl
def rnnbench_cells():
    build = lambda input_size, hidden_size: Sleeper(input_size, hidden_size, batch_first=True)
    return [rnnbench.CellSpec("sleeper", build, source="a benchmark")]
'''
STEPS = 10
ROUNDS = 10
SUITE = """
version = 1
summary = "Trials that sleep."
cells = ["sleeper"]
seeds = {seeds}

[[tasks]]
name = "adding"
horizons = [10]

[recipe]
tune = false
match = "hidden"
hidden_size = 16
epochs = 2
steps_per_epoch = {half}
validation_examples = 64
test_examples = 64
stop_when_solved = false
"""
DRIVER = """
import resource, sys
from rnnbench.cli.main import cli

sys.argv = ["rnnbench", "run", "suite", "wide.toml", "-q", "--no-check", "-j", sys.argv[1]]
try:
    cli.main()
finally:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"driver {peak:.0f} MiB at its peak", file=sys.__stderr__)
"""


def make_plugin(folder: Path, seconds: float) -> None:
    """Put the plugin with the sleeping cell into a folder."""
    (folder / "sleeping.py").write_text(SLEEPER.format(seconds=seconds, steps=STEPS))
    info = folder / "sleeping-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: sleeping\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[rnnbench]\nsleeping = sleeping\n")


def throughput(place: Path, trials: int, jobs: int) -> float:
    """Return trials a second of a whole run, its start and report included."""
    run = place / f"of-{jobs}"
    run.mkdir()
    (run / "wide.toml").write_text(SUITE.format(seeds=trials, half=STEPS // 2))
    environment = {**os.environ, "PYTHONPATH": str(place), "OMP_NUM_THREADS": "1"}
    started = perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", DRIVER, str(jobs)],
        cwd=run,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    seconds = perf_counter() - started
    stored = len(list((run / "runs").glob("*/trials/*.json")))
    assert stored == trials, f"{stored} of {trials} trials are stored"
    print(f"-j {jobs}: {trials} trials in {seconds:.1f} s; {done.stderr.splitlines()[-1]}")
    return trials / seconds


def main(cores: int, seconds: float) -> None:
    """Print the throughput of both runs, and their ratio for each core."""
    with TemporaryDirectory() as folder:
        place = Path(folder)
        make_plugin(place, seconds)
        one = throughput(place, ROUNDS, 1)
        all_of_them = throughput(place, ROUNDS * cores, cores)
    print(f"-j {cores}: {all_of_them / one:.1f} times, {all_of_them / one / cores:.2f} a core")


if __name__ == "__main__":
    cores = int(sys.argv[1]) if len(sys.argv) > 1 else 16
    main(cores, float(sys.argv[2]) if len(sys.argv) > 2 else 10.0)
