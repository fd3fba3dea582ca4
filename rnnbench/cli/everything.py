"""Describes everything that can be listed and shown."""

from rnnbench.catalogue import Catalogue
from rnnbench.cli.claims import claim_descriptions
from rnnbench.cli.describe import Description, describe_all


def everything(catalogue: Catalogue) -> dict[str, list[Description]]:
    """Descriptions of all contributions of plugins, and of the claims in their files, by kind."""
    return {**describe_all(catalogue), "claims": claim_descriptions(catalogue)}
