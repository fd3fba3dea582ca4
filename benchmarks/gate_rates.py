"""How often `rnnbench gate` is wrong about counts, last bits, memory and learning mistakes.

    python benchmarks/gate_rates.py record FOLDER 11   # so many runs of one commit
    python benchmarks/gate_rates.py empty FOLDER       # empty commits: real and resampled ones
    python benchmarks/gate_rates.py larger FOLDER      # larger memory and more instructions
    python benchmarks/gate_rates.py kept FOLDER 10     # a cell that really keeps more memory
    python benchmarks/gate_rates.py mistakes FOLDER    # mistakes in the code of an LSTM, trained

A resampled run has each replicate of a cost measurement drawn from those of all recorded runs.
"""

import os
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from itertools import chain, pairwise
from pathlib import Path

import numpy as np
from msgspec.structs import replace

from rnnbench.compare import Ruling, Run, compare, rule
from rnnbench.records import CostTrial, InstructionsRow, MemoryRow, Result, trial_id
from rnnbench.store import Store

KINDS = ("exact", "deterministic", "memory", "instructions")
EMPTY_COMMITS = 100
LARGER_COMMITS = 100
REPETITIONS = (3, 4, 8, 16)
"""Of memory; 3 is what a suite has by default."""
SUITE = """
version = 1
summary = "What a gate judges, in a minute."
cells = ["rnn", "gru", "lstm", "mingru"]
seeds = 1

[recipe]
tune = false
match = "hidden"
hidden_size = 16
steps_per_epoch = 10
epochs = 2

[[tasks]]
name = "adding"
horizons = [10]

[cost]
measure = ["operations", "peak-memory"]
shapes = [{ steps = 50, batch = 32, hidden = 64, inputs = 64 }]
replicates = 4
memory_replicates = 4
"""
COUNTED = """
version = 1
summary = "Instructions of training steps."
cells = ["rnn", "gru"]

[cost]
measure = ["instructions"]
shapes = [{ steps = 20, batch = 8, hidden = 32, inputs = 32 }]
replicates = 1
limit_seconds = 1_800
"""
MOST_COUNTED = 2
"""Valgrind takes minutes to start torch."""
PLUGIN = '''
import os

import rnnbench
import torch
from torch import nn

MISTAKE = os.environ.get("RATES_MISTAKE", "")
KEPT_BYTES = int(os.environ.get("RATES_KEPT_BYTES", "0"))


class OwnLSTM(nn.Module):
    """An LSTM with a forget bias of 1, or with a mistake."""

    def __init__(self, inputs, hidden):
        super().__init__()
        self.hidden = hidden
        self.x = nn.Linear(inputs, 4 * hidden)
        self.h = nn.Linear(hidden, 4 * hidden, bias=False)
        if MISTAKE != "forget bias off":
            with torch.no_grad():
                self.x.bias[hidden : 2 * hidden] += 1.0

    def param_groups(self):
        scale = 0.5 if MISTAKE == "learning rate halved" else 1.0
        return [rnnbench.ParameterGroup(list(self.parameters()), scale)]

    def forward(self, x_BTI, state=None):
        if state is None:
            zeros = x_BTI.new_zeros(x_BTI.shape[0], self.hidden)
            state = (zeros, zeros)
        h, c = state
        if KEPT_BYTES:
            self.kept = x_BTI.new_zeros(KEPT_BYTES // 4)
        outputs = []
        for x_BI in x_BTI.unbind(1):
            i, f, g, o = (self.x(x_BI) + self.h(h)).chunk(4, -1)
            if MISTAKE == "gate detached":
                f = f.detach()
            c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
            h = torch.sigmoid(o) * torch.tanh(c)
            outputs.append(h)
        return torch.stack(outputs, 1), (h, c)


@rnnbench.hookimpl
def rnnbench_cells():
    return [rnnbench.CellSpec("own-lstm", OwnLSTM, "an LSTM with a switch for mistakes")]
'''
MISTAKES = ("forget bias off", "gate detached", "learning rate halved")
TRAINED = """
version = 1
summary = "An LSTM that may have a mistake."
cells = ["own-lstm"]
seeds = 10

[recipe]
tune = false
match = "hidden"
hidden_size = 32
learning_rate = 0.01
steps_per_epoch = 50
epochs = 15

[[tasks]]
name = "adding"
horizons = [10]
"""


