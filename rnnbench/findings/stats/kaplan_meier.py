"""Epochs to a threshold as censored data: Kaplan-Meier curves, and means up to the budget."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

import numpy as np
from msgspec import Struct

from rnnbench.findings.stats.bounded_mean import mean_bounds, ratio_bounds
from rnnbench.findings.stats.ranges import Range

Epochs = Sequence[int | None]
"""Epochs to a threshold by seed; None for a seed that is censored at the budget."""


class Survival(Struct, frozen=True):
    """The Kaplan-Meier curve of a cell: the share of seeds that have not reached the threshold.

    epochs:  the epochs after which some seed reached the threshold, in order.
    share:   the share of seeds that have not reached it after each of these epochs.
    at_risk: the number of seeds that had not reached it before each of these epochs.
    """

    epochs: tuple[int, ...]
    share: tuple[float, ...]
    at_risk: tuple[int, ...]


def survival(epochs: Epochs) -> Survival:
    """Return the curve of these seeds; all censoring is at one budget.

    It is scipy's estimator (`scipy.stats.ecdf`) to the last bit, without its checks of arguments,
    which take a hundred times as long as the curve of a few seeds.
    """
    reached = Counter(epoch for epoch in epochs if epoch is not None)
    times = sorted(reached)
    seeds = len(epochs)
    at_risk = []
    shares = []
    left = seeds
    product = 1.0
    for time in times:
        at_risk.append(left)
        product *= (left - reached[time]) / left
        left -= reached[time]
        # Without censored seeds, scipy counts the seeds that are left.
        shares.append(product if reached.total() < seeds else 1 - (seeds - left) / seeds)
    return Survival(epochs=tuple(times), share=tuple(shares), at_risk=tuple(at_risk))


def restricted_mean(epochs: Epochs, budget: int) -> Range:
    """Return the mean of epochs up to the budget: the area under the Kaplan-Meier curve.

    Its 95 % interval allows for seeds that would have been censored.
    """
    return restricted_means([epochs], budget)[0]


def restricted_means(cells: Sequence[Epochs], budget: int) -> list[Range]:
    """Return the restricted mean of each of these cells, all in one pass."""
    censored_epochs = [censored(epochs, budget) for epochs in cells]
    means: dict[int, Range] = {}
    for places, (values,) in _by_seeds(censored_epochs):
        lows, highs = mean_bounds(values, 1.0, float(budget))
        for place, low, high in zip(places, lows.tolist(), highs.tolist(), strict=True):
            centre = _area(survival(cells[place]), budget)
            means[place] = Range(centre, low, high, len(cells[place]), "95 % interval")
    return [means[place] for place in range(len(cells))]


def restricted_ratio(ours: Epochs, theirs: Epochs, budget: int) -> Range:
    """Return the ratio of the means up to the budget of two cells on the same seeds."""
    return restricted_ratios([(ours, theirs)], budget)[0]


def restricted_ratios(pairs: Sequence[tuple[Epochs, Epochs]], budget: int) -> list[Range]:
    """Return the ratio of restricted means of each of these pairs of cells, all in one pass."""
    ours = [censored(first, budget) for first, _ in pairs]
    theirs = [censored(second, budget) for _, second in pairs]
    ratios: dict[int, Range] = {}
    for places, (our_epochs, their_epochs) in _by_seeds(ours, theirs):
        lows, highs = ratio_bounds(our_epochs, their_epochs, 1.0, float(budget))
        for place, low, high in zip(places, lows.tolist(), highs.tolist(), strict=True):
            centre = float(ours[place].mean() / theirs[place].mean())
            ratios[place] = Range(centre, low, high, len(ours[place]), "95 % interval")
    return [ratios[place] for place in range(len(pairs))]


def censored(epochs: Epochs, budget: int) -> np.ndarray:
    """Return epochs up to the budget, (seeds,); a seed that did not reach the threshold has it."""
    values = [budget if epoch is None else min(epoch, budget) for epoch in epochs]
    return np.array(values, dtype=np.float64)


def _area(curve: Survival, budget: int) -> float:
    """Return the area under a curve up to the budget."""
    widths = np.diff([0, *curve.epochs, budget])
    return float(widths @ [1.0, *curve.share])


def _by_seeds(*columns: Sequence[np.ndarray]) -> Iterator[tuple[list[int], list[np.ndarray]]]:
    """Yield the places of cells with equally many seeds, and a table (cells, seeds) per column."""
    places: dict[int, list[int]] = defaultdict(list)
    for place, epochs in enumerate(columns[0]):
        places[len(epochs)].append(place)
    for alike in places.values():
        yield alike, [np.stack([column[place] for place in alike]) for column in columns]
