"""The types of findings across tasks."""

from typing import Literal

from msgspec import Struct

from rnnbench.findings.stats.ranges import Range

AspectName = Literal["capacity", "trainability", "extrapolation", "speed", "memory"]


class Profile(Struct, frozen=True):
    """Share of a cell's runs above each threshold of the score, with a 95 % interval at each by
    itself."""

    shares: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]


class AspectRow(Struct, frozen=True, kw_only=True):
    """One cell in one aspect.

    figures: by name; the first one decides the order. Those over seeds have a "95 % interval" where
             a method holds it, and below that the range of the same figure over single seeds; those
             of cost are geometric means, with the range over shapes.
    """

    row: str
    figures: dict[str, Range]
    profile: Profile | None = None


class Improvement(Struct, frozen=True):
    """Probability that a run of one cell is better than a run of another on the same condition,
    ties as half."""

    row: str
    over: str
    probability: Range


class Aspect(Struct, frozen=True, kw_only=True):
    """One thing that cells are compared in over all conditions of a run. Aspects are never added
    up.

    measures:   what the score or ratio is, in words.
    conditions: their titles (of cost figures: the shapes), each with as many runs as there are
                `seeds`.
    thresholds: of the profiles.
    rows:       the best first; empty where there is no aggregate.
    pairs:      the first row over each other one.
    left_out:   reason by condition, or by cell.
    missing:    what a complete set lacks, or what is mixed: with any of it, there is no aggregate.
    absent:     why there is nothing to aggregate.
    answer:     a sentence or two.
    """

    name: AspectName
    measures: str
    better: Literal["higher", "lower"]
    conditions: tuple[str, ...] = ()
    seeds: tuple[int, ...] = ()
    thresholds: tuple[float, ...] = ()
    rows: tuple[AspectRow, ...] = ()
    pairs: tuple[Improvement, ...] = ()
    left_out: dict[str, str] = {}
    missing: tuple[str, ...] = ()
    absent: str = ""
    answer: str = ""
