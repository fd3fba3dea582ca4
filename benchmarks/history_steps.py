"""Are steps of a history found, at the right commit, and no others? Histories of synthetic commits
under the noise of recorded replicates.

Run: python benchmarks/history_steps.py [--histories 500] [--empty 1000] [--seed 0] [--keep FILE]

The noise of a history is that of one cell at one setting: the log-ratios to the reference cell of
its recorded replicates, less their mean (docs/claims-results.tar.xz). Each of 60 commits draws 8 of
them. Histories with steps have three, of 4, 8 and 15 %, in random order, five commits apart at
least. All go through a file and what `rnnbench history show` reads of it. The noise is that within
one session: what the machine adds from one day to another is not in these replicates.
"""

import argparse
import tarfile
from collections import Counter, defaultdict
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import numpy as np
from numpy.typing import NDArray

from rnnbench.history import (
    Checkout,
    Commit,
    Feed,
    History,
    Measured,
    Selection,
    Series,
    add,
    feed,
)
from rnnbench.records import CostTrial, Result, TimeRow

ARCHIVE = Path(__file__).parents[1] / "docs" / "claims-results.tar.xz"
COMMITS = 60
REPLICATES = 8
SIZES = (0.04, 0.08, 0.15)
APART = 5
NEAR = 1
Values = NDArray[np.float64]
Noise = dict[str, Values]


def recorded_noise() -> Noise:
    """The log-ratios of replicates by cell and setting, each less their mean."""
    ratios: dict[str, list[float]] = defaultdict(list)
    with tarfile.open(ARCHIVE) as archive:
        for member in archive:
            if "cost." in member.name and member.name.endswith(".json"):
                content = archive.extractfile(member)
                assert content
                result = msgspec.json.decode(content.read(), type=Result)
                assert isinstance(result.trial, CostTrial)
                for row in result.costs:
                    if isinstance(row, TimeRow):
                        name = f"{result.trial.measurement} {row.row} at {result.trial.shape}"
                        ratios[name].append(row.log_ratio_to_reference_cell)
    return {name: _centred(np.array(values)) for name, values in ratios.items()}


def _centred(values: Values) -> Values:
    """Values less their mean, as far apart as those of the population."""
    centred: Values = (values - values.mean()) * np.sqrt(len(values) / (len(values) - 1))
    return centred


def places(rng: np.random.Generator) -> list[int]:
    """Commits at which steps are, apart from each other and from both ends."""
    while True:
        drawn = sorted(rng.choice(np.arange(APART, COMMITS - APART + 1), len(SIZES), replace=False))
        if min(np.diff([0, *drawn, COMMITS])) >= APART:
            return [int(place) for place in drawn]


def write(path: Path, truths: list[list[int]], noise: Noise, rng: np.random.Generator) -> None:
    """Write a history in which each series has steps at these places."""
    cells = sorted(noise)
    every: list[tuple[Series, Values]] = []
    for number, truth in enumerate(truths):
        cell = cells[rng.integers(len(cells))]
        logs = rng.choice(noise[cell], (COMMITS, REPLICATES))
        for place, size in zip(truth, rng.permutation(SIZES), strict=False):
            logs[place:] += np.log1p(size)
        every.append((_series(number, cell), np.exp(logs)))
    with History(path, new=True) as history:
        for place in range(COMMITS):
            values = [
                Measured(
                    series=series,
                    commit=_name(place),
                    trial=f"replicate {replicate}",
                    started=float(place),
                    value=float(ratios[place, replicate]),
                )
                for series, ratios in every
                for replicate in range(REPLICATES)
            ]
            add(history, values, [Commit(hash=_name(place), time=place, depth=place)])


def _series(number: int, cell: str) -> Series:
    return Series(
        suite="synthetic",
        suite_version=1,
        subject=f"{number:05}",
        title=cell,
        row=cell,
        figure="ratio to the reference cell",
        kind="time",
        direction="lower",
        tolerated="time",
    )


def _name(place: int) -> str:
    return f"{place:012x}"


def judge(found: Feed, truths: list[list[int]]) -> Counter[str]:
    """How many histories had each step found within one commit, and how many had a false one."""
    counts: Counter[str] = Counter()
    for shown in found.figures:
        truth = truths[int(shown.series.subject)]
        steps = [int(step.commit, 16) for step in shown.steps]
        near = [any(abs(step - place) <= NEAR for step in steps) for place in truth]
        exact = [place in steps for place in truth]
        counts["all within one commit"] += all(near)
        counts["all at their commit"] += all(exact)
        counts["steps within one commit"] += sum(near)
        counts["more steps than there are"] += len(steps) > len(truth)
        counts["a step two or more commits from any"] += any(
            all(abs(step - place) > NEAR for place in truth) for step in steps
        )
        counts["steps whose interval has the true size"] += _covered(shown.steps, truth)
    return counts


def _covered(steps: tuple, truth: list[int]) -> int:  # type: ignore[type-arg]
    """How many steps at their commit have an interval around a true size; sizes are told apart by
    their nearest."""
    held = 0
    for step in steps:
        if int(step.commit, 16) in truth:
            size = min(SIZES, key=lambda size: abs(np.log((1 + size) / step.change)))
            held += step.low <= 1 + size <= step.high
    return held


def main() -> None:
    """Print the rates as they are."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--histories", type=int, default=500)
    parser.add_argument("--empty", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=Path)
    chosen = parser.parse_args()
    noise = recorded_noise()
    replicates = sum(map(len, noise.values()))
    spread = np.median([values.std() for values in noise.values()])
    print(
        f"{replicates} replicates of {len(noise)} cells and settings, median deviation {spread:.2%}"
    )
    rng = np.random.default_rng(chosen.seed)
    with TemporaryDirectory() as folder:
        for what, number in (("three steps", chosen.histories), ("no step", chosen.empty)):
            truths = [places(rng) if what == "three steps" else [] for _ in range(number)]
            path = Path(folder) / f"{what.replace(' ', '-')}.sqlite"
            if chosen.keep and what == "three steps":
                path = chosen.keep
            write(path, truths, noise, rng)
            with History(path) as history:
                found = feed(history, Selection(everything=True), Checkout(Path(folder)))
            print(f"{number} histories of {COMMITS} commits with {what}:")
            for name, count in judge(found, truths).items():
                total = len(SIZES) * number if name.startswith("steps ") else number
                if truths[0] or name.startswith("more"):
                    print(f"  {name}: {count} of {total} ({count / total:.1%})")


if __name__ == "__main__":
    main()
