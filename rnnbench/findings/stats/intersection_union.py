"""Whether a cell at its best learning rate beats another cell at all of its rates.

A search may leave each cell several rates. Which of the other cell's rates looks best is luck, so
the largest p-value over them counts: an intersection-union test, which needs no correction. A
cell's own best rate is chosen on the seeds that are then tested. That choice is corrected for by
sign flips of whole seeds over all rates that are left of the cell (`westfall_young`,
docs/decisions/0024).
"""

from collections.abc import Sequence

from msgspec.structs import replace

from rnnbench.findings.stats.estimates import LEVEL
from rnnbench.findings.stats.hodges_lehmann import effect
from rnnbench.findings.stats.ranges import Range
from rnnbench.findings.stats.signed_rank import ON_BOUNDARY, p_above, p_below
from rnnbench.findings.stats.westfall_young import Column, critical, smallest

Columns = Sequence[Column]
"""For each choice of rates, with both cells at their best first: the effect by seed, which is how
far one cell is above the other."""


def beats(against: Columns, own: Columns, boundary: float, *, differ: bool = False) -> float:
    """Return the one-sided p-value that a cell lies above the boundary.

    against: by rate of the other cell, the best first, at the cell's own best rate.
    own:     by rate of the cell itself, the best first, at the other cell's best rate.
    differ:  values at the boundary are left out, in place of counting against the cell.
    """
    largest = max(p_above(list(column.values()), boundary, differ=differ) for column in against)
    if largest >= 1:
        return 1.0
    if len(own) == 1:
        return largest
    distances = [_distances(column, boundary, differ=differ) for column in own]
    return smallest([column for column in distances if column], largest)


def falls_below(against: Columns, own: Columns, boundary: float, *, differ: bool = False) -> float:
    """Return the one-sided p-value that a cell lies below the boundary; see `beats`."""
    if len(own) == 1:
        columns = [list(column.values()) for column in against]
        return min(1.0, max(p_below(column, boundary, differ=differ) for column in columns))
    return beats(list(map(negative, against)), list(map(negative, own)), -boundary, differ=differ)


def reach(above: Columns, below: Columns, level: float = LEVEL, *, picked: bool = True) -> Range:
    """Return the typical effect at the best rates, with its interval over all choices of rates.

    The interval is from the lowest end over `above` to the highest end over `below`, at levels that
    are corrected for the choice among rates. Where one of the choices has no interval, the result
    is a plain range.

    above:  the choices at which the effect has to lie above a boundary, to be called above it.
    below:  the choices at which the effect has to lie below a boundary, to be called below it.
    picked: whether the first choice was picked because its rates came out best.
    """
    best = effect(list(above[0].values()), level)
    if len(above) == len(below) == 1:
        return best
    own_above = below if picked else above[:1]
    own_below = list(map(negative, above)) if picked else below[:1]
    lower = _effects(above, 2 * critical(own_above, level / 2))
    upper = _effects(below, 2 * critical(own_below, level / 2))
    is_complete = len(lower) == len(above) and len(upper) == len(below)
    kinds = {found.kind for found in (*lower, *upper)}
    return replace(
        best,
        low=min(found.low for found in lower),
        high=max(found.high for found in upper),
        kind=best.kind if is_complete and kinds == {best.kind} else "range",
    )


def negative(column: Column) -> Column:
    """Return the effects of the other cell over the first one."""
    return {seed: -value for seed, value in column.items()}


def _effects(columns: Columns, level: float) -> list[Range]:
    """Return the effect at each choice of rates that has any seed."""
    return [effect(list(column.values()), level) for column in columns if column]


def _distances(column: Column, boundary: float, *, differ: bool) -> Column:
    """Return how far values are above a boundary, with `differ` without those that lie on it."""
    distances = {seed: value - boundary for seed, value in column.items()}
    if not differ:
        return distances
    return {seed: value for seed, value in distances.items() if abs(value) > ON_BOUNDARY}
