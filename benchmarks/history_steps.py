"""Are steps of a history found, at the right commit, and no others? Histories of synthetic commits
under the noise of recorded replicates.

Run: python benchmarks/history_steps.py [--histories 1000] [--empty 2000] [--seed 1] [--between 0]
                                         [--together 1] [--replicates 8]

The noise of a history is that of one cell at one setting: the log-ratios to the reference cell of
its recorded replicates, less their mean (docs/claims-results.tar.xz). Each of 60 commits draws 8 of
them, or as many as --replicates says. Histories with steps have three, of 4, 8 and 15 %, in random
order, five commits apart at least. All go through a file and what `rnnbench history show` reads of
it. The noise is that within one session; --between adds what a machine may add from one session to
another, the same to all replicates of a commit, as a standard deviation, and --together is the
number of commits that are measured in one session.
"""

import argparse
import tarfile
from collections import Counter, defaultdict
from itertools import product
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
Truth = dict[int, float]
"""The size of each step, by the commit at which it is."""


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


def three_steps(rng: np.random.Generator) -> Truth:
    """Sizes by commit, apart from each other and from both ends."""
    while True:
        drawn = sorted(rng.choice(np.arange(APART, COMMITS - APART + 1), len(SIZES), replace=False))
        if min(np.diff([0, *drawn, COMMITS])) >= APART:
            sizes = rng.permutation(SIZES).tolist()
            return dict(zip(map(int, drawn), sizes, strict=True))


def write(
    path: Path,
    truths: list[Truth],
    noise: Noise,
    added: Values,
    replicates: int,
    rng: np.random.Generator,
) -> None:
    """Write a history in which each series has these steps.

    added:      what the session adds to each commit, (histories, COMMITS).
    replicates: of each commit.
    """
    cells = sorted(noise)
    every: list[tuple[Series, Values]] = []
    for number, truth in enumerate(truths):
        cell = cells[rng.integers(len(cells))]
        logs = rng.choice(noise[cell], (COMMITS, replicates)) + added[number, :, None]
        for place, size in truth.items():
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
                for (series, ratios), replicate in product(every, range(replicates))
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


def judge(found: Feed, truths: list[Truth]) -> tuple[Counter[str], Counter[str]]:
    """How often each thing happened, and how often it could have."""
    counts: Counter[str] = Counter()
    totals: Counter[str] = Counter()

    def note(name: str, happened: bool) -> None:
        counts[name] += happened
        totals[name] += 1

    for shown in found.figures:
        truth = truths[int(shown.series.subject)]
        steps = {int(step.commit, 16): step for step in shown.steps}
        near = {place: any(abs(step - place) <= NEAR for step in steps) for place in truth}
        if truth:
            note("histories with all steps within one commit", all(near.values()))
        for place, size in truth.items():
            note(f"steps of {size:.0%} within one commit", near[place])
            note(f"steps of {size:.0%} at their commit", place in steps)
            about = any(abs(step - place) < APART and step not in truth for step in steps)
            note(f"steps of {size:.0%} two to four commits off", about and not near[place])
            if place in steps:
                step = steps[place]
                assert step.low is not None
                assert step.high is not None
                held = step.low <= 1 + size <= step.high
                note("steps at their commit whose interval has the true size", held)
        note("histories with more steps than there are", len(steps) > len(truth))
    return counts, totals


def main() -> None:
    """Print the rates as they are."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--histories", type=int, default=1000)
    parser.add_argument("--empty", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--between", type=float, default=0.0)
    parser.add_argument("--together", type=int, default=1)
    parser.add_argument("--replicates", type=int, default=REPLICATES)
    chosen = parser.parse_args()
    noise = recorded_noise()
    replicates = sum(map(len, noise.values()))
    spread = np.median([values.std() for values in noise.values()])
    print(
        f"{replicates} replicates of {len(noise)} cells and settings, median deviation"
        f" {spread:.2%}; {chosen.between:.0%} between sessions of {chosen.together} commits"
    )
    rng = np.random.default_rng(chosen.seed)
    steps = [three_steps(rng) for _ in range(chosen.histories)]
    none: list[Truth] = [{} for _ in range(chosen.empty)]
    with TemporaryDirectory() as folder:
        for what, truths in (("three steps", steps), ("no step", none)):
            path = Path(folder) / f"{what.replace(' ', '-')}.sqlite"
            sessions = rng.normal(0, chosen.between, (len(truths), COMMITS))
            of_commits = sessions.repeat(chosen.together, axis=1)[:, :COMMITS]
            write(path, truths, noise, of_commits, chosen.replicates, rng)
            with History(path) as history:
                found = feed(history, Selection(everything=True), Checkout(Path(folder)))
            print(f"{len(truths)} histories of {COMMITS} commits with {what}:")
            counts, totals = judge(found, truths)
            for name in sorted(totals):
                share = counts[name] / totals[name]
                print(f"  {name}: {counts[name]} of {totals[name]} ({share:.1%})")


if __name__ == "__main__":
    main()
