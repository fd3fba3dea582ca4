"""The records of findings over all conditions of a run."""

from typing import Literal

from msgspec import Struct

from rnnbench.findings.stats.ranges import Range

AspectName = Literal["capacity", "trainability", "extrapolation", "speed", "memory"]


class Profile(Struct, frozen=True):
    """The share of a cell's trainings whose score is above each threshold.

    low, high: ends of the 95 % interval at each threshold by itself.
    """

    shares: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]


class AspectRow(Struct, frozen=True, kw_only=True):
    """One cell in one aspect.

    figures: by name; the first one decides the order. Figures over seeds have a "95 % interval"
             where the seeds carry one, or else the range over single seeds. Figures of cost are
             geometric means, with the range over shapes.
    """

    row: str
    figures: dict[str, Range]
    profile: Profile | None = None


class Improvement(Struct, frozen=True):
    """The probability that a training of one cell beats one of another cell on the same condition.

    Ties count as half.
    """

    row: str
    over: str
    probability: Range


class Aspect(Struct, frozen=True, kw_only=True):
    """One aspect in which cells are compared over all conditions of a run.

    Aspects are never added up.

    measures:   what the score or ratio is, in words.
    conditions: titles of the conditions (for figures of cost, of the shapes); each has one training
                for each of the `seeds`.
    thresholds: scores at which the profiles are given.
    rows:       one for each cell, the best first; empty without an aggregate.
    pairs:      the first row over each other row.
    left_out:   the reason for leaving out a condition or a cell, by its name.
    missing:    what the set lacks to be complete, or mixes; with any of it, there is no aggregate.
    absent:     why there is nothing to aggregate.
    answer:     one or two sentences.
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
