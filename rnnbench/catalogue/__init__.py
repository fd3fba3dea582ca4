"""The catalogue of everything that the installed plugins contribute, with the plugin of each item.

It is the only user of pluggy's manager.
"""

from rnnbench.catalogue.guard import Misbehaved, run_guarded
from rnnbench.catalogue.installed import DISABLE, installed_plugins
from rnnbench.catalogue.loading import Catalogue
from rnnbench.catalogue.registry import Contribution, Plugin, Registry

__all__ = [
    "DISABLE",
    "Catalogue",
    "Contribution",
    "Misbehaved",
    "Plugin",
    "Registry",
    "installed_plugins",
    "run_guarded",
]
