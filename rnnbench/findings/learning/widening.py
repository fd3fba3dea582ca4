"""Whether the grid of a search is to be widened: its best rate stands at the edge."""

from rnnbench.findings.learning.scored import Table, ranks, reached
from rnnbench.records import Recipe

STEPS = tuple(float(f"{mantissa}e{exponent}") for exponent in range(-12, 6) for mantissa in (1, 3))
"""The rates by which a grid is widened: 1, 3, 10, 30 and so on, and their fractions."""


def rate_beyond(table: Table, recipe: Recipe) -> float | None:
    """A rate beyond the grid, where its best one stands at the edge and is level with no other;
    None where there is none within the bounds. Where everything diverged or was lost, a lower rate
    may be what it takes.
    """
    rates = sorted(table)
    trainings = [one for found in table.values() for one in found]
    if all(one.lost for one in trainings):
        return _below(rates[0], recipe) if any(one.diverged for one in trainings) else None
    order = ranks(table, recipe)
    best = min(rates, key=order.__getitem__)
    counts = 2 if reached(table) else 3  # where the target is reached, the loss tells nothing apart
    if any(order[rate][:counts] == order[best][:counts] for rate in rates if rate != best):
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
