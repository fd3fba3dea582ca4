"""Looks: how many seeds there were whenever verdicts of a condition were shown."""

from msgspec import Struct


class Look(Struct, frozen=True, kw_only=True):
    """A condition as it was shown once, with whatever was said of its cells.

    condition: its id, that of a trial without cell and seed.
    seeds:     by cell, in full, how many of its seeds had figures.
    """

    condition: str
    seeds: dict[str, int]


class Looked(Struct, frozen=True, kw_only=True):
    """What is known of the looks at a run.

    planned: how many seeds its suite named when it was run first; 0 where that is not known.
    looks:   whoever made them, in any order.
    """

    planned: int = 0
    looks: tuple[Look, ...] = ()
