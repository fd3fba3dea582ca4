"""How often does looking again and again tell two equal cells apart?

Results of a simulated trainer go through the comparison of the findings, with the looks before them
as `rnnbench report` keeps them: epochs to target are lognormal over seeds, at one learning rate.
No cell is better, or all but the first cell need more epochs; or, for equivalence, the margin of
equivalence more. `whole` checks that the findings say of such results, with looks that were
recorded, what the comparison says of their epochs.

Ways to look:

    once         at ten seeds
    on and on    at 7, 10, 15, 20, 25 and 30
    doubling     at 10, 20 and 40
    as advised   at 10, then with as many more as the findings say would probably decide, up to 100
    each seed    at every number from 10 to 30

Counted are runs in which any look comes to a verdict. `before` decides each look at 5 %, whatever
was seen before it.

Run: python benchmarks/looks.py [false|often|power|equivalence|whole] [before|after] [runs] [cells]
"""

import sys
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import chain, combinations, product
from typing import Any, NamedTuple

import numpy as np
from msgspec.structs import replace

from rnnbench.findings import Comparison, find
from rnnbench.findings.learning import comparing, looks
from rnnbench.findings.learning.pairing import EPOCHS_MARGIN, Scale
from rnnbench.findings.stats import (
    error_spending,
    hodges_lehmann,
    intersection_union,
    kaplan_meier,
    signed_rank,
    westfall_young,
)
from rnnbench.findings.stats.ranges import Range
from rnnbench.records import (
    CellUse,
    Epoch,
    Learning,
    LearningTrial,
    Looked,
    Machine,
    MetricNote,
    Provenance,
    Recipe,
    Result,
)

PLANNED = 10
MOST = 100
WAYS: dict[str, tuple[int, ...]] = {
    "once": (10,),
    "on and on": (7, 10, 15, 20, 25, 30),
    "doubling": (10, 20, 40),
    "as advised": (10,),
    "each seed": tuple(range(10, 31)),
}
OF_SEED = 0.1
"""Share of the variance that all cells have in common at a seed."""
WHERE = Provenance(
    machine=Machine(processor="abacus", cores=2, memory_bytes=1, system="none"), versions={}
)


class Setting(NamedTuple):
    """A population: how many cells; the median epochs of the first one, and how many times as many
    each other one needs; the spread of their logarithms over seeds; and the budget."""

    cells: int
    ratio: float = 1.0
    median: float = 12.0
    spread: float = 0.4
    budget: int = 60


class Run:
    """All trainings that a run may come to, each made when it is wanted."""

    def __init__(self, setting: Setting, run: int) -> None:
        luck = np.random.default_rng((7, run)).normal(size=(setting.cells + 1, MOST))
        logs = setting.spread * (np.sqrt(OF_SEED) * luck[0] + np.sqrt(1 - OF_SEED) * luck[1:])
        medians = setting.median * np.array([1.0, *[setting.ratio] * (setting.cells - 1)])
        self._epochs = np.ceil(medians[:, None] * np.exp(logs)).astype(int)
        self._setting = setting
        self._made: list[list[Result]] = []

    def results(self, seeds: int) -> list[Result]:
        """Results of all cells at the first so many seeds."""
        for seed in range(len(self._made), seeds):
            self._made.append([self._result(cell, seed) for cell in range(self._setting.cells)])
        return list(chain.from_iterable(self._made[:seeds]))

    def comparisons(self, seeds: int, before: tuple[int, ...]) -> Sequence[Comparison]:
        """The comparisons that the findings make of these results."""
        budget = self._setting.budget
        epochs = np.minimum(self._epochs[:, :seeds], budget)
        losses = {}
        for row, of_row in enumerate(epochs.astype(float).tolist()):
            losses[str(row)] = [dict(enumerate(of_row))]
        schedules = {
            pair: looks.Schedule(seeds, before, PLANNED) for pair in combinations(sorted(losses), 2)
        }
        scale = Scale(ratio=True, margin=float(np.log(EPOCHS_MARGIN)), nothing=float(budget))
        intersection_union.effect = lambda *_: PLAIN  # intervals decide nothing
        return comparing.compare(str(epochs.mean(axis=1).argmin()), losses, scale, schedules)

    def whole(self, seeds: int, before: tuple[int, ...]) -> Sequence[Comparison]:
        """The comparisons of these results, through all steps of the findings.

        What seeds say besides (solve rates and means) is no part of a comparison of epochs.
        """
        intersection_union.effect = lambda *_: PLAIN
        results = self.results(seeds)
        (condition,) = find(results).conditions
        assert condition.look
        seen = [
            replace(condition.look, seeds=dict.fromkeys(condition.look.seeds, one))
            for one in before
        ]
        (condition,) = find(results, looked=Looked(planned=PLANNED, looks=tuple(seen))).conditions
        return [replace(comparison, overall=None) for comparison in condition.comparisons]

    def _result(self, cell: int, seed: int) -> Result:
        budget = self._setting.budget
        epochs = int(self._epochs[cell, seed])
        solved = epochs <= budget
        learning = Learning(
            metrics=(MetricNote("mse", "", "lower"),),
            target=0.01,
            hidden_size=8,
            parameters=100,
            state_floats=8,
            epochs_run=min(epochs, budget),
            steps_per_epoch=10,
            curve=(Epoch(1, 10, 1.0, {"mse": 0.5}),),
            chosen_epoch=1,
            test={"mse": 0.007 if solved else 0.5},
            trivial={"mse": 2.0},
            trivial_forecast="the mean",
            epochs_to_target=epochs if solved else None,
        )
        trial = LearningTrial(
            suite="looks",
            suite_version=1,
            phase="evaluation",
            cell=CellUse(name=str(cell)),
            task="t",
            dials={},
            recipe=Recipe(epochs=budget),
            learning_rate=0.001,
            seed=seed,
        )
        return Result(
            trial=trial, status="ok", provenance=WHERE, started="2026-01-01", learning=learning
        )


