"""All that there is to list and to show, by kind."""

from rnnbench.catalogue import Catalogue
from rnnbench.cli.claims import claim_descriptions
from rnnbench.cli.describe import Description, describe_all


def everything(catalogue: Catalogue) -> dict[str, list[Description]]:
    """What plugins bring, and the claims that stand in their files."""
    return {**describe_all(catalogue), "claims": claim_descriptions(catalogue)}
