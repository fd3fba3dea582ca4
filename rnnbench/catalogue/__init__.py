"""The catalogue: everything that the installed plugins bring, and who brought it. The only user of
pluggy's manager."""

from rnnbench.catalogue.guard import Misbehaved, run_guarded
from rnnbench.catalogue.installed import DISABLE
from rnnbench.catalogue.loading import Catalogue
from rnnbench.catalogue.registry import Contribution, Plugin, Registry

__all__ = [
    "DISABLE",
    "Catalogue",
    "Contribution",
    "Misbehaved",
    "Plugin",
    "Registry",
    "run_guarded",
]
