"""Do the intervals of epochs to target, of their ratios and of memory spans hold their level at 3,
5 and 10 seeds?

Populations of epochs are whole numbers from 1 to a budget of 50, with all that is beyond censored
there, so that their means are known exactly. Every interval is nominal 95 %, and cut to what is
possible. Seeded; about a minute.

Run: python benchmarks/survival_coverage.py
"""

from functools import cache
from itertools import combinations_with_replacement

import numpy as np
from scipy import stats

from rnnbench.findings.learning.solve_curve import fit
from rnnbench.findings.learning.span import Rung, span_interval
from rnnbench.findings.stats.bounded_mean import TAIL, mean_bounds, ratio_bounds, share_above

BUDGET = 50
SEEDS = (3, 5, 10)
RUNS = 10_000
RESAMPLED = 2_000
RESAMPLES = 400
FAR = 1e30
EPOCHS = np.arange(1, BUDGET + 1)
T = {n: stats.t.ppf(1 - TAIL, n - 1) for n in SEEDS}
RNG = np.random.default_rng(20261125)


def rounded(distribution: object) -> np.ndarray:
    """Probabilities of 1 ... BUDGET epochs: rounded, cut below, censored above."""
    ends = distribution.cdf([*(EPOCHS[:-1] + 0.5), np.inf])  # type: ignore[attr-defined]
    return np.diff([0.0, *ends])


def censored(share: float) -> np.ndarray:
    """Around 8 epochs, and never with this probability."""
    weights = (1 - share) * rounded(stats.norm(8, 2))
    weights[-1] += share
    return weights


def tied(values: dict[int, float]) -> np.ndarray:
    """Few different epochs."""
    return np.array([values.get(int(epoch), 0.0) for epoch in EPOCHS])


POPULATIONS = {
    "normal (20 ± 5)": rounded(stats.norm(20, 5)),
    "skewed (log-normal, median 8, sigma .6)": rounded(stats.lognorm(0.6, scale=8)),
    "skewed (log-normal, median 12, sigma 1)": rounded(stats.lognorm(1.0, scale=12)),
    "tied (4 or 5)": tied({4: 0.5, 5: 0.5}),
    "tied (5, one in ten 9)": tied({5: 0.9, 9: 0.1}),
    **{f"censored ({share:.0%} never)": censored(share) for share in (0.05, 0.1, 0.2, 0.3, 0.5)},
}
PAIRS = [
    ("normal (20 ± 5)", "normal (20 ± 5)"),
    ("skewed (log-normal, median 8, sigma .6)", "skewed (log-normal, median 12, sigma 1)"),
    ("tied (4 or 5)", "tied (5, one in ten 9)"),
    ("tied (4 or 5)", "tied (4 or 5)"),
    ("censored (5% never)", "normal (20 ± 5)"),
    ("censored (5% never)", "censored (5% never)"),
    ("censored (10% never)", "censored (50% never)"),
    ("censored (20% never)", "skewed (log-normal, median 8, sigma .6)"),
]


def draw(weights: np.ndarray, uniform: np.ndarray) -> np.ndarray:
    """Epochs from uniform numbers."""
    return EPOCHS[np.searchsorted(np.cumsum(weights)[:-1], uniform)].astype(float)


def within(truth: float, low: np.ndarray, high: np.ndarray) -> tuple[float, float]:
    """Coverage, and mean width, of intervals cut to what is possible."""
    coverage = np.mean((low <= truth + 1e-9) & (truth - 1e-9 <= high))
    return float(coverage), float(np.mean(high - low))


