"""Do intervals of figures over several tasks hold what they say, at few seeds?

Simulated: scores from 0 to 1 of one cell (interquartile mean, optimality gap, profile) or of two
(probability of improvement) on 2, 5 and 10 tasks with 3, 5 and 10 seeds each. Every task has a
population of 2,000 equally likely scores, so that the truth is exact. Scores are normal, skewed
(log-normal shortfalls), tied (tenths, with a ceiling) or censored (solved or at chance); the tasks
of a suite are alike, or apart; or, the hardest, one is in doubt among others that are always
solved or never. The stratified bootstrap (seeds drawn again within each task) in five forms is
compared with two others: "mended", with weights whose spread is right and something unseen
(reports have it for the interquartile mean and the gap), and "one pot", all runs as draws from one
mixture (reports have it for shares: of profiles, and of improvement).

Run: python benchmarks/across_coverage.py [runs]
"""

import sys
from collections import defaultdict
from collections.abc import Iterator
from itertools import product
from time import perf_counter

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from rnnbench.findings.stats.aggregates import (
    ALL,
    MIDDLE,
    THRESHOLDS,
    Interval,
    duels,
    share_intervals,
    weights,
    worst,
)

Array = NDArray[np.float64]
Ends = dict[str, tuple[Array, Array]]
GRID = (np.arange(2000) + 0.5) / 2000
SEEDS = (3, 5, 10)
TASKS = (2, 5, 10)
SHAPES = ("normal", "skewed", "tied", "censored")
RESAMPLES = 300
CHUNK = 20
TAILS = np.array([0.025, 0.975])
rng = np.random.default_rng(0)


def population(shape: str, place: float) -> Array:
    """The scores of one task, in order; `place` from 0 to 1 says how well it goes."""
    if shape == "normal":
        scores = stats.norm.ppf(GRID, 0.2 + 0.6 * place, 0.12)
    elif shape == "skewed":
        scores = 1 - stats.lognorm.ppf(1 - GRID, 0.8, scale=0.6 - 0.5 * place)
    elif shape == "tied":
        scores = np.round(stats.norm.ppf(GRID, 0.5 + 0.6 * place, 0.25), 1)
    else:
        scores = np.where(0.9 - 0.8 * place > GRID, 0.0, 0.9 + 0.1 * GRID)
    return np.clip(scores, 0, 1)


def suites(shape: str, tasks: int) -> Iterator[tuple[str, Array]]:
    """Populations of the tasks of a suite, (tasks, 2000), by their layout."""
    yield "alike", np.array([population(shape, 0.7)] * tasks)
    yield "apart", np.array([population(shape, place) for place in np.linspace(0, 1, tasks)])
    if shape == "censored":
        for chance in (0.5, 0.8):
            sure = [np.full(GRID.shape, float(place % 2)) for place in range(tasks - 1)]
            yield f"one in doubt at {chance}", np.array([*sure, (1 - chance < GRID).astype(float)])


def draw(populations: Array, normal: Array) -> Array:
    """Scores (runs, tasks, seeds) at the quantiles of these normal numbers, which have that
    shape."""
    picked = np.minimum((stats.norm.cdf(normal) * len(GRID)).astype(int), len(GRID) - 1)
    return np.asarray(populations[np.arange(len(populations))[:, None], picked])


def resampled(tasks: int, seeds: int) -> Array:
    """How often each run is drawn, (RESAMPLES, tasks, seeds)."""
    return rng.multinomial(seeds, np.full(seeds, 1 / seeds), (RESAMPLES, tasks)).astype(float)


def middle(values: Array, counts: Array) -> tuple[Array, Array, Array]:
    """Of ordered values (runs, N) with counts (..., runs, N): the interquartile mean as scipy trims
    it, and both ends of the middle."""
    number = counts.sum(-1, keepdims=True)
    cut = np.floor(number / 4)
    up_to = np.cumsum(counts, axis=-1)
    inside = np.clip(up_to, cut, number - cut) - np.clip(up_to - counts, cut, number - cut)
    first = (up_to <= cut).sum(-1)
    last = (up_to < number - cut).sum(-1)
    run = np.arange(len(values))
    return (
        (inside * values).sum(-1) / (number - 2 * cut)[..., 0],
        values[run, first],
        values[run, last],
    )


