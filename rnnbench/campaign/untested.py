"""What is said of claims that cannot be tested whole."""

from collections.abc import Iterator

from rnnbench.records import Suite


def untested(suite: Suite) -> Iterator[str]:
    """A line for each file of claims that cannot be used, and for each claim that needs what is not
    installed."""
    yield from suite.left_out_claims
    for claim in suite.claims:
        if claim.missing:
            yield f"{claim.name} is not tested whole: {', '.join(claim.missing)}"
