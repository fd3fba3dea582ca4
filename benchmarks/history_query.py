"""How long does a question to a history of 100,000 results take?

Run: python benchmarks/history_query.py [--results 100000] [--turns 7] [--keep FILE]

A run is that of `tests/baseline/smoke` with twelve seeds and eight replicates; each commit has one.
Values of times and peaks differ from commit to commit, counts and last bits move every 200 commits.
"""

import argparse
import subprocess
import sys
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

import numpy as np
from msgspec.structs import replace

from rnnbench.history import Checkout, Commit, History, Measured, add, summaries, values_of_run
from rnnbench.records import LearningTrial, Result
from rnnbench.store import Store

BASELINE = Path(__file__).parents[1] / "tests" / "baseline" / "smoke"
SEEDS = 12
REPLICATES = 8
MOVES = 200
QUERIES = {
    "all steps and newest values": ("show",),
    "as JSON": ("show", "--json"),
    "one cell": ("show", "--cell", "gru"),
    "since a commit": ("show", "--since", "{since}"),
    "every figure": ("show", "--all"),
}


def run_of_a_commit() -> list[Result]:
    """The baseline with more seeds and replicates."""
    results = []
    for result in Store(BASELINE).read():
        trial = result.trial
        if isinstance(trial, LearningTrial):
            if trial.seed == 0:
                trials = [replace(trial, seed=seed) for seed in range(SEEDS)]
                results += [replace(result, trial=one) for one in trials]
        else:
            rounds = [replace(trial, round=number) for number in range(REPLICATES)]
            results += [replace(result, trial=one) for one in rounds]
    return results


def at_commit(values: tuple[Measured, ...], number: int, name: str) -> list[Measured]:
    """The values of a run, as another commit may have them."""
    rng = np.random.default_rng(number)
    noise = np.exp(rng.normal(0, 0.01, len(values)))
    level = 1 + 0.05 * (number // MOVES)
    changed = []
    for value, factor in zip(values, noise, strict=True):
        measured = value.value
        if isinstance(measured, float):
            noisy = value.series.kind in ("time", "noisy")
            measured *= level * (float(factor) if noisy else 1.0)
        elif isinstance(measured, int) and value.series.kind == "memory":
            measured = int(measured * level * factor)
        changed.append(replace(value, commit=name, started=float(number), value=measured))
    return changed


def fill(path: Path, results: int) -> str:
    """Write a history of so many results; return what it holds."""
    run = run_of_a_commit()
    values = values_of_run(run, Checkout(path.parent), "0" * 12).measured
    commits = -(-results // len(run))
    started = perf_counter()
    with History(path, new=True) as history:
        for number in range(commits):
            name = f"{number:012x}"
            commit = Commit(hash=name, time=1_700_000_000 + 3600 * number, depth=number + 1)
            add(history, at_commit(values, number, name), [commit])
        written = perf_counter()
        summaries(history)
        summarised = perf_counter()
        (rows,) = history.connection.execute("SELECT count(*) FROM measurements").fetchone()
        series = len(history.series())
    return (
        f"{commits * len(run):,} results of {commits:,} commits: {rows:,} values of {series}"
        f" series, {path.stat().st_size / 2**20:.0f} MiB; written in {written - started:.0f} s,"
        f" all steps found in {summarised - written:.1f} s"
    )


def time_of(arguments: tuple[str, ...], path: Path, turns: int) -> list[float]:
    """The seconds that a command takes from its start to its end, by turn."""
    command = [sys.executable, "-m", "rnnbench", "history", *arguments, "--file", str(path)]
    seconds = []
    for _ in range(turns):
        started = perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=path.parent)
        seconds.append(perf_counter() - started)
    return seconds


def main() -> None:
    """Print how long each question takes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--results", type=int, default=100_000)
    parser.add_argument("--turns", type=int, default=7)
    parser.add_argument("--keep", type=Path)
    chosen = parser.parse_args()
    with TemporaryDirectory() as folder:
        path = (chosen.keep or Path(folder) / "history.sqlite").resolve()
        if not path.exists():
            print(fill(path, chosen.results), flush=True)
        with History(path) as history:
            since = history.commits()[-50].hash
        for name, arguments in QUERIES.items():
            typed = tuple(argument.format(since=since) for argument in arguments)
            seconds = time_of(typed, path, chosen.turns)
            print(
                f"{name}: median {median(seconds):.2f} s, {min(seconds):.2f} to"
                f" {max(seconds):.2f} (n = {len(seconds)})",
                flush=True,
            )


if __name__ == "__main__":
    main()