def _no_bounds(*_: object) -> tuple[float, float]:
    return 0.0, float("inf")


# Intervals of means up to the budget take most of the time, and decide nothing.
kaplan_meier.mean_bounds = _no_bounds
kaplan_meier.ratio_bounds = _no_bounds

# All ways to look at a run see the same p-values.
_known: dict[tuple[bytes, bytes], signed_rank.Values] = {}
_tails = signed_rank.tails


def _remembered(away: signed_rank.Values, signs: np.ndarray) -> signed_rank.Values:
    key = away.tobytes(), signs.tobytes()
    if key not in _known:
        _known[key] = _tails(away, signs)
    return _known[key]


signed_rank.tails = _remembered
westfall_young.tails = _remembered
hodges_lehmann._cut = cache(hodges_lehmann._cut)
PLAIN = Range(1.0, 0.5, 2.0, 1)


def looked_at(way: str, setting: Setting, run: int) -> Iterator[Sequence[Comparison]]:
    """The comparisons at each look of a run."""
    made = Run(setting, run)
    left = list(WAYS[way])
    before: tuple[int, ...] = ()
    while left:
        seeds = left.pop(0)
        found = made.comparisons(seeds, before)
        before = (*before, seeds)
        yield found
        advised = [one.more_seeds for one in found if one.more_seeds]
        if way == "as advised" and advised and seeds + min(advised) <= MOST:
            left.append(seeds + min(advised))


class Count:
    """Of runs: in how many a look came to a wanted verdict, and the first one gave advice; and
    seeds at the first such verdict, or at the last look."""

    def __init__(self) -> None:
        self.verdicts = 0
        self.advised = 0
        self.seeds = 0

    def add(self, way: str, setting: Setting, run: int, wanted: Sequence[str]) -> None:
        """Count one more run."""
        for place, found in enumerate(looked_at(way, setting, run)):
            self.advised += place == 0 and any(one.more_seeds for one in found)
            seeds = max(one.pairs for one in found)
            if any(one.answer in wanted for one in found):
                self.verdicts += 1
                break
        self.seeds += seeds


@cache
def _as_before(_before: Sequence[int], seeds: int, _planned: int, error: float) -> float:
    if seeds >= error_spending.VERDICT_SEEDS and error_spending.smallest_p(seeds) <= error:
        return error
    return 0.0


def _level_before(before: Sequence[int], *rest: Any, **_: Any) -> float:
    return _as_before(tuple(before), *rest)


def _table(
    settings: dict[str, Setting], runs: int, wanted: Sequence[str], ways: Sequence[str]
) -> None:
    print(f"{runs} runs each; mean seeds in brackets\n")
    print(
        f"| setting | {' | '.join(ways)} | advice at the first look |\n{'|---' * (2 + len(ways))}|"
    )
    for name, setting in settings.items():
        counts = {way: Count() for way in ways}
        for run in range(runs):
            _known.clear()
            for way, count in counts.items():
                count.add(way, setting, run, wanted)
        shares = " | ".join(
            f"{count.verdicts / runs:.1%} ({count.seeds / runs:.0f})" for count in counts.values()
        )
        print(f"| {name} | {shares} | {counts[ways[0]].advised / runs:.0%} |", flush=True)


def false(runs: int, cells: Sequence[int]) -> None:
    """Better or worse where nothing is there."""
    _table({f"{n} cells": Setting(n) for n in cells}, runs, ("better", "worse"), list(WAYS)[:-1])


def often(runs: int, cells: Sequence[int]) -> None:
    """Better or worse where nothing is there, with a look after each seed."""
    _table({f"{n} cells": Setting(n) for n in cells}, runs, ("better", "worse"), ["each seed"])


def power(runs: int, cells: Sequence[int]) -> None:
    """Better or worse where the other cells need 1 / .7 and 1 / .5 of the epochs."""
    settings = {
        f"{n} cells, {ratio:g}": Setting(n, 1 / ratio, budget=120)
        for n, ratio in product(cells, (0.7, 0.5))
    }
    _table(settings, runs, ("better", "worse"), ["once", "on and on", "doubling", "as advised"])


def equivalence(runs: int, cells: Sequence[int]) -> None:
    """Equivalent where cells differ by the margin."""
    at_margin = {f"{n} cells": Setting(n, 1.1, 300, 0.1, 1000) for n in cells}
    _table(at_margin, runs, ("equivalent",), ["once", "on and on", "doubling"])


def whole(runs: int, cells: Sequence[int]) -> None:
    """Whether the findings say of results what their comparison says of epochs."""
    for run in range(runs):
        for n in cells:
            for ratio in (1.0, 1 / 0.6):
                made = Run(Setting(n, ratio), run)
                assert made.whole(20, (10, 15)) == made.comparisons(20, (10, 15)), (run, n, ratio)
    print(f"{2 * runs * len(cells)} conditions are the same")


PARTS = {part.__name__: part for part in (false, often, power, equivalence, whole)}
if __name__ == "__main__":
    name, when = sys.argv[1:3]
    if when == "before":
        error_spending.level = _level_before  # type: ignore[assignment]
    runs = int(sys.argv[3]) if len(sys.argv) > 3 else 2000
    PARTS[name](runs, [int(one) for one in sys.argv[4:]] or [2, 4])
