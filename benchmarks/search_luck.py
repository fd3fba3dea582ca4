"""Does the luck of a learning-rate search make one of two equal cells better?

Two cells of equal best rates go through the planner and the findings as they are, with a simulated
trainer in place of torch: epochs to target are lognormal around the median of a rate, with what a
seed, a cell and a rate have of their own; runs that do not get there have the validation loss of
how far they came. `calibrate` prints what the constants were taken from: the archive of the claims.

Settings: rates that are {tied, nearly tied, different} x cells that are {like, unlike}, of equal
optimum x {none, a fifth} of runs unsolved besides those that exceed the budget x 7, 10, 20, 30
seeds; and conditions decided by score, where nobody gets there, or where there is no target: then
trainings go on to a plateau, and the test score is that of the epoch that is best on validation
data. Counted are runs in which one cell is called better than the other.

Run: python benchmarks/search_luck.py [calibrate|candidates|levels|scores|power] [runs] [file]

`candidates` compares ways to search at ten seeds, each by the comparison of the findings. `levels`
and `power` go the whole way, with the search of suites; what they find is kept in the file, line by
line, so that they can be interrupted. `scores` does so for tasks without a target alone.
"""

import json
import sys
import tarfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from itertools import pairwise, product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import numpy as np
from scipy import stats

from rnnbench.findings import Scored, find, race as run_race, rank
from rnnbench.findings.learning.comparing import compare
from rnnbench.findings.learning.pairing import EPOCHS_MARGIN, Scale
from rnnbench.findings.learning.scored import Rank
from rnnbench.findings.learning.search import search_key
from rnnbench.findings.stats import kaplan_meier
from rnnbench.plan import known, plan
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
    Suite,
    TaskUse,
    trial_id,
)
from rnnbench.store import Store

ARCHIVE = Path(__file__).parent.parent / "docs" / "claims-results.tar.xz"
GRID = (0.0003, 0.001, 0.003, 0.01, 0.03)
BUDGET = 60
RACE = Recipe(tune=True, search="race", learning_rates=GRID, epochs=BUDGET)
SPREAD = 0.4
"""Spread of the logarithm of epochs over seeds. In the archive: median .27, four fifths within .05
and .51."""
OF_SEED = 0.1
"""Share of the variance that all runs of a seed have in common."""
OF_CELL = 0.3
"""Share of the variance that all runs of a cell at a seed have in common."""
PLATEAU_BUDGET = 20
PATIENCE = 4
"""Epochs without a better validation score that end a training without a target."""
TARGET = 0.01
CHANCE = 1.0
SHAPES: dict[str, dict[str, tuple[tuple[float, ...], tuple[float, ...]]]] = {
    "tied": {"like": ((12,) * 5, (12,) * 5), "unlike": ((12,) * 5, (60, 40, 12, 40, 60))},
    "nearly tied": {
        "like": ((22, 14, 12, 12.5, 16), (22, 14, 12, 12.5, 16)),
        "unlike": ((22, 14, 12, 12.5, 16), (13, 12, 12.5, 20, 40)),
    },
    "different": {
        "like": ((90, 40, 18, 12, 25), (90, 40, 18, 12, 25)),
        "unlike": ((90, 40, 18, 12, 25), (30, 12, 24, 60, 120)),
    },
}
"""Median epochs at each rate of the grid, of the two cells."""
SEEDS = (7, 10, 20, 30)
UNSOLVED = (0.0, 0.2)
WHERE = Provenance(
    machine=Machine(processor="abacus", cores=2, memory_bytes=1, system="none"), versions={}
)
Median = Callable[[float], float]


class Setting(NamedTuple):
    """A population: of each cell the median of a rate; the share of runs that fail besides; whether
    any run can reach the target, or scores decide; how many times as many epochs the second cell
    needs; and whether there is a target."""

    rates: str
    cells: str
    unsolved: float
    by_score: bool = False
    ratio: float = 1.0
    target: bool = True

    @property
    def decided_by(self) -> str:
        """What the cells are compared by."""
        if not self.target:
            return "score, without a target"
        return "score" if self.by_score else "epochs"

    def median(self, cell: int, rate: float) -> float:
        """Of a rate of the grid, or beyond it, where each step is half as slow again."""
        medians = SHAPES[self.rates][self.cells][cell]
        steps = float(np.interp(np.log(rate), np.log(GRID), range(len(GRID))))
        inside = float(np.exp(np.interp(steps, range(len(GRID)), np.log(medians))))
        outside = max(np.log(GRID[0] / rate), np.log(rate / GRID[-1]), 0.0) / np.log(10**0.5)
        return inside * 1.5**outside * (self.ratio if cell else 1.0)