def cut(low: np.ndarray, high: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return np.clip(low, 1, BUDGET), np.clip(high, 1, BUDGET)


def quotient(top: np.ndarray, bottom: np.ndarray) -> np.ndarray:
    """The quotient: 0 where both are 0, and far beyond any t where only the bottom is."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.nan_to_num(top / bottom, nan=0.0, posinf=FAR, neginf=-FAR)


def student(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    half = T[x.shape[-1]] * stats.sem(x, axis=-1)
    return cut(x.mean(-1) - half, x.mean(-1) + half)


def log_delta(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    half = T[x.shape[-1]] * stats.sem(x, axis=-1) / x.mean(-1)
    return cut(x.mean(-1) * np.exp(-half), x.mean(-1) * np.exp(half))


def bootstrap_t(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    x = x[:RESAMPLED]
    again = np.take_along_axis(
        x[:, None], RNG.integers(x.shape[1], size=(len(x), RESAMPLES, x.shape[1])), axis=-1
    )
    studentised = quotient(again.mean(-1) - x.mean(-1)[:, None], stats.sem(again, axis=-1))
    low, high = np.quantile(studentised, [TAIL, 1 - TAIL], axis=-1, method="nearest")
    error = np.maximum(stats.sem(x, axis=-1), 1e-300)
    return cut(x.mean(-1) - high * error, x.mean(-1) - low * error)


def percentile(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    x = x[:RESAMPLED]
    again = np.take_along_axis(
        x[:, None], RNG.integers(x.shape[1], size=(len(x), RESAMPLES, x.shape[1])), axis=-1
    )
    return cut(*np.quantile(again.mean(-1), [TAIL, 1 - TAIL], axis=-1))


def bounded(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return mean_bounds(x[:RESAMPLED], 1.0, BUDGET)


def means() -> None:
    methods = [student, log_delta, percentile, bootstrap_t, bounded]
    print("\n### Mean of epochs up to the budget: coverage (mean width in epochs)\n")
    names = [method.__name__ for method in methods]
    print(f"| population (mean) | n | {' | '.join(names)} |\n" + "|---" * 7 + "|")
    lowest = dict.fromkeys(names, 1.0)
    for name, weights in POPULATIONS.items():
        truth = float(weights @ EPOCHS)
        for n in SEEDS:
            x = draw(weights, RNG.random((RUNS, n)))
            found = {method.__name__: within(truth, *method(x)) for method in methods}
            lowest = {
                method: min(lowest[method], coverage) for method, (coverage, _) in found.items()
            }
            cells = " | ".join(
                f"{coverage:.1%} ({width:.1f})" for coverage, width in found.values()
            )
            print(f"| {name} ({truth:.1f}) | {n} | {cells} |", flush=True)
    print(
        "| lowest | | " + " | ".join(f"**{coverage:.1%}**" for coverage in lowest.values()) + " |"
    )


def log_ratio_delta(a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    ratio = a.mean(-1) / b.mean(-1)
    half = T[a.shape[-1]] * stats.sem(a / a.mean(-1)[:, None] - b / b.mean(-1)[:, None], axis=-1)
    return ratio * np.exp(-half), ratio * np.exp(half)


def paired_logs(a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    logs = np.log(a / b)
    half = T[a.shape[-1]] * stats.sem(logs, axis=-1)
    return np.exp(logs.mean(-1) - half), np.exp(logs.mean(-1) + half)


def bounded_ratio(a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return ratio_bounds(a[:RESAMPLED], b[:RESAMPLED], 1.0, BUDGET)


def ratios() -> None:
    methods = [log_ratio_delta, paired_logs, bounded_ratio]
    print("\n### Ratio of two such means, paired by seed: coverage (median of high / low)\n")
    names = [method.__name__ for method in methods]
    print(f"| cells (ratio) | correlation | n | {' | '.join(names)} |\n" + "|---" * 6 + "|")
    lowest = dict.fromkeys(names, 1.0)
    for one, other in PAIRS:
        truth = float(POPULATIONS[one] @ EPOCHS / (POPULATIONS[other] @ EPOCHS))
        for correlation in (0.0, 0.8):
            for n in SEEDS:
                both = RNG.multivariate_normal(
                    [0, 0], [[1, correlation], [correlation, 1]], (RUNS, n)
                )
                a = draw(POPULATIONS[one], stats.norm.cdf(both[..., 0]))
                b = draw(POPULATIONS[other], stats.norm.cdf(both[..., 1]))
                cells = []
                for method in methods:
                    low, high = method(a, b)
                    coverage = within(truth, low, high)[0]
                    lowest[method.__name__] = min(lowest[method.__name__], coverage)
                    cells.append(f"{coverage:.1%} ({np.median(high / low):.1f})")
                print(
                    f"| {one} / {other} ({truth:.2f}) | {correlation} | {n} |"
                    f" {' | '.join(cells)} |",
                    flush=True,
                )
    print(
        "| lowest | | | " + " | ".join(f"**{coverage:.1%}**" for coverage in lowest.values()) + " |"
    )


def chosen(cells: int = 5) -> None:
    """Reports divide by the mean of the cell that came out quickest: the ratio of each other cell
    to it, where all are alike and the truth is 1."""
    print(f"\n### Ratio to the quickest of {cells} cells that are alike: coverage of 1\n")
    print("| population | n | log_ratio_delta | paired_logs | bounded_ratio |\n" + "|---" * 5 + "|")
    methods = [log_ratio_delta, paired_logs, bounded_ratio]
    lowest = dict.fromkeys((method.__name__ for method in methods), 1.0)
    for name, weights in POPULATIONS.items():
        for n in SEEDS:
            x = np.stack([draw(weights, RNG.random((RESAMPLED // 2, n))) for _ in range(cells)])
            order = np.argsort(x.mean(-1), axis=0, kind="stable")
            x = np.take_along_axis(x, order[..., None], axis=0)
            coverages = []
            for method in methods:
                ends = [method(x[other], x[0]) for other in range(1, cells)]
                coverage = float(np.mean([within(1.0, low, high)[0] for low, high in ends]))
                lowest[method.__name__] = min(lowest[method.__name__], coverage)
                coverages.append(f"{coverage:.1%}")
            print(f"| {name} | {n} | {' | '.join(coverages)} |", flush=True)
    print(
        "| lowest | | " + " | ".join(f"**{coverage:.1%}**" for coverage in lowest.values()) + " |"
    )


def worst_case(populations: int = 4_000) -> None:
    """Exact coverage of Gaffke's upper bound over random populations of two to four values in [0,
    1]."""
    print("\n### Looking for a population that breaks it: exact, two to four values at random\n")
    print("| n | populations | lowest coverage of one end (nominal 97.5 %) |\n|---|---|---|")
    for n in SEEDS:
        worst = 1.0
        number = populations // 20 if n == 10 else populations
        for values in (2, 3, 4):
            drawn = combinations_with_replacement(range(values), n)
            counts = np.array([np.bincount(each, minlength=values) for each in drawn])
            for _ in range(number):
                points = RNG.beta(*RNG.choice([0.2, 1, 5], 2), values)
                weights = RNG.dirichlet(np.full(values, 0.5))
                samples = np.array([np.repeat(points, row) for row in counts])
                chance = stats.multinomial.pmf(counts, n, weights)
                above = share_above(
                    np.column_stack([samples, np.ones(len(samples))]),
                    np.full(len(samples), points @ weights),
                )
                worst = min(worst, float(chance @ (above > TAIL)))
        print(f"| {n} | {3 * number:,} | {worst:.2%} |", flush=True)


HORIZONS = (10, 20, 50, 100, 200)


@cache
def ends(counts: tuple[int, ...], n: int) -> tuple[int, int | None]:
    """The interval of a span; a count of -1 is a rung that was not climbed."""
    rungs = []
    for horizon, solved in zip(HORIZONS, counts, strict=True):
        if solved >= 0:
            rungs.append(Rung(horizon, solved, n, untried=0))
        else:
            rungs.append(Rung(horizon, 0, 0, untried=n))
    found = span_interval(rungs)
    assert found
    return found.low, found.high


def climbed(counts: np.ndarray, n: int) -> np.ndarray:
    """The counts that a ladder would have measured, and -1 for rungs that it would not have
    tried."""
    most = np.cumprod(2 * counts > n, axis=-1)
    return np.where(np.column_stack([np.ones(len(counts)), most[:, :-1]]) > 0, counts, -1)


def spans() -> None:
    print("\n### Memory span, five horizons: coverage of its interval\n")
    print("| true solve rates | span | n | sweep | ladder |\n|---|---|---|---|---|")
    curves = {
        "steep: half at 45, slope 6": (45, 6.0),
        "middling: half at 45, slope 2": (45, 2.0),
        "flat: half at 45, slope .7": (45, 0.7),
        "half at 18, slope 2": (18, 2.0),
        "half at 500, slope 1": (500, 1.0),
    }
    rates = {
        name: 1 / (1 + (np.array(HORIZONS) / half) ** slope)
        for name, (half, slope) in curves.items()
    }
    rates |= {"just above a half at all": np.full(5, 0.5 + 1e-9), "a half at all": np.full(5, 0.5)}
    lowest = [1.0, 1.0]
    for name, rate in rates.items():
        above = [h for h, ok in zip(HORIZONS, np.cumprod(rate > 0.5), strict=True) if ok]
        truth = max(above, default=0)
        for n in (6, 7, 9, 10, 20):
            counts = RNG.binomial(n, rate, (RUNS, 5))
            cells = []
            for place, design in enumerate((counts, climbed(counts, n))):
                found = [ends(tuple(row), n) for row in design.astype(int).tolist()]
                covered = np.mean(
                    [low <= truth and (high is None or truth <= high) for low, high in found]
                )
                lowest[place] = min(lowest[place], float(covered))
                cells.append(f"{covered:.1%}")
            print(f"| {name} | {truth} | {n} | {' | '.join(cells)} |", flush=True)
    print("| lowest | | | " + " | ".join(f"**{covered:.1%}**" for covered in lowest) + " |")


@cache
def half(counts: tuple[int, ...], n: int, *, count_untried: bool) -> float:
    """Where the fitted curve crosses a half; infinite where it is not among the horizons."""
    known = [
        (h, max(k, 0), n) for h, k in zip(HORIZONS, counts, strict=True) if k >= 0 or count_untried
    ]
    return (fit(known).half or np.inf) if len(known) > 1 else np.inf


def halves(runs: int = 400) -> None:
    print("\n### Half of the seeds, fitted on ladders: median [10 % to 90 %]; truth 45\n")
    print(
        "| slope | n | rungs that were tried | all rungs, untried as unsolved | no half (tried) |"
    )
    print("|---|---|---|---|---|")
    for slope in (6.0, 2.0):
        for n in SEEDS:
            rate = 1 / (1 + (np.array(HORIZONS) / 45) ** slope)
            counts = climbed(RNG.binomial(n, rate, (runs, 5)), n).astype(int).tolist()
            cells = []
            missing = []
            for count_untried in (False, True):
                found = np.array(
                    [half(tuple(row), n, count_untried=count_untried) for row in counts]
                )
                low, middle, high = np.quantile(found, [0.1, 0.5, 0.9], method="nearest")
                cells.append(f"{middle:.0f} [{low:.0f} to {high:.0f}]")
                missing.append(np.mean(np.isinf(found)))
            print(f"| {slope:g} | {n} | {' | '.join(cells)} | {missing[0]:.0%} |", flush=True)


if __name__ == "__main__":
    means()
    ratios()
    worst_case()
    spans()
    halves()
    chosen()
