"""Widens the grid of a learning-rate search whose best rate is at the edge."""

from itertools import chain, product

from rnnbench.findings.learning.scored import Table, ranks, reached
from rnnbench.records import Recipe

STEPS = tuple(
    float(f"{mantissa}e{exponent}") for exponent, mantissa in product(range(-12, 6), (1, 3))
)
"""The rates by which a grid is widened: 1, 3, 10, 30 and so on, and their fractions."""


def rate_beyond(table: Table, recipe: Recipe) -> float | None:
    """Return a rate beyond the grid, where the best one is at the edge and level with no other.

    None where no such rate is within the bounds of the recipe. Where every training was lost and
    some diverged, a lower rate may help.
    """
    rates = sorted(table)
    trainings = list(chain.from_iterable(table.values()))
    if all(training.lost for training in trainings):
        has_diverged = any(training.diverged for training in trainings)
        return _below(rates[0], recipe) if has_diverged else None
    rank_of = ranks(table, recipe)
    best = min(rates, key=rank_of.__getitem__)
    counts = 2 if reached(table) else 3  # where the target is reached, the loss does not count
    if any(rank_of[rate][:counts] == rank_of[best][:counts] for rate in rates if rate != best):
        return None
    if best == rates[0]:
        return _below(best, recipe)
    return _above(best, recipe) if best == rates[-1] else None


def _below(rate: float, recipe: Recipe) -> float | None:
    beyond = next((step for step in reversed(STEPS) if step <= rate / 2), 0.0)
    return beyond if beyond >= recipe.lowest_rate else None


def _above(rate: float, recipe: Recipe) -> float | None:
    beyond = next((step for step in STEPS if step >= 2 * rate), float("inf"))
    return beyond if beyond <= recipe.highest_rate else None