def _weighted_normal(weights: np.ndarray, *streams: np.random.Generator) -> float:
    """The weighted sum of one normal number of each stream."""
    return float(weights @ [stream.normal() for stream in streams])


class Trainer:
    """Trains without torch; what a rate gives a cell at a seed is drawn once."""

    def __init__(self, setting: Setting, run: int) -> None:
        self._setting = setting
        self._run = run
        self._fails = float(stats.norm.ppf(setting.unsolved)) if setting.unsolved else -np.inf
        self.scored = cache(self._scored)

    def _scored(self, cell: int, rate: float, seed: int) -> Scored:
        """Epochs to target, and the validation loss."""
        setting = self._setting
        keys = (
            (1, self._run, seed),
            (2, self._run, seed, cell),
            (3, self._run, seed, cell, round(1e7 * rate)),
        )
        shared, own, alone = map(np.random.default_rng, keys)
        weights = np.sqrt((OF_SEED, OF_CELL, 1 - OF_SEED - OF_CELL))
        luck, fate, _ = [_weighted_normal(weights, shared, own, alone) for _ in range(3)]
        epochs = setting.median(cell, rate) * float(np.exp(SPREAD * luck))
        fails = fate < self._fails
        noise = float(np.exp(0.1 * alone.normal()))
        if setting.by_score:  # the quicker a rate, the nearer it came to the target
            return Scored(None, (0.3 if not fails else 0.9) * float(epochs / 12) ** 0.3 * noise)
        if fails or epochs > BUDGET:
            return Scored(
                None, max(CHANCE * (1.0 if fails else BUDGET / epochs) ** 0.5 * noise, 2 * TARGET)
            )
        return Scored(int(np.ceil(epochs)), TARGET * 0.7 * noise)

    def result(self, trial: LearningTrial) -> Result:
        """The same as a result of this trial."""
        found = self.scored(int(trial.cell.name), trial.learning_rate, trial.seed)
        assert found.loss is not None
        luck = np.random.default_rng(
            (4, self._run, trial.seed, int(trial.cell.name), round(1e7 * trial.learning_rate))
        )
        test: dict[str, float] = {}
        trivial: dict[str, float] = {}
        if trial.phase != "tuning":
            test = {"mse": found.loss * float(np.exp(0.05 * luck.normal()))}
            trivial = {"mse": 2 * CHANCE}
        if not self._setting.target:
            return self._without_target(trial, found.loss, luck)
        learning = Learning(
            metrics=(MetricNote("mse", "", "lower"),),
            target=TARGET,
            hidden_size=8,
            parameters=100,
            state_floats=8,
            epochs_run=found.epochs or BUDGET,
            steps_per_epoch=10,
            curve=(Epoch(1, 10, 1.0, {"mse": found.loss}),),
            chosen_epoch=1,
            test=test,
            trivial=trivial,
            trivial_forecast="the mean",
            epochs_to_target=found.epochs,
        )
        return Result(
            trial=trial, status="ok", provenance=WHERE, started="2026-01-01", learning=learning
        )

    def _without_target(
        self, trial: LearningTrial, level: float, luck: np.random.Generator
    ) -> Result:
        """A training that nears its level, up to the budget or a plateau; the test score is that of
        the epoch that is best on validation data, with noise of its own."""
        epochs = np.arange(1, PLATEAU_BUDGET + 1)
        losses = level * (1 + 2 * np.exp(-epochs / 3))
        validation = losses * np.exp(0.1 * luck.normal(size=PLATEAU_BUDGET))
        test = losses * np.exp(0.05 * luck.normal(size=PLATEAU_BUDGET))
        bests = [int(np.argmin(validation[:end])) for end in epochs]
        stops = (end for end, best in zip(epochs, bests, strict=True) if end - best > PATIENCE)
        run = next(stops, PLATEAU_BUDGET)
        learning = Learning(
            metrics=(MetricNote("mse", "", "lower"),),
            target=None,
            hidden_size=8,
            parameters=100,
            state_floats=8,
            epochs_run=int(run),
            steps_per_epoch=10,
            curve=tuple(
                Epoch(int(epoch), 10 * int(epoch), 1.0, {"mse": float(validation[epoch - 1])})
                for epoch in epochs[:run]
            ),
            chosen_epoch=bests[run - 1] + 1,
            test={} if trial.phase == "tuning" else {"mse": float(test[bests[run - 1]])},
            trivial={"mse": 2 * CHANCE},
            trivial_forecast="the mean",
            epochs_to_target=None,
            absent={"epochs_to_target": "the task has no target"},
        )
        return Result(
            trial=trial, status="ok", provenance=WHERE, started="2026-01-01", learning=learning
        )


