"""Looks at a claim: which ones there were, and the level at which each of them decides.

A user who asks for more seeds by hand looks again each time. A rule that adds seeds plans its looks
beforehand, and the claim is judged at the first planned look that settles it, whatever seeds were
run since.
"""

from rnnbench.findings.claims.measurements import Measurements
from rnnbench.findings.learning.looks import Schedule
from rnnbench.findings.stats.estimates import LEVEL
from rnnbench.records import Claim


def look_at(claim: Claim, seeds: int) -> Schedule:
    """Return the look at so many seeds, whose level is shared by all conditions of the claim."""
    earlier = sorted(look for look in _all_looks(claim) if look < seeds)
    settling, evenly = claim.plan
    return Schedule(seeds, tuple(earlier), settling, max(claim.family, 1), evenly)


def looks_had(claim: Claim, measurements: Measurements) -> tuple[int, ...]:
    """Return the seeds of each completed look that may have settled a claim.

    Without a rule, this is the latest look by hand alone. Empty where the first look that a rule
    plans is not complete.
    """
    if not claim.by_rule:
        return (max(claim.looked, default=measurements.asked(claim.sides) or 0),)
    ran = measurements.complete(claim.sides)
    return tuple(seeds for seeds in sorted(_all_looks(claim)) if seeds <= ran)


def looks_ahead(claim: Claim, seeds: int) -> tuple[int, ...]:
    """Return the seeds of each look that may settle a claim, up to the last look of its rule.

    A claim without such a look has one at `seeds`.
    """
    last = max(claim.by_rule, default=0)
    ahead = tuple(sorted(look for look in _all_looks(claim) if look <= last))
    return ahead or (seeds,)


def level_of(claim: Claim, look: Schedule) -> float:
    """Return the error that a look may spend: all of it where a claim needs no seeds.

    Where this look has too few seeds to decide, it is the level of the next look that can: cost
    measurements of the claim are judged at that level.
    """
    if not claim.sides:
        return LEVEL
    return look.level or look.next_level(look.needed)


def verdict_seeds(claim: Claim) -> int:
    """Return the fewest seeds at which a claim can be decided, known before any measurement.

    At these seeds the signed-rank test reaches the level of the latest look, or of the first look
    of a rule that can decide, even if all conditions are independent.
    """
    looks = claim.by_rule or (max(claim.looked, default=0),)
    able = [seeds for seeds in looks if look_at(claim, seeds).level]
    return look_at(claim, able[0] if able else looks[-1]).needed


def _all_looks(claim: Claim) -> set[int]:
    """Return the seeds of each look, by hand or planned by a rule."""
    return {*claim.looked, *claim.by_rule}
