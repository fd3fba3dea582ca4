"""The evidence on a claim under one condition, from which a verdict is made."""

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
    """An effect, with the p-values that it lies in the region of a claim and outside of it.

    effect:    None where nothing was measured.
    p_for:     that the effect lies in the region; None where there are too few measurements.
    p_against: that the effect lies outside of the region; None where there are too few.
    values:    the effect in each seed, on the scale of the region's bounds (logarithms of ratios).
    ends:      by seed, from where to where its effect may lie; seeds in which neither cell reaches
               the target are included.
    above:     the ends by seed for each choice of learning rates at which the effect has to lie
               above a bound, to be called above it; empty where the test is not one of signed ranks
               of seeds.
    below:     the ends by seed for each choice at which the effect has to lie below a bound.
    n:         the number of seeds, or of replicates.
    reason:    why the effect cannot be tested though something was measured.
    clearance: by what factor a ratio has to be clear of a bound, since ratios of two kinds of layer
               change between sessions; 1 where it need not be.
    lost:      why seeds have no figure, with their number.
    trials:    ids of the results.
    by_seeds:  whether the unit is a seed; otherwise it is a replicate, or a count.
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
    clearance: float = 1.0
    lost: tuple[str, ...] = ()
    trials: tuple[str, ...] = ()
    by_seeds: bool = True

    @property
    def smaller_p(self) -> float:
        """The smaller of both p-values; a missing one counts as 0."""
        return min(self.p_for or 0.0, self.p_against or 0.0)

    @property
    def favours_claim(self) -> bool:
        """Whether the smaller p-value is the one for the claim."""
        return (self.p_for or 0.0) < (self.p_against or 0.0)

    def choices(self, *, above: bool) -> list[list[float]]:
        """Return the effects in the seeds, for each choice of rates that has to be tested.

        These are the lower ends where the effect has to lie `above` a bound, and the upper ends
        otherwise; ends that may be anything are left out.
        """
        if above:
            place = 0
            ends_by_choice = self.above
        else:
            place = 1
            ends_by_choice = self.below
        choices = []
        for by_seed in ends_by_choice:
            effects = [ends[place] for ends in by_seed.values()]
            choices.append([effect for effect in effects if abs(effect) < ANYTHING])
        return choices


def logs(region: Region) -> Region:
    """Return a region of ratios as a region of their logarithms."""
    low = None if region.low is None else float(np.log(region.low))
    high = None if region.high is None else float(np.log(region.high))
    return Region(low, high, region.outside)