REMEMBERED = """
version = 1
summary = "An LSTM that may keep more memory than it needs."
cells = ["own-lstm"]

[cost]
measure = ["peak-memory"]
shapes = [{ steps = 50, batch = 32, hidden = 64, inputs = 64 }]
replicates = 4
memory_replicates = 4
"""
KEPT_SHARE = 0.05


def run(suite: str, folder: Path, variables: dict[str, str] | None = None) -> None:
    """Run a suite into a folder, in this environment."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    file = folder.parent / "rates.toml"
    file.write_text(suite)
    command = [sys.executable, "-m", "rnnbench", "run", "suite", str(file), "-o", str(folder)]
    environment = {**os.environ, **(variables or {})}
    done = subprocess.run(
        [*command, "--no-check", "--jobs", "1"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(done.stdout + done.stderr)


def record(folder: Path, number: int) -> None:
    """Run the suite so many times, as so many commits that changed nothing."""
    for position in range(number):
        run(SUITE, folder / f"run-{position}")
        if position < MOST_COUNTED:
            run(COUNTED, folder / f"counted-{position}")


def read(folder: Path) -> tuple[Result, ...]:
    """Return the results of a run."""
    return tuple(Store(folder).read())


def ruled(base: Iterable[Result], head: Iterable[Result], kinds: Sequence[str] = KINDS) -> Ruling:
    """Rule as the command does."""
    comparison = compare(
        Run(folder="base", results=tuple(base)), Run(folder="head", results=tuple(head))
    )
    return rule(comparison, kinds)  # type: ignore[arg-type]


def recorded(folder: Path) -> list[tuple[Result, ...]]:
    """Return the results of each commit: of its run, and of its counts."""
    numbers = range(len(list(folder.glob("run-*"))))
    return [
        (*read(folder / f"run-{n}"), *read(folder / f"counted-{n % MOST_COUNTED}")) for n in numbers
    ]


def resampled(
    runs: Sequence[tuple[Result, ...]], rng: np.random.Generator, repetitions: int = 4
) -> list[Result]:
    """Draw a run: replicates of measurements from those of all runs, the rest from one run."""
    pool: dict[str, list[Result]] = defaultdict(list)
    for result in chain.from_iterable(runs):
        if isinstance(result.trial, CostTrial):
            pool[trial_id(replace(result.trial, round=0))].append(result)
    learned = [r for r in runs[rng.integers(len(runs))] if not isinstance(r.trial, CostTrial)]
    drawn = list(learned)
    for alike in pool.values():
        several = isinstance(alike[0].costs[0], MemoryRow)
        for number in range(repetitions if several else 1):
            result = alike[rng.integers(len(alike))]
            drawn.append(replace(result, trial=replace(result.trial, round=number)))
    return [replace(result, started=f"drawn {rng.integers(2**62)}") for result in drawn]


def empty(folder: Path) -> None:
    """Print how empty commits are ruled."""
    runs = recorded(folder)
    real = [ruled(before, after) for before, after in pairwise(runs)]
    _print("real empty commits", real)
    rng = np.random.default_rng(0)
    for number in REPETITIONS:
        drawn = [
            ruled(resampled(runs, rng, number), resampled(runs, rng, number))
            for _ in range(EMPTY_COMMITS)
        ]
        _print(f"resampled empty commits, {number} repetitions of memory", drawn)


def larger(folder: Path) -> None:
    """Print how runs are ruled whose memory is larger, or whose instructions are more."""
    runs = recorded(folder)
    rng = np.random.default_rng(1)
    for names, kind, share in (
        (("saved_bytes",), MemoryRow, 0.02),
        (("allocated_bytes",), MemoryRow, 0.02),
        (("peak_bytes",), MemoryRow, 0.05),
        (("peak_bytes", "peak_allocated_bytes"), MemoryRow, 0.05),
        (("instructions",), InstructionsRow, 0.01),
    ):
        for number in REPETITIONS:
            rulings = []
            for _ in range(LARGER_COMMITS):
                head = resampled(runs, rng, number)
                larger_head = [_larger(result, names, kind, share) for result in head]
                rulings.append(ruled(resampled(runs, rng, number), larger_head))
            what = " and ".join(names)
            _print(f"{what} larger by {share:.0%} in every cell, {number} repetitions", rulings)
            cells: Counter[str] = Counter()
            for ruling in rulings:
                cells.update({change.row for change in ruling.worse})
            print(f"    found by cell, of {len(rulings)}: {dict(sorted(cells.items()))}")


def _larger(result: Result, names: Sequence[str], kind: type, share: float) -> Result:
    rows = []
    for row in result.costs:
        larger_row = row
        if isinstance(row, kind):
            changes = {name: round(getattr(row, name) * (1 + share)) for name in names}
            larger_row = replace(row, **changes)
        rows.append(larger_row)
    return replace(result, costs=tuple(rows))


def kept(folder: Path, number: int) -> None:
    """Measure so often an LSTM, and one that keeps a block more, and print how they are ruled."""
    site = _site(folder)

    def measured(position: int, kept_bytes: int) -> tuple[Result, ...]:
        place = folder / f"kept-{kept_bytes}-{position}"
        variables = {"PYTHONPATH": str(site), "RATES_KEPT_BYTES": str(kept_bytes)}
        run(REMEMBERED, place, variables)
        return read(place)

    base = [measured(position, 0) for position in range(number)]
    (row,) = base[0][0].costs
    assert isinstance(row, MemoryRow)
    assert row.peak_bytes
    more = round(KEPT_SHARE * row.peak_bytes)
    head = [measured(position, more) for position in range(number)]
    pairs = zip(base, head, strict=True)
    rulings = [ruled(before, after, ("memory",)) for before, after in pairs]
    _print(f"{more:,} bytes more of {row.peak_bytes:,}", rulings)
    worse = chain.from_iterable(ruling.worse for ruling in rulings)
    figures = Counter(change.figure for change in worse)
    print(f"    worse, by figure: {dict(figures)}")
    again = [ruled(before, after, ("memory",)) for before, after in pairwise(base)]
    _print("the same cell again", again)


def _site(folder: Path) -> Path:
    """Write the plugin, and return the folder from which it is imported."""
    site = folder / "site"
    info = site / "own_lstm-1.dist-info"
    info.mkdir(parents=True, exist_ok=True)
    (site / "own_lstm.py").write_text(PLUGIN)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: own-lstm\nVersion: 1\n")
    (info / "entry_points.txt").write_text("[rnnbench]\nown-lstm = own_lstm\n")
    return site


def mistakes(folder: Path) -> None:
    """Train an LSTM with each mistake, and print what each seed, and all of them, are ruled."""
    site = _site(folder)
    for mistake in ("", *MISTAKES, "nothing"):
        variables = {"PYTHONPATH": str(site), "RATES_MISTAKE": mistake}
        run(TRAINED, folder / (mistake or "right").replace(" ", "-"), variables)
    right = read(folder / "right")
    for mistake in (*MISTAKES, "nothing"):
        wrong = read(folder / mistake.replace(" ", "-"))
        by_seed = [
            ruled([before], [after], ("deterministic",))
            for before, after in zip(right, wrong, strict=True)
        ]
        _print(f"{mistake}, by last bits, one seed each", by_seed)
        ruling = ruled(right, wrong, ("learning",))
        print(f"    by learning, ten seeds: {ruling.verdict}. {ruling.sentence}")


def _print(what: str, rulings: Sequence[Ruling]) -> None:
    verdicts = Counter(ruling.verdict for ruling in rulings)
    print(f"{what}: {dict(sorted(verdicts.items()))} of {len(rulings)}; {rulings[0].compared}")


COMMANDS: dict[str, Callable[[Path], None]] = {
    "empty": empty,
    "larger": larger,
    "mistakes": mistakes,
}


def main(command: str, folder: str, *number: str) -> None:
    """Run a command of this script."""
    if command == "record":
        record(Path(folder), int(number[0]))
    elif command == "kept":
        kept(Path(folder), int(number[0]))
    else:
        COMMANDS[command](Path(folder))


if __name__ == "__main__":
    main(*sys.argv[1:])