def _no_bounds(*_: object) -> tuple[float, float]:
    return 0.0, float("inf")


# Intervals of means up to the budget take four fifths of the time, and decide nothing.
kaplan_meier.mean_bounds = _no_bounds
kaplan_meier.ratio_bounds = _no_bounds


def whole_path(setting: Setting, seeds: int, run: int, recipe: Recipe) -> tuple[str, int]:
    """What the findings say of the two cells, and how many trainings it took."""
    suite = Suite(
        name="luck",
        version=1,
        summary="",
        cells=(CellUse(name="0"), CellUse(name="1")),
        tasks=(TaskUse(name="t", dials={}, recipe=recipe),),
        seeds=tuple(range(seeds)),
    )
    trainer = Trainer(setting, run)
    index = {}
    results = []
    while trials := plan(suite, index, ()):
        for trial in trials:
            assert isinstance(trial, LearningTrial)
            results.append(trainer.result(trial))
            index[trial_id(trial)] = known(results[-1])
    (condition,) = find(results).conditions
    (comparison,) = condition.comparisons
    return _who(comparison.answer, comparison.other), len(results) // 2


def _who(answer: str, other: str) -> str:
    if answer == "equivalent":
        return "equivalent"
    if answer not in ("better", "worse"):
        return "open"
    if answer == "better":
        return f"better {1 - int(other)}"
    return f"better {other}"


# Ways to search, as what each leaves of a cell: losses by seed, at the best rate first

Look = Callable[[float, int], Scored]
Left = tuple[list[dict[int, float]], int]
"""Losses by seed at each rate that is left; trainings spent."""


def _losses(look: Look, rate: float, seeds: Sequence[int]) -> dict[int, float]:
    return {seed: float(look(rate, seed).epochs or BUDGET) for seed in seeds}


def _rank(look: Look, rate: float, seeds: Sequence[int]) -> Rank:
    return rank([look(rate, seed) for seed in seeds], BUDGET)


def _best(look: Look, seeds: Sequence[int], rates: Sequence[float] = GRID) -> float:
    return min(rates, key=lambda rate: _rank(look, rate, seeds))


def _log_epochs(look: Look, rate: float, seeds: Sequence[int]) -> np.ndarray:
    return np.log([look(rate, seed).epochs or BUDGET for seed in seeds])


def tuning(look: Look, seeds: Sequence[int], number: int) -> Left:
    """The best rate on seeds of its own."""
    best = _best(look, range(1_000, 1_000 + number))
    return [_losses(look, best, seeds)], number * len(GRID) + len(seeds)


def screening(look: Look, seeds: Sequence[int], first: int, kept: int) -> Left:
    """The best few rates on the first seeds, and those that tie with the last of them, go on."""
    ranks = {rate: _rank(look, rate, seeds[:first]) for rate in GRID}
    last = sorted(ranks.values())[kept - 1]
    left = [rate for rate in GRID if ranks[rate][:2] <= last[:2]]
    left.sort(key=lambda rate: _rank(look, rate, seeds))
    spent = first * len(GRID) + len(left) * (len(seeds) - first)
    return [_losses(look, rate, seeds) for rate in left], spent


def race(look: Look, seeds: Sequence[int]) -> Left:
    """The race that suites search by, without widening."""
    found = run_race(look, seeds, RACE, GRID)
    return [_losses(look, rate, seeds) for rate in found.left], len(found.trainings)


