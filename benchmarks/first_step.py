"""How long does a run take to start and to end? Nine small trials, two at once, beside a plain
script that trains the same models one after the other, in turns. Run: python
benchmarks/first_step.py [rounds] [interpreter of another version, to be measured in turns too]"""

import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import time

import numpy as np

SUITE = """
version = 1
summary = "Nine adding trials."
cells = ["rnn", "gru", "lstm"]
seeds = 3

[[tasks]]
name = "adding"
dials = { horizon = 49 }

[recipe]
tune = false
hidden_size = 64
batch_size = 32
learning_rate = 0.001
epochs = 3
steps_per_epoch = 100
"""
RUN = """
import atexit, sys
from time import time
from rnnbench.executors.channel import Channel
from rnnbench.cli.ending import run_to_the_end

points = {}
receive = Channel.receive

def receive_and_note(channel):
    messages = receive(channel)
    for message in messages or []:
        kind = type(message).__name__
        if kind == "Ended":
            points["last result"] = time()
        elif kind == "Started":
            points.setdefault("first trial", time())
        elif kind == "Ready":
            points.setdefault("server ready", time())
    return messages

def note_and_print():
    points["end"] = time()
    for name, seconds in points.items():
        print(f"point {name}={seconds!r}", file=sys.__stderr__, flush=True)

Channel.receive = receive_and_note
atexit.register(note_and_print)
sys.argv = ["rnnbench", "run", "suite", "nine.toml", "-j", "2"]
run_to_the_end()
"""
PLAIN = """
import sys
from time import time
import torch
from torch import nn

torch.set_num_threads(1)
first = 0.0
for kind in (nn.RNN, nn.GRU, nn.LSTM):
    for seed in range(3):
        torch.manual_seed(seed)
        cell = kind(2, 64, batch_first=True)
        head = nn.Linear(64, 1)
        optimizer = torch.optim.Adam([*cell.parameters(), *head.parameters()], lr=0.001)
        for step in range(300):
            x = torch.rand(32, 49, 2)
            optimizer.zero_grad()
            loss = (head(cell(x)[0][:, -1]) - x[:, :1, 0]).square().mean()
            loss.backward()
            optimizer.step()
            first = first or time()
print(f"point first step={first!r}", file=sys.stderr)
print(f"point end={time()!r}", file=sys.stderr)
"""
POINTS = ("server ready", "first trial", "last result", "result to answers", "end")


def measure(interpreter: str, program: str) -> dict[str, float]:
    """Seconds from the start of a program to each of its points."""
    with TemporaryDirectory() as folder:
        Path(folder, "nine.toml").write_text(SUITE)
        started = time()
        with Path(folder, "errors").open("w+") as errors:
            process = subprocess.Popen(
                [interpreter, "-P", "-c", program],
                cwd=folder,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                env={**os.environ, "OMP_NUM_THREADS": "1"},
            )
            output = process.stdout or ()
            answers = [time() - started for _ in output]
            process.wait()
            errors.seek(0)
            lines = errors.read().splitlines()
    points = {"answers": answers[0]} if answers else {}
    for line in lines:
        if line.startswith("point "):
            name, _, moment = line.removeprefix("point ").partition("=")
            points[name] = float(moment) - started
    if "end" not in points:
        sys.exit(f"{interpreter}: no run ended: {lines[-1:]}")
    if "last result" in points:
        points["result to answers"] = points["answers"] - points["last result"]
    return points


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    versions = [(sys.executable, RUN), *((other, RUN) for other in sys.argv[2:])]
    programs = [*versions, (sys.executable, PLAIN)]
    measured: list[list[dict[str, float]]] = [[] for _ in programs]
    for number in range(rounds):
        order = range(len(programs)) if number % 2 == 0 else reversed(range(len(programs)))
        for position in order:
            measured[position].append(measure(*programs[position]))
    plain = measured[-1]
    print(f"load {os.getloadavg()[0]:.1f}, n = {rounds} in turns; seconds from typing, medians")
    for (interpreter, _), runs in zip(versions, measured, strict=False):
        print(interpreter)
        for point in POINTS:
            seconds = [run[point] for run in runs]
            print(
                f"  {point:<18} {np.median(seconds):6.2f} [{min(seconds):.2f} to"
                f" {max(seconds):.2f}]"
            )
        ratios = [run["end"] / script["end"] for run, script in zip(runs, plain, strict=True)]
        print(f"  end, ratio to the script: {np.median(ratios):.2f}")
    first = np.median([script["first step"] for script in plain])
    end = np.median([script["end"] for script in plain])
    print(f"plain script: first step {first:.2f}, end {end:.2f}")


if __name__ == "__main__":
    main()
