"""Notices on claims that cannot be tested completely."""

from collections.abc import Iterator

from rnnbench.records import Suite


def untested(suite: Suite) -> Iterator[str]:
    """Yield a line for each unusable file of claims, and for each claim that needs what is not
    installed."""
    yield from suite.left_out_claims
    for claim in suite.claims:
        if claim.missing:
            yield f"{claim.name} is not tested whole: {', '.join(claim.missing)}"