def race_by_seed(look: Look, seeds: Sequence[int]) -> Left:
    """A race in which rates are given up after each seed."""
    alive = list(GRID)
    spent = 0
    for number in range(1, len(seeds) + 1):
        spent += len(alive)
        if number < 3 or len(alive) == 1:
            continue
        logs = {rate: _log_epochs(look, rate, seeds[:number]) for rate in alive}
        best = min(alive, key=lambda rate: logs[rate].mean())
        alive = [rate for rate in alive if rate == best or not _worse(logs[rate] - logs[best])]
    alive.sort(key=lambda rate: _rank(look, rate, seeds))
    return [_losses(look, rate, seeds) for rate in alive], spent


def _worse(differences: np.ndarray) -> bool:
    if not differences.any():
        return False
    if np.ptp(differences) == 0:
        return bool(differences[0] > 0)
    return bool(stats.ttest_1samp(differences, 0.0, alternative="greater").pvalue <= 0.05)


def cross_fitting(look: Look, seeds: Sequence[int]) -> Left:
    """All rates on all seeds; the rate for a seed is the best on the others."""
    chosen = {}
    for seed in seeds:
        others = [other for other in seeds if other != seed]
        chosen[seed] = _best(look, others)
    losses = {seed: float(look(chosen[seed], seed).epochs or BUDGET) for seed in seeds}
    return [losses], len(GRID) * len(seeds)


