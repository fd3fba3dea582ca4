"""What lies beside the results of several folders: claims, and checks that cells failed."""

from collections.abc import Sequence

from msgspec.structs import replace

from rnnbench.combine.parts import Part
from rnnbench.records import Claim, Outcome


def all_checks(parts: Sequence[Part]) -> tuple[Outcome, ...]:
    """Return the failed checks of all folders, each law of a cell once."""
    checks: dict[tuple[str, str], Outcome] = {}
    for part in parts:
        for outcome in part.contents.checks:
            checks.setdefault((outcome.subject, outcome.check), outcome)
    return tuple(checks.values())


def all_claims(parts: Sequence[Part]) -> tuple[tuple[Claim, ...], list[str]]:
    """Return the claims of all folders with the looks at each, and a sentence for each conflict.

    A claim that another folder asks otherwise is judged as the first folder has it.
    """
    claims: dict[str, Claim] = {}
    asked_in: dict[str, str] = {}
    sentences = []
    for part in parts:
        for claim in part.contents.claims:
            known = claims.get(claim.name)
            if known is None:
                claims[claim.name] = claim
                asked_in[claim.name] = part.name
            elif known.asks_as(claim):
                claims[claim.name] = _with_looks(known, claim)
            else:
                sentences.append(
                    f"Claim '{claim.name}' puts another question in {part.name}; it is judged as"
                    f" {asked_in[claim.name]} has it."
                )
    return tuple(claims.values()), sentences


def _with_looks(claim: Claim, other: Claim) -> Claim:
    """Return a claim with the looks at both records of it."""
    return replace(
        claim,
        looks=1,
        looked=_union(claim.looked, other.looked),
        at_looks=tuple(sorted({*claim.by_rule, *other.by_rule})),
        seeds_end=max(claim.seeds_end, other.seeds_end),
        settling=max(claim.settling, other.settling),
        changed=tuple(sorted({*claim.changed, *other.changed})),
    )


def _union(ours: Sequence[int], theirs: Sequence[int]) -> tuple[int, ...]:
    return tuple(sorted({*ours, *theirs}))
