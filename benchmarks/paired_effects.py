"""Which interval for what paired seeds say? Coverage, false verdicts, power, and looking again and
again, simulated.

Run: python benchmarks/paired_effects.py [coverage|verdicts|power|looks|boundary]...   (all without
     a name; two minutes)

A difference is between two cells at one seed. Scores: normal; skewed (lognormal, sigma 1, the other
cell at a third of the spread); tied (rounded to a quarter of their spread). Epochs: lognormal,
rounded, cut at a budget that a quarter of the seeds of the slower cell do not keep to; what is
asked is the ratio. The truth is each method's own: the mean, the median, the median of pair means,
of 400,000 draws.
"""

import sys
from collections.abc import Callable

import numpy as np
from scipy import stats

from rnnbench.findings.stats.hodges_lehmann import effect
from rnnbench.findings.stats.holm import holm
from rnnbench.findings.stats.signed_rank import evidence, p_above, p_below
from rnnbench.records import Region

RUNS = 2_000
MANY = 400_000
LEVEL = 0.05
Draw = Callable[[np.random.Generator, int], np.ndarray]


def normal(rng: np.random.Generator, n: int) -> np.ndarray:
    return rng.normal(0.3, 1.0, n)


def skewed(rng: np.random.Generator, n: int) -> np.ndarray:
    return rng.lognormal(0.0, 1.0, n) - rng.lognormal(0.0, 0.33, n)


def tied(rng: np.random.Generator, n: int) -> np.ndarray:
    return np.round(4 * rng.normal(0.3, 1.0, n)) / 4


def ceiling(rng: np.random.Generator, n: int) -> np.ndarray:
    """Accuracies of which many are perfect."""
    return np.minimum(rng.normal(0.99, 0.02, n), 1.0) - np.minimum(rng.normal(0.97, 0.02, n), 1.0)


def censored(rng: np.random.Generator, n: int) -> np.ndarray:
    """Log-ratios of epochs to target, the budget of 30 in place of what was not reached."""
    fast = rng.lognormal(np.log(14), 0.5, n)
    slow = rng.lognormal(np.log(20), 0.6, n)
    return np.log(np.clip(np.ceil(fast), 1, 30) / np.clip(np.ceil(slow), 1, 30))


DATA: dict[str, Draw] = {f.__name__: f for f in (normal, skewed, tied, ceiling, censored)}


def t_interval(values: np.ndarray) -> tuple[float, float]:
    half = stats.t.ppf(1 - LEVEL / 2, len(values) - 1) * stats.sem(values)
    return values.mean() - half, values.mean() + half


def median_interval(values: np.ndarray) -> tuple[float, float] | None:
    cut = int(stats.binom.ppf(LEVEL / 2, len(values), 0.5)) - 1
    while cut >= 0 and 2 * stats.binom.cdf(cut, len(values), 0.5) > LEVEL:
        cut -= 1
    ordered = np.sort(values)
    return (ordered[cut], ordered[-1 - cut]) if cut >= 0 else None


def pairs_interval(values: np.ndarray) -> tuple[float, float] | None:
    found = effect(values)
    return (found.low, found.high) if found.kind == "95 % interval" else None


def pair_median(values: np.ndarray, rng: np.random.Generator) -> float:
    return float(np.median((values + rng.permutation(values)) / 2))


METHODS = {
    "Student, mean": (t_interval, lambda v, _: float(v.mean())),
    "order statistics, median": (median_interval, lambda v, _: float(np.median(v))),
    "signed ranks, median of pair means": (pairs_interval, pair_median),
}


def coverage() -> None:
    """How often each interval holds the truth, and how wide it is beside Student's on normal
    data."""
    print("\n| method | n | " + " | ".join(DATA) + " |\n|---|---|" + "---|" * len(DATA))
    for name, (interval, truth) in METHODS.items():
        for n in (3, 5, 7, 10, 20):
            cells = []
            for draw in DATA.values():
                rng = np.random.default_rng(n)
                true = truth(draw(rng, MANY), rng)
                found = [interval(draw(rng, n)) for _ in range(RUNS)]
                known = [f for f in found if f is not None]
                inside = (
                    np.mean([low - 1e-9 <= true <= high + 1e-9 for low, high in known])
                    if known
                    else None
                )
                cells.append("none" if inside is None else f"{inside:.3f}")
            print(f"| {name} | {n} | " + " | ".join(cells) + " |")


def sign_flip(differences: np.ndarray) -> float:
    """Two-sided p-value of paired differences under random signs, exact up to 12 pairs (4096 sign
    patterns)."""
    values = np.asarray(differences, dtype=float)
    if not values.any():
        return 1.0
    test = stats.permutation_test(
        (values,),
        lambda x, axis: np.mean(x, axis=axis),
        permutation_type="samples",
        n_resamples=4096,
        vectorized=True,
        rng=np.random.default_rng(0),
    )
    return float(min(1.0, test.pvalue))


