"""What reports write of a claim's conditions, the same in Markdown, on the page and beside the
forest plot."""

import rnnbench
from rnnbench_reports.style import number

BY_THEMSELVES = ("task", "shape")
"""Facets whose values need no name beside them."""


def facets(judged: rnnbench.Judged) -> str:
    """What tells a condition from others: `adding, horizon 50, equal parameters`."""
    return ", ".join(
        value if name in BY_THEMSELVES else f"{name} {value}"
        for name, value in judged.facets.items()
    )


def heading(reading: rnnbench.ReadingFinding) -> str:
    """The title of a reading, and what it asks."""
    return f"{reading.title}: {reading.summary}" if reading.title else reading.summary


def effect(found: rnnbench.Range | None) -> str:
    """`0.408 [0.375 to 0.447]`, with the kind of what lies around where that is no interval."""
    if found is None:
        return "-"
    if found.low == found.high:
        return number(found.centre)
    kind = "" if found.kind == "95 % interval" else f", {found.kind}"
    return f"{number(found.centre)} [{number(found.low)} to {number(found.high)}{kind}]"


def p_value(judged: rnnbench.Judged) -> str:
    """The p-value; `exact` of what was counted."""
    if judged.p_value is None:
        return "-"
    if judged.p_value > 0:
        return rnnbench.text.rounded(judged.p_value, rnnbench.text.P_DIGITS)
    return "exact" if judged.effect and judged.effect.low == judged.effect.high else "-"


def state(judged: rnnbench.Judged) -> str:
    """Whether the claim holds, and what is to be said of that."""
    more = rnnbench.text.more_seeds(judged.more_seeds)
    told = "; ".join(filter(None, (judged.why, *judged.lost, more)))
    return judged.state + (f": {told}" if told else "")


def rates(judged: rnnbench.Judged) -> str:
    """The learning rates of each cell, the best first: `gru 0.01 or 0.003; lstm 0.001`."""
    return (
        "; ".join(
            f"{side.cell} {' or '.join(map(number, side.rates)) or '-'}" for side in judged.rates
        )
        or "-"
    )


def is_trained(claim: rnnbench.ClaimFinding) -> bool:
    """Whether some condition of it has learning rates."""
    return any(judged.rates for reading in claim.readings for judged in reading.judged)


def common_search(claim: rnnbench.ClaimFinding) -> str:
    """How the learning rates of all its cells were found, in a sentence; "" where that differs or
    is not done."""
    found = {
        side.search
        for reading in claim.readings
        for judged in reading.judged
        for side in judged.rates
    }
    if len(found) != 1:
        return ""
    (search,) = found
    return (
        "Learning rates:"
        f" {search}{'' if search.startswith('fixed') else ', for each cell by itself'}."
    )


def search(judged: rnnbench.Judged) -> str:
    """How the learning rates of a condition were found, where conditions of its claim differ in
    that."""
    found = dict.fromkeys(side.search for side in judged.rates)
    if len(found) == 1:
        return next(iter(found))
    return "; ".join(f"{side.cell}: {side.search}" for side in judged.rates) or "-"