def blocks(look: Look, seeds: Sequence[int]) -> Left:
    """A search on two seeds of its own for each five seeds."""
    losses = {}
    for at in range(0, len(seeds), 5):
        best = _best(look, range(1_000 + at, 1_002 + at))
        losses.update(_losses(look, best, seeds[at : at + 5]))
    return [losses], len(seeds) + 2 * len(GRID) * -(-len(seeds) // 5)


def one_error(look: Look, seeds: Sequence[int]) -> Left:
    """On three seeds of its own, the lowest rate within one standard error of the best."""
    own = range(1_000, 1_003)
    logs = {rate: _log_epochs(look, rate, own) for rate in GRID}
    best = min(GRID, key=lambda rate: logs[rate].mean())
    most = logs[best].mean() + stats.sem(logs[best])
    within = [rate for rate in GRID if logs[rate].mean() <= most]
    return [_losses(look, min(within), seeds)], 3 * len(GRID) + len(seeds)


CANDIDATES: dict[str, Callable[[Look, Sequence[int]], Left]] = {
    "one tuning seed": lambda look, seeds: tuning(look, seeds, 1),
    "two tuning seeds": lambda look, seeds: tuning(look, seeds, 2),
    "five tuning seeds": lambda look, seeds: tuning(look, seeds, 5),
    "screening on 3, keeping 2": lambda look, seeds: screening(look, seeds, 3, 2),
    "screening on 2, keeping 2": lambda look, seeds: screening(look, seeds, 2, 2),
    "screening on 3, keeping 3": lambda look, seeds: screening(look, seeds, 3, 3),
    "screening on 5, keeping 2": lambda look, seeds: screening(look, seeds, 5, 2),
    "race, at 3, 5, 8, ... seeds": race,
    "race, at every seed": race_by_seed,
    "cross-fitting": cross_fitting,
    "a search for each five seeds": blocks,
    "one standard error": one_error,
}


def by_candidate(name: str, setting: Setting, seeds: int, run: int) -> tuple[str, int]:
    """What the comparison of the findings says after the search of a candidate, and how many
    trainings a cell it took."""
    trainer = Trainer(setting, run)
    losses = {}
    spent = []
    for cell in (0, 1):
        seen: dict[tuple[float, int], Scored] = {}

        def look(
            rate: float, seed: int, cell: int = cell, seen: dict[tuple[float, int], Scored] = seen
        ) -> Scored:
            if (rate, seed) not in seen:
                seen[rate, seed] = trainer.scored(cell, rate, seed)
            return seen[rate, seed]

        losses[str(cell)], trainings = CANDIDATES[name](look, range(seeds))
        spent.append(trainings)
    scale = Scale(ratio=True, margin=float(np.log(EPOCHS_MARGIN)), nothing=float(BUDGET))
    (comparison,) = compare("0", losses, scale)
    return _who(comparison.answer, comparison.other), round(float(np.mean(spent)))


# Counting

Count = Mapping[str, float]


def _count(job: tuple[str, Setting, int, int, int]) -> Count:
    """How often each answer came in so many runs from the first one on, with the mean number of
    trainings a cell."""
    way, setting, seeds, first, runs = job
    counts: dict[str, float] = defaultdict(float)
    for run in range(first, first + runs):
        if way == "suite":
            answer, trainings = whole_path(setting, seeds, run, RACE)
        else:
            answer, trainings = by_candidate(way, setting, seeds, run)
        counts[answer] += 1
        counts["trainings"] += trainings / runs
    return dict(counts)


def _counted(
    jobs: Sequence[tuple[str, Setting, int, int, int]], kept: Path | None
) -> Iterator[tuple[int, Count]]:
    """The counts of these jobs, those that are kept read back."""
    lines = []
    if kept and kept.is_file():
        lines = kept.read_text().splitlines()
    done = {json.dumps(job): count for job, count in map(json.loads, lines)}
    left = [(at, job) for at, job in enumerate(jobs) if json.dumps(job) not in done]
    for at, job in enumerate(jobs):
        if json.dumps(job) in done:
            yield at, done[json.dumps(job)]
    with ProcessPoolExecutor(2) as pool:
        for (at, job), count in zip(left, pool.map(_count, [job for _, job in left]), strict=True):
            if kept:
                with kept.open("a") as file:
                    file.write(json.dumps([job, count]) + "\n")
            yield at, count


def null_settings(*, scores: bool) -> list[Setting]:
    """Those in which neither cell is better."""
    cells = ("like", "unlike")
    settings = [Setting(*one) for one in product(SHAPES, cells, UNSOLVED)]
    if scores:
        for one in product(SHAPES, cells, UNSOLVED[:1]):
            settings.append(Setting(*one, by_score=True))
        settings += settings_without_target()
    return settings


def settings_without_target() -> list[Setting]:
    """Those in which neither cell is better, and test scores decide for want of a target."""
    populations = product(SHAPES, ("like", "unlike"), UNSOLVED)
    return [Setting(*one, by_score=True, target=False) for one in populations]


def true_settings() -> list[Setting]:
    """Those in which the second cell needs 1 / .7 and 1 / .5 of the epochs."""
    settings = []
    for ratio in (1 / 0.7, 1 / 0.5):
        settings += [Setting(rates, "like", 0.0, ratio=ratio) for rates in SHAPES]
    return settings


def _false(count: Count) -> float:
    return count.get("better 0", 0.0) + count.get("better 1", 0.0)


def candidates(runs: int, kept: Path | None) -> None:
    """False verdicts of each way to search at ten seeds, and right ones where the second cell needs
    more."""
    nulls = null_settings(scores=False)
    settings = nulls + true_settings()
    jobs = [(name, setting, 10, 0, runs) for name, setting in product(CANDIDATES, settings)]
    found: dict[str, list[Count]] = defaultdict(lambda: [{}] * len(settings))
    for at, count in _counted(jobs, kept):
        found[jobs[at][0]][at % len(settings)] = count
    print(f"{runs} runs a setting, ten seeds\n")
    print(
        "| search | trainings a cell | false: mean | like, most | unlike, most | right at .7 | at"
        " .5 |\n" + "|---" * 7 + "|"
    )
    for name, counts in found.items():
        wrong = {s: _false(c) / runs for s, c in zip(nulls, counts, strict=False)}
        like = max(share for setting, share in wrong.items() if setting.cells == "like")
        unlike = max(share for setting, share in wrong.items() if setting.cells == "unlike")
        right = [count.get("better 0", 0) / runs for count in counts[-6:]]
        spent = np.mean([count["trainings"] for count in counts])
        print(
            f"| {name} | {spent:.0f} | {np.mean(list(wrong.values())):.1%} | {like:.1%} | "
            f"{unlike:.1%} | {np.mean(right[:3]):.0%} | {np.mean(right[3:]):.0%} |"
        )


def scores(runs: int, kept: Path | None) -> None:
    """False verdicts on tasks without a target, through planner, race and findings."""
    settings = settings_without_target()
    jobs = [("suite", setting, seeds, 0, runs) for seeds, setting in product(SEEDS, settings)]
    _table(jobs, kept, runs, lambda count: f"{_false(count) / runs:.1%}")


def levels(runs: int, kept: Path | None) -> None:
    """False verdicts by the search of suites, through planner and findings, in every setting."""
    settings = null_settings(scores=True)
    jobs = [("suite", setting, seeds, 0, runs) for seeds, setting in product(SEEDS, settings)]
    _table(jobs, kept, runs, lambda count: f"{_false(count) / runs:.1%}")


def power(runs: int, kept: Path | None) -> None:
    """Right verdicts by the search of suites where the second cell needs 1 / .7 and 1 / .5 of the
    epochs."""
    settings = true_settings()
    jobs = [("suite", setting, seeds, 0, runs) for seeds, setting in product(SEEDS, settings)]
    _table(jobs, kept, runs, lambda count: f"{count.get('better 0', 0) / runs:.0%}")


def _table(
    jobs: Sequence[tuple[str, Setting, int, int, int]],
    kept: Path | None,
    runs: int,
    show: Callable[[Count], str],
) -> None:
    found = dict(_counted(jobs, kept))
    rows: dict[Setting, list[Count]] = defaultdict(list)
    for at, job in enumerate(jobs):
        rows[job[1]].append(found[at])
    print(f"{runs} runs a setting; trainings a cell in brackets\n")
    print(
        "| rates | cells | unsolved | decided by | true ratio |"
        + "".join(f" n = {n} |" for n in SEEDS)
    )
    print("|---" * (5 + len(SEEDS)) + "|")
    for setting, counts in rows.items():
        cells = " | ".join(f"{show(count)} ({count['trainings']:.0f})" for count in counts)
        print(
            f"| {setting.rates} | {setting.cells} | {setting.unsolved:.0%} | {setting.decided_by} |"
            f" {1 / setting.ratio:.2g} | {cells} |"
        )


def calibrate(_runs: int, _kept: Path | None) -> None:
    """How the epochs of the archive of claims vary over seeds, and between neighbouring rates."""
    with TemporaryDirectory() as folder, tarfile.open(ARCHIVE) as archive:
        archive.extractall(folder, filter="data")
        results = [
            r
            for r in Store(Path(folder)).read()
            if isinstance(r.trial, LearningTrial) and r.learning
        ]
    seeds: dict[bytes, list[int | None]] = defaultdict(list)
    rates: dict[bytes, dict[float, int]] = defaultdict(dict)
    for result in results:
        trial = result.trial
        epochs = result.learning.epochs_to_target
        if trial.phase == "tuning" and epochs:
            rates[search_key(trial)][trial.learning_rate] = epochs
        if trial.phase == "evaluation":
            seeds[search_key(trial)].append(epochs)
    spreads = []
    missed = []
    for found in seeds.values():
        logs = np.log([epochs for epochs in found if epochs])
        if len(logs) >= 8:
            spreads.append(float(np.std(logs, ddof=1)))
        missed.append(found.count(None) / len(found))
    steps = []
    for of_rate in rates.values():
        in_order = [of_rate[rate] for rate in sorted(of_rate)]
        steps += [max(a, b) / min(a, b) for a, b in pairwise(in_order)]
    _print_quantiles("spread of log epochs", spreads)
    _print_quantiles("unsolved", missed)
    _print_quantiles("a rate over the next", steps)


def _print_quantiles(name: str, values: list[float]) -> None:
    found = np.quantile(values, [0.1, 0.25, 0.5, 0.75, 0.9])
    quantiles = ", ".join(f"{value:.2f}" for value in found)
    print(f"{name}: quantiles .1, .25, .5, .75, .9 of {len(values)}: {quantiles}")


PARTS = {part.__name__: part for part in (calibrate, candidates, levels, scores, power)}
if __name__ == "__main__":
    name = sys.argv[1]
    runs = int(sys.argv[2]) if len(sys.argv) > 2 else 500
    kept = Path(sys.argv[3]) if len(sys.argv) > 3 else None
    PARTS[name](runs, kept)