def alike(rng: np.random.Generator, n: int, draw: Draw) -> np.ndarray:
    """Nothing differs: both cells are drawn alike."""
    return draw(rng, n) - draw(rng, n)


def both_sides(values: np.ndarray) -> float:
    """Two-sided p-value of signed ranks."""
    above = p_above(values, 0.0, differ=True)
    below = p_below(values, 0.0, differ=True)
    return min(1.0, 2 * min(above, below))


def verdicts(runs: int = 10_000) -> None:
    """False "better" or "worse" where nothing differs; families of one, three and twenty by Holm's
    method."""
    print("\n| test | n | family | " + " | ".join(DATA) + " |\n|---|---|---|" + "---|" * len(DATA))
    for n, family in ((7, 1), (7, 3), (10, 1), (10, 3), (10, 20)):
        wrong = []
        for draw in DATA.values():
            rng = np.random.default_rng(1)
            count = runs // family
            false = 0
            for _ in range(count):
                p_values = [both_sides(alike(rng, n, draw)) for _ in range(family)]
                false += min(holm(p_values)) <= LEVEL
            wrong.append(f"{false / count:.3f}")
        print(f"| signed ranks | {n} | {family} | " + " | ".join(wrong) + " |")


def power(runs: int = 2_000) -> None:
    """How often a shift of so many standard deviations of the paired difference is found."""
    print(
        "\n| n | shift | signed ranks | Student | sign-flip of the mean | order statistics"
        " |\n|---|---|---|---|---|---|"
    )
    for n in (5, 7, 10, 20):
        for shift in (0.5, 1.0, 2.0):
            rng = np.random.default_rng(2)
            found = np.zeros(4)
            for _ in range(runs):
                values = rng.normal(shift, 1.0, n)
                found[0] += 2 * p_above(values, 0.0) <= LEVEL
                found[1] += stats.ttest_1samp(values, 0.0).pvalue <= LEVEL
                found[2] += n <= 10 and sign_flip(values) <= LEVEL
                found[3] += stats.binomtest(int((values > 0).sum()), n).pvalue <= LEVEL
            flip = f"{found[2] / runs:.2f}" if n <= 10 else "-"
            print(
                f"| {n} | {shift} | {found[0] / runs:.2f} | {found[1] / runs:.2f} | {flip} |"
                f" {found[3] / runs:.2f} |"
            )


def looks(runs: int = 10_000) -> None:
    """A claim "at most b" looked at at 10, 15, 20, 25, 30 seeds, where the effect lies just at
    b."""
    sizes = (10, 15, 20, 25, 30)
    region = Region(high=0.0)
    print("\n| | " + " | ".join(DATA) + " |\n|---|" + "---|" * len(DATA))
    rows = {"each look at 5 %": [], "each at 5 % over 5": [], "seeds on average": []}
    for draw in DATA.values():
        rng = np.random.default_rng(3)
        centre = pair_median(draw(rng, MANY), rng)
        wrong = 0
        strict = 0
        used = 0
        for _ in range(runs // 2):
            values = draw(rng, sizes[-1]) - centre
            p_values = [min(evidence(values[:n], region)) for n in sizes]
            wrong += min(p_values) <= LEVEL
            decided = [n for n, p in zip(sizes, p_values, strict=True) if p <= LEVEL / len(sizes)]
            strict += bool(decided)
            used += decided[0] if decided else sizes[-1]
        rows["each look at 5 %"].append(f"{wrong / (runs // 2):.3f}")
        rows["each at 5 % over 5"].append(f"{strict / (runs // 2):.3f}")
        rows["seeds on average"].append(f"{used / (runs // 2):.1f}")
    for name, row in rows.items():
        print(f"| {name} | " + " | ".join(row) + " |")


def boundary(runs: int = 10_000) -> None:
    """A claim "at most b" where 72 % of seeds lie at b to the bit, and the others above it.

    The typical value is b, so that the claim holds. How often it is refuted, with values at the
    boundary left out, and with them counted against it.
    """
    print("\n| values at the boundary | n = 10 | n = 20 | n = 30 |\n|---|---|---|---|")
    for name, differ in (("left out", True), ("against either answer", False)):
        shares = []
        for n in (10, 20, 30):
            rng = np.random.default_rng(4)
            values = np.where(rng.random((runs, n)) < 0.72, 0.0, np.log(5 / 4))
            refuted = [2 * p_above(one, 0.0, differ=differ) <= LEVEL for one in values]
            shares.append(np.mean(refuted))
        print(f"| {name} | " + " | ".join(f"{share:.3f}" for share in shares) + " |")


PARTS = {part.__name__: part for part in (coverage, verdicts, power, looks, boundary)}
if __name__ == "__main__":
    for part in sys.argv[1:] or PARTS:
        PARTS[part]()
