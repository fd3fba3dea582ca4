"""Is a cell called better, without a remark, than another one of the same mean up to the budget?

Two cells go through the findings as they are: epochs to target are lognormal over seeds. `quick`
misses the target in one seed of five, and is quicker otherwise, by so much that its mean up to the
budget is that of `steady`, which always reaches it. Counted are runs in which `quick` is called
better, and those of them in which the sentence says nothing of its solve rate and its mean. In
other settings `quick` needs half of the epochs, and both miss the target equally often, so that a
remark is luck, or never, so that there should be none. The last columns have what other rules would
do: remarks from one seed more that is missed, from two, and by the interval of the ratio of means.

Run: python benchmarks/verdict_words.py [runs]
"""

import sys
from typing import NamedTuple

import numpy as np

from rnnbench.findings import find
from rnnbench.findings.stats import kaplan_meier
from rnnbench.records import (
    CellUse,
    Epoch,
    Learning,
    LearningTrial,
    Machine,
    MetricNote,
    Provenance,
    Recipe,
    Result,
)

BUDGET = 60
SPREAD = 0.4
"""Spread of the logarithm of epochs over seeds, as in `search_luck.py`."""
TARGET = 0.01
CHANCE = 1.0
WHERE = Provenance(
    machine=Machine(processor="abacus", cores=2, memory_bytes=1, system="none"), versions={}
)
MANY = 400_000

ratio_of_means = kaplan_meier.ratio_bounds


def _no_bounds(*_: object) -> tuple[float, float]:
    return 0.0, float("inf")


# Intervals of means up to the budget take four fifths of the time, and decide nothing.
kaplan_meier.mean_bounds = _no_bounds
kaplan_meier.ratio_bounds = _no_bounds


class Population(NamedTuple):
    """Seeds of a cell: the median of epochs where it reaches the target, and how often it misses
    it."""

    median: float
    missing: float = 0.0

    def draw(self, seeds: int, rng: np.random.Generator) -> list[int | None]:
        """Epochs to target by seed; None where it was missed."""
        epochs = np.ceil(self.median * np.exp(SPREAD * rng.normal(size=seeds)))
        missed = (rng.random(seeds) < self.missing) | (epochs > BUDGET)
        return [None if miss else int(e) for e, miss in zip(epochs, missed, strict=True)]

    def mean(self) -> float:
        """The mean of epochs up to the budget."""
        drawn = self.draw(MANY, np.random.default_rng(0))
        return float(np.mean([BUDGET if e is None else e for e in drawn]))


def of_equal_mean(other: Population) -> Population:
    """The population that always reaches the target (within the budget) and has the same mean, by
    bisection."""
    low = 1.0
    high = float(BUDGET)
    wanted = other.mean()
    for _ in range(20):
        middle = (low + high) / 2
        if Population(middle).mean() < wanted:
            low = middle
        else:
            high = middle
    return Population((low + high) / 2)


def result(cell: str, seed: int, epochs: int | None) -> Result:
    """A result of a trial that reached the target after so many epochs."""
    loss = TARGET if epochs else CHANCE / 2
    learning = Learning(
        metrics=(MetricNote("mse", "", "lower"),),
        target=TARGET,
        hidden_size=8,
        parameters=100,
        state_floats=8,
        epochs_run=epochs or BUDGET,
        steps_per_epoch=10,
        curve=(Epoch(1, 10, 1.0, {"mse": loss}),),
        chosen_epoch=1,
        test={"mse": loss},
        trivial={"mse": CHANCE},
        trivial_forecast="the mean",
        epochs_to_target=epochs,
    )
    trial = LearningTrial(
        suite="words",
        suite_version=1,
        cell=CellUse(name=cell),
        task="t",
        dials={},
        recipe=Recipe(epochs=BUDGET),
        learning_rate=0.001,
        seed=seed,
        phase="evaluation",
    )
    return Result(
        trial=trial, status="ok", provenance=WHERE, started="2026-01-01", learning=learning
    )


class Run(NamedTuple):
    """What one run says: whether quick is called better, whether it has the smaller mean, whether
    the sentence has a remark, by how many seeds more it missed the target, and whether the interval
    of the ratio of means leaves out 1."""

    better: bool
    first: bool
    remark: bool
    more_missed: int
    means_apart: bool


def simulate(quick: Population, steady: Population, seeds: int, run: int) -> Run:
    """One run through the findings."""
    rng = np.random.default_rng((5, seeds, run))
    drawn = {"quick": quick.draw(seeds, rng), "steady": steady.draw(seeds, rng)}
    results = []
    for cell, found in drawn.items():
        results += [result(cell, seed, epochs) for seed, epochs in enumerate(found)]
    (condition,) = find(results).conditions
    (comparison,) = condition.comparisons
    first = comparison.other == "steady"
    better = comparison.answer == ("better" if first else "worse")
    more_missed = drawn["quick"].count(None) - drawn["steady"].count(None)
    apart = False
    if better:
        quick_epochs = np.array([float(epochs or BUDGET) for epochs in drawn["quick"]])
        steady_epochs = np.array([float(epochs or BUDGET) for epochs in drawn["steady"]])
        apart = ratio_of_means(quick_epochs, steady_epochs, 1.0, float(BUDGET))[1] < 1
    remark = "misses" in condition.sure or "its mean" in condition.sure
    return Run(better, first, remark, more_missed, bool(apart))


def main(runs: int) -> None:
    """Prints a table."""
    quick = Population(12, 0.2)
    steady = of_equal_mean(quick)
    settings = {
        f"same mean ({quick.mean():.1f} and {steady.mean():.1f} epochs), one misses a fifth": (
            quick,
            steady,
        ),
        "half of the epochs, both miss a fifth": (quick, Population(24, 0.2)),
        "half of the epochs, both miss a tenth": (Population(12, 0.1), Population(24, 0.1)),
        "half of the epochs, none misses": (Population(12), Population(24)),
    }
    print(f"{runs} runs a setting\n")
    print(
        "| cells | seeds | called better, of all runs | with the smaller mean | of these without a"
        " remark | if one seed were enough | if it took two | missed no more often | means"
        " differ |"
    )
    print("|---" * 9 + "|")
    for name, cells in settings.items():
        for seeds in (10, 20, 30):
            found = [simulate(*cells, seeds, run) for run in range(runs)]
            called = [one for one in found if one.better]
            of_called = max(len(called), 1)
            shares = [
                len(called) / runs,
                sum(one.first for one in called) / runs,
                sum(not one.remark for one in called) / of_called,
                sum(one.first and one.more_missed < 1 for one in called) / of_called,
                sum(one.first and one.more_missed < 2 for one in called) / of_called,
                sum(one.more_missed < 1 for one in called) / of_called,
                sum(one.means_apart for one in called) / of_called,
            ]
            cells_of_row = " | ".join(f"{share:.1%}" for share in shares)
            print(f"| {name} | {seeds} | {cells_of_row} |", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 500)
