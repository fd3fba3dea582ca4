"""What is known of a claim under one condition, before a verdict."""

from collections.abc import Mapping

import numpy as np
from msgspec import Struct

from rnnbench.findings.stats.censoring import ANYTHING
from rnnbench.findings.stats.ranges import Range
from rnnbench.records import Region

Ends = tuple[float, float]
"""From where to where a value may lie."""
BySeed = Mapping[int, Ends]


class Evidence(Struct, frozen=True, kw_only=True):
    """The effect, with p-values that it lies in the region, and that it lies outside; None where
    there are too few.

    values: what the seeds say one by one, on the scale of the region's bounds taken to logs for
            ratios.
    ends:   by seed, from where to where its value may lie; seeds in which neither cell gets there
            are included.
    above:  the same for each choice of learning rates at which the effect has to lie above a bound,
            to be called above. Empty where something else than signed ranks of seeds decides.
    below:  the same for each choice at which it has to lie below a bound.
    n:      seeds, or replicates.
    reason: why it cannot be tested though something was measured.
    slack:  whether boundaries were moved by what a ratio of two kinds may do from one day to the
            next.
    lost:   why seeds say nothing, with their number.
    """

    effect: Range | None = None
    p_for: float | None = None
    p_against: float | None = None
    values: tuple[float, ...] = ()
    ends: BySeed = {}
    above: tuple[BySeed, ...] = ()
    below: tuple[BySeed, ...] = ()
    n: int = 0
    reason: str = ""
    slack: bool = False
    lost: tuple[str, ...] = ()
    trials: tuple[str, ...] = ()
    by_seeds: bool = True

    def choices(self, *, above: bool) -> list[list[float]]:
        """What the seeds say at each choice of rates by which the effect has to lie above a bound,
        or below: the ends that speak against it, those that are anything left out."""
        if above:
            ends = [[low for low, _ in choice.values()] for choice in self.above]
        else:
            ends = [[high for _, high in choice.values()] for choice in self.below]
        return [[value for value in one if abs(value) < ANYTHING] for one in ends]


def logs(region: Region) -> Region:
    """A region of ratios as one of their logarithms."""
    bounds = [
        None if bound is None else float(np.log(bound)) for bound in (region.low, region.high)
    ]
    return Region(bounds[0], bounds[1], region.outside)