def deviation(parts: Array, counts: Array) -> Array:
    """Standard error of a mean over tasks of what each run adds, (..., tasks, seeds), by the spread
    within tasks."""
    seeds = counts.sum(-1)
    means = (parts * counts).sum(-1) / seeds
    spread = (counts * np.square(parts - means[..., None])).sum(-1) / (seeds - 1)
    return np.asarray(np.sqrt((spread / seeds).sum(-1)) / parts.shape[-2])


def bootstrap(
    estimate: Array, error: Array, found: Array, errors: Array, left_out: Array, seeds: int
) -> Ends:
    """Its five forms, for estimates (runs,) and resampled ones (draws, runs); `left_out` are those
    without each run, (runs, tasks, seeds)."""
    plain = np.quantile(found, TAILS, axis=0)
    wide = estimate + (plain - estimate) * np.sqrt(seeds / (seeds - 1))
    below = np.clip((found < estimate).mean(0) + 0.5 * (found == estimate).mean(0), 1e-3, 1 - 1e-3)
    pull = left_out.mean(-1, keepdims=True) - left_out
    square = np.maximum(np.square(pull).sum((1, 2)), 1e-12)
    speed = (pull**3).sum((1, 2)) / (6 * square**1.5)
    moved = stats.norm.ppf(below) + stats.norm.ppf(TAILS)[:, None]
    where = stats.norm.cdf(stats.norm.ppf(below) + moved / (1 - speed * moved))
    corrected = np.take_along_axis(
        np.sort(found, axis=0), np.rint(where * (len(found) - 1)).astype(int), 0
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        student = np.nan_to_num((found - estimate) / errors, nan=0.0, posinf=1e9, neginf=-1e9)
    by_student = np.clip(estimate - np.quantile(student, TAILS[::-1], axis=0) * error, 0, 1)
    return {
        "percentile": tuple(plain),
        "percentile, widened": tuple(wide),
        "basic": tuple(2 * estimate - plain[::-1]),
        "BCa": tuple(corrected),
        "studentised": tuple(by_student),
    }  # type: ignore[return-value]


def of_middle(scores: Array, counts: Array) -> Ends:
    """Intervals of the interquartile mean of tables (runs, tasks, seeds)."""
    flat = scores.reshape(len(scores), -1)
    order = np.argsort(flat, axis=1)
    values = np.take_along_axis(flat, order, 1)
    found, low, high = middle(values, counts.reshape(len(counts), -1)[:, order])
    estimate, one_low, one_high = middle(values, np.ones(values.shape))
    without = middle(values, (1 - np.eye(flat.shape[1]))[:, None].repeat(len(scores), 1))[0].T
    left_out = np.empty_like(flat)
    np.put_along_axis(left_out, order, without, 1)
    parts = 2 * np.clip(scores, low[..., None, None], high[..., None, None])
    whole = 2 * np.clip(scores, one_low[:, None, None], one_high[:, None, None])
    error = deviation(whole, np.ones(scores.shape))
    errors = deviation(parts, counts[:, None])
    made = bootstrap(
        estimate, error, found, errors, left_out.reshape(scores.shape), scores.shape[-1]
    )
    return {**made, **mended(scores, MIDDLE, estimate), **one_pot(values)}


def one_pot(values: Array) -> Ends:
    """Of ordered values (runs, N): all runs in one pot, and one more at the worst score for the
    lower end, the best for the upper: Gaffke 2005. The spread between tasks is in it."""
    number = values.shape[1]
    drawn = np.random.default_rng(0).dirichlet(np.ones(number + 1), RESAMPLES)
    up_to = np.clip(np.cumsum(drawn, axis=1), 0.25, 0.75)
    inside = 2 * np.diff(up_to, axis=1)
    low = np.quantile(values @ inside.T, TAILS[0], axis=1)
    short = np.quantile((1 - values[:, ::-1]) @ inside.T, TAILS[0], axis=1)
    return {"one pot": (low, 1 - short)}


def mended(scores: Array, part: Interval, estimate: Array) -> Ends:
    """As in the reports, of many tables at once, with fewer draws."""
    flat = scores.reshape(len(scores), -1)
    order = np.argsort(flat, axis=1)
    values = np.take_along_axis(flat, order, 1)
    shares, unseen = weights(*scores.shape[1:], RESAMPLES)
    shares = shares.reshape(RESAMPLES, -1)[:, order]
    low = np.quantile(worst(values, shares, unseen, part), TAILS[0], axis=0)
    short = np.quantile(
        worst(1 - values[:, ::-1], shares[..., ::-1], unseen, part), TAILS[0], axis=0
    )
    return {"mended": (np.minimum(low, estimate), np.maximum(1 - short, estimate))}


def of_share(above: Array) -> Ends:
    """Intervals of the share of runs (runs, tasks, seeds) that are above something."""
    shares, unseen = weights(*above.shape[1:], RESAMPLES)
    drawn = above.reshape(len(above), -1) @ shares.reshape(RESAMPLES, -1).T
    return {
        "mended": shifted(drawn, unseen),
        "one pot": share_intervals(above.mean((1, 2)), above[0].size),
    }


def shifted(drawn: Array, unseen: Array) -> tuple[Array, Array]:
    """Ends for shares, of drawn ones (runs, draws)."""
    low = np.maximum(drawn - unseen, 0)
    high = np.minimum(drawn + unseen, 1)
    return np.quantile(low, TAILS[0], axis=-1), np.quantile(high, TAILS[1], axis=-1)


def of_improvement(ours: Array, theirs: Array, counts: Array) -> Ends:
    """Intervals of the probability of improvement, seeds drawn again for both cells together."""
    tasks, seeds = ours.shape[1:]
    kernel = duels(ours, theirs)
    by_task = counts.transpose(1, 2, 0)
    columns = (kernel @ by_task).transpose(3, 0, 1, 2)
    rows = (kernel.swapaxes(-1, -2) @ by_task).transpose(3, 0, 1, 2)
    found = (columns * counts[:, None]).sum((-1, -2)) / tasks / seeds**2
    estimate = kernel.mean((1, 2, 3))
    elsewhere = (
        kernel.sum((2, 3))[..., None]
        - kernel.sum(3)
        - kernel.sum(2)
        + np.einsum("rkii->rki", kernel)
    )
    left_out = (
        estimate[:, None, None]
        + (elsewhere / (seeds - 1) ** 2 - kernel.mean((2, 3))[..., None]) / tasks
    )
    error = deviation((kernel.sum(3) + kernel.sum(2)) / seeds, np.ones(ours.shape))
    made = bootstrap(
        estimate,
        error,
        found,
        deviation((rows + columns) / seeds, counts[:, None]),
        left_out,
        seeds,
    )
    shares, unseen = weights(tasks, seeds, RESAMPLES)
    met = (kernel @ shares.transpose(1, 2, 0)).transpose(0, 3, 1, 2)
    drawn = tasks * (met * shares).sum((-1, -2))
    return {
        **made,
        "mended": shifted(drawn, unseen),
        "one pot": share_intervals(estimate, tasks * seeds),
    }


def true_middle(populations: Array) -> float:
    """The mean of the middle half of the mixture of these tasks."""
    return float(
        np.sort(populations, axis=None)[populations.size // 4 : -(populations.size // 4)].mean()
    )


def true_improvement(ours: Array, theirs: Array) -> float:
    """Mean over tasks of P(ours > theirs) with ties as half."""
    chances = []
    for one, other in zip(ours, theirs, strict=True):
        below = np.searchsorted(other, one, "left") + np.searchsorted(other, one, "right")
        chances.append(below.mean() / 2 / other.size)
    return float(np.mean(chances))


class Tally:
    """How often intervals hold the truth and how wide they are, by method and setting."""

    def __init__(self) -> None:
        self.held: dict[str, dict[tuple[object, ...], list[Array]]] = defaultdict(
            lambda: defaultdict(list)
        )

    def note(self, found: Ends, truth: float, *setting: object) -> None:
        """A setting begins with the shape of scores and the number of seeds."""
        for method, (low, high) in found.items():
            held = (low - 1e-9 <= truth) & (truth <= high + 1e-9)
            self.held[method][setting].append(np.array([held, high - low]))

    def table(self, title: str) -> None:
        """Of each shape and number of seeds the setting that is held least often."""
        columns = list(product(SHAPES, SEEDS))
        heads = "".join(f" {shape} {seeds} |" for shape, seeds in columns)
        print(f"\n{title}\n\n| method |{heads} width at 3, 5, 10 | the worst |")
        print("|---" * (len(columns) + 3) + "|")
        for method, settings in self.held.items():
            means = {
                setting: np.concatenate(found, axis=1).mean(1)
                for setting, found in settings.items()
            }
            least = min(means, key=lambda setting: means[setting][0])
            lowest = [_lowest_rate(means, column) for column in columns]
            rates = " | ".join(f"{100 * rate:.1f}" for rate in lowest)
            widths = ", ".join(f"{_mean_width(means, seeds):.2f}" for seeds in SEEDS)
            setting = ", ".join(map(str, least))
            print(f"| {method} | {rates} | {widths} | {setting} |", flush=True)


def _lowest_rate(means: dict[tuple[object, ...], Array], column: tuple[str, int]) -> float:
    """The lowest coverage of the settings with this shape of scores and number of seeds."""
    return min(mean[0] for setting, mean in means.items() if setting[:2] == column)


def _mean_width(means: dict[tuple[object, ...], Array], seeds: int) -> float:
    """The mean width of intervals over the settings with this number of seeds."""
    return float(np.mean([mean[1] for setting, mean in means.items() if setting[1] == seeds]))


def chunks(runs: int, tasks: int, seeds: int, correlation: float = 0.0) -> Iterator[Array]:
    """Normal numbers (chunk, tasks, seeds), correlated over tasks within a seed by so much."""
    for start in range(0, runs, CHUNK):
        size = min(CHUNK, runs - start)
        common = rng.normal(size=(size, 1, seeds))
        own = rng.normal(size=(size, tasks, seeds))
        yield np.sqrt(correlation) * common + np.sqrt(1 - correlation) * own


def simulate_one(runs: int) -> None:
    """Figures of one cell."""
    middles = Tally()
    gaps = Tally()
    shares = Tally()
    for shape in SHAPES:
        for tasks in TASKS:
            for layout, populations in suites(shape, tasks):
                truth = true_middle(populations)
                mean = float(populations.mean())
                above = {t: float((populations > t).mean()) for t in THRESHOLDS[::12]}
                for seeds in SEEDS:
                    counts = resampled(tasks, seeds)
                    at = (shape, seeds, tasks, layout)
                    for normal in chunks(runs, tasks, seeds):
                        scores = draw(populations, normal)
                        middles.note(of_middle(scores, counts), truth, *at)
                        gaps.note(mended(scores, ALL, scores.mean((1, 2))), mean, *at)
                        for threshold, share in above.items():
                            shares.note(of_share(scores > threshold), share, *at, threshold)
    middles.table("Interquartile mean")
    gaps.table("Optimality gap")
    shares.table("Points of a profile")


def simulate_two(runs: int) -> None:
    """A cell against another: level, ahead everywhere, or ahead on every other task; seeds paired
    or not."""
    tally = Tally()
    for shape in SHAPES:
        for tasks in TASKS:
            for layout, ours in suites(shape, tasks):
                behind = np.clip(ours - 0.15, 0, 1)
                before = np.clip(ours + 0.15, 0, 1)
                mixed = np.where((np.arange(tasks) % 2 == 0)[:, None], behind, before)
                for relation, theirs in (("level", ours), ("ahead", behind), ("mixed", mixed)):
                    truth = true_improvement(ours, theirs)
                    for seeds in SEEDS:
                        counts = resampled(tasks, seeds)
                        for paired in (0.0, 0.8):
                            for first in chunks(runs, tasks, seeds):
                                own = rng.normal(size=first.shape)
                                second = paired * first + np.sqrt(1 - paired**2) * own
                                found = of_improvement(
                                    draw(ours, first), draw(theirs, second), counts
                                )
                                at = (shape, seeds, tasks, layout, relation, f"paired {paired}")
                                tally.note(found, truth, *at)
    tally.table("Probability of improvement")


def simulate_together(runs: int) -> None:
    """What if a seed does well or badly on all tasks at once?"""
    for correlation in (0.1, 0.3):
        tally = Tally()
        for shape in SHAPES:
            for tasks in TASKS:
                for layout, populations in suites(shape, tasks):
                    for seeds in SEEDS:
                        for normal in chunks(runs, tasks, seeds, correlation):
                            scores = draw(populations, normal)
                            estimate = stats.trim_mean(
                                scores.reshape(len(scores), -1), 0.25, axis=1
                            )
                            found = mended(scores, MIDDLE, estimate)
                            tally.note(found, true_middle(populations), shape, seeds, tasks, layout)
        tally.table(f"Interquartile mean, seeds correlated by {correlation} over tasks")


if __name__ == "__main__":
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    started = perf_counter()
    simulate_one(number)
    simulate_two(number)
    simulate_together(number)
    print(f"\n{number} runs a setting, {perf_counter() - started:.0f} s")
