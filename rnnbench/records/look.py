"""Looks: the numbers of seeds at which verdicts on a condition were shown."""

from msgspec import Struct


class Look(Struct, frozen=True, kw_only=True):
    """One time at which a condition was shown, with every figure of its cells.

    condition: its id, which is that of a trial without cell and seed.
    seeds:     number of seeds with figures, by the full record of the cell.
    """

    condition: str
    seeds: dict[str, int]


class Looked(Struct, frozen=True, kw_only=True):
    """All recorded looks at a run.

    planned: number of seeds that the suite named at the first run; 0 where it is unknown.
    looks:   looks by anybody, in any order.
    """

    planned: int = 0
    looks: tuple[Look, ...] = ()
