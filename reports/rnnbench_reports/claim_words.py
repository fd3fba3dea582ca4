"""Words on the conditions of a claim: for Markdown, for the page, and beside the forest plot."""

from collections.abc import Iterator, Mapping
from itertools import chain

import rnnbench
from rnnbench_reports.style import number

UNNAMED_FACETS = ("task", "shape")
"""Facets whose values are clear without their names."""


def facets(judged: rnnbench.Judged) -> str:
    """Return what distinguishes a condition: `adding, horizon 50, equal parameters`."""
    return worded(judged.facets)


def worded(named: Mapping[str, str]) -> str:
    """Return facets in words, each with its name where its value does not speak for itself."""
    return ", ".join(
        value if name in UNNAMED_FACETS else f"{name} {value}" for name, value in named.items()
    )


def heading(reading: rnnbench.ReadingFinding) -> str:
    """Return the title of a reading, and what it asks."""
    return f"{reading.title}: {reading.summary}" if reading.title else reading.summary


def effect(estimate: rnnbench.Range | None) -> str:
    """Return `0.408 [0.375 to 0.447]`, with the kind of range where that is no interval."""
    if estimate is None:
        return "-"
    if estimate.low == estimate.high:
        return number(estimate.centre)
    kind = "" if estimate.kind == "95 % interval" else estimate.kind
    ends = (number(estimate.low), number(estimate.high))
    return rnnbench.text.with_ends(number(estimate.centre), *ends, kind)


def p_value(judged: rnnbench.Judged) -> str:
    """Return the p-value; `exact` where the effect was counted."""
    if judged.p_value is None:
        return "-"
    if judged.p_value > 0:
        return rnnbench.text.rounded(judged.p_value, rnnbench.text.P_DIGITS)
    return "exact" if judged.effect and judged.effect.low == judged.effect.high else "-"


def state(judged: rnnbench.Judged) -> str:
    """Return whether the claim holds, with its reasons and its losses."""
    more_seeds = rnnbench.text.more_seeds(judged.more_seeds)
    remarks = [remark for remark in (judged.why, *judged.lost, more_seeds) if remark]
    return f"{judged.state}: {'; '.join(remarks)}" if remarks else judged.state


def rates(judged: rnnbench.Judged) -> str:
    """Return the learning rates of each cell, the best first: `gru 0.01 or 0.003; lstm 0.001`."""
    by_cell = []
    for side in judged.rates:
        cell_rates = " or ".join(map(number, side.rates)) or "-"
        by_cell.append(f"{side.cell} {cell_rates}")
    return "; ".join(by_cell) or "-"


def is_trained(claim: rnnbench.ClaimFinding) -> bool:
    """Return whether some condition of a claim has learning rates."""
    return any(judged.rates for judged in _conditions(claim))


def _conditions(claim: rnnbench.ClaimFinding) -> Iterator[rnnbench.Judged]:
    return chain.from_iterable(reading.judged for reading in claim.readings)


def common_search(claim: rnnbench.ClaimFinding) -> str:
    """Return a sentence on how the learning rates of all cells of a claim were found.

    Returns "" where cells differ in that, or nothing was trained.
    """
    sides = chain.from_iterable(judged.rates for judged in _conditions(claim))
    searches = {side.search for side in sides}
    if len(searches) != 1:
        return ""
    (search,) = searches
    by_itself = "" if search.startswith("fixed") else ", for each cell by itself"
    return f"Learning rates: {search}{by_itself}."


def search(judged: rnnbench.Judged) -> str:
    """Return how the learning rates of a condition were found, cell by cell where cells differ."""
    searches = dict.fromkeys(side.search for side in judged.rates)
    if len(searches) == 1:
        return next(iter(searches))
    return "; ".join(f"{side.cell}: {side.search}" for side in judged.rates) or "-"
