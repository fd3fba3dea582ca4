"""Looks at a claim: which ones there were, and at what level each of them decides.

Whoever asks for more seeds by hand looks again each time. A rule that adds seeds plans its looks
beforehand, and the claim is judged at the first of them that settles it, whatever others have run
since.
"""

from rnnbench.findings.claims.measurements import Measurements
from rnnbench.findings.learning.looks import Schedule
from rnnbench.findings.stats.estimates import LEVEL
from rnnbench.records import Claim


def look_at(claim: Claim, seeds: int) -> Schedule:
    """The look at so many seeds. Its level is that of all conditions of the claim together."""
    earlier = sorted(seen for seen in {*claim.looked, *claim.by_rule} if seen < seeds)
    settling, evenly = claim.plan
    return Schedule(seeds, tuple(earlier), settling, max(claim.family, 1), evenly)


def looks_had(claim: Claim, measurements: Measurements) -> tuple[int, ...]:
    """The seeds of each look at which a claim may have been settled, as far as this book goes: of
    looks by hand the latest alone. None where the first look that a rule plans is not complete."""
    ran = measurements.asked(claim.sides) or 0
    if not claim.by_rule:
        return (max(claim.looked, default=ran),)
    return tuple(seeds for seeds in sorted({*claim.looked, *claim.by_rule}) if seeds <= ran)


def looks_ahead(claim: Claim, seeds: int) -> tuple[int, ...]:
    """The seeds of each look that may settle a claim, up to the last one of its rule; so many where
    none is left."""
    last = max(claim.by_rule, default=0)
    return tuple(sorted(look for look in {*claim.looked, *claim.by_rule} if look <= last)) or (
        seeds,
    )


def level_of(claim: Claim, look: Schedule) -> float:
    """The error that a look is allowed: all of it where there are no seeds to add, and that of the
    next look which can decide where this one has too few seeds, for what is measured without
    any."""
    if not claim.sides:
        return LEVEL
    return look.level or look.next_level(look.needed)


def verdict_seeds(claim: Claim) -> int:
    """Fewest seeds at which a claim can be decided, fixed before anything is measured: those at
    which the signed-rank test reaches the level of the latest look, or of the first one of a rule
    that can decide, though none of the conditions has to do with another."""
    looks = claim.by_rule or (max(claim.looked, default=0),)
    able = [seeds for seeds in looks if look_at(claim, seeds).level]
    return look_at(claim, able[0] if able else looks[-1]).needed
