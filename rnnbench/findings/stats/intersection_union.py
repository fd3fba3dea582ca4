"""Two cells, each of which is left with several learning rates: whether the best of one beats all
of the other's.

Of the other's rates one is its best, and which one looks best is luck: the largest p-value over
them counts, which needs no correction. A cell's own best rate is chosen on the seeds that are then
tested: what that choice adds by luck is counted by sign flips of whole seeds over all rates that
are left of it (`flips`, docs/decisions/0024).
"""

from collections.abc import Sequence

from msgspec.structs import replace

from rnnbench.findings.stats.estimates import LEVEL
from rnnbench.findings.stats.hodges_lehmann import effect
from rnnbench.findings.stats.ranges import Range
from rnnbench.findings.stats.signed_rank import p_above
from rnnbench.findings.stats.westfall_young import Column, critical, smallest

Columns = Sequence[Column]
"""By choice of rates, both at their best first: by seed how far one cell is above the other."""


def beats(against: Columns, own: Columns, boundary: float, *, differ: bool = False) -> float:
    """One-sided p-value that a cell lies above the boundary.

    against: by rate of the other cell, the best first, at the best of its own.
    own:     by rate of its own, the best first, at the best of the other's.
    differ:  values at the boundary are left out, in place of counting against it.
    """
    worst = max(p_above(list(column.values()), boundary, differ=differ) for column in against)
    away = [_away(column, boundary, differ=differ) for column in own]
    return smallest([column for column in away if column], worst) if worst < 1 else 1.0


def falls_below(against: Columns, own: Columns, boundary: float, *, differ: bool = False) -> float:
    """Likewise that it lies below it."""
    return beats(list(map(negative, against)), list(map(negative, own)), -boundary, differ=differ)


def reach(above: Columns, below: Columns, level: float = LEVEL, *, picked: bool = True) -> Range:
    """What is typical at the best rates, from the lowest end that `above` leaves to the highest of
    `below`, at levels at which the choice among rates is counted in. Where one of these choices
    carries no interval, this is none.

    above:  the choices by which the effect has to lie above a boundary, to be called so; likewise
            `below`.
    picked: whether the first choice is one that came out best of its cell's own.
    """
    best = effect(list(above[0].values()), level)
    owns = (below, list(map(negative, above))) if picked else (above[:1], below[:1])
    levels = [2 * critical(own, level / 2) for own in owns]
    ends = [
        [effect(list(c.values()), at) for c in one if c]
        for one, at in zip((above, below), levels, strict=True)
    ]
    whole = all(len(found) == len(one) for found, one in zip(ends, (above, below), strict=True))
    alike = whole and {found.kind for found in (*ends[0], *ends[1])} == {best.kind}
    low, high = min(found.low for found in ends[0]), max(found.high for found in ends[1])
    return replace(best, low=low, high=high, kind=best.kind if alike else "range")


def negative(column: Column) -> Column:
    """The same seen from the other cell."""
    return {seed: -value for seed, value in column.items()}


def _away(column: Column, boundary: float, *, differ: bool) -> Column:
    away = {seed: value - boundary for seed, value in column.items()}
    return {seed: value for seed, value in away.items() if not differ or abs(value) > 1e-12}
