"""The catalogue: everything that the installed plugins bring, and who brought it. The only user of pluggy's manager."""

from rnnbench.catalogue.guard import Misbehaved, run_guarded
from rnnbench.catalogue.installed import DISABLE
from rnnbench.catalogue.loading import Catalogue
from rnnbench.catalogue.shelf import Brought, Plugin, Shelf

__all__ = ["DISABLE", "Brought", "Catalogue", "Misbehaved", "Plugin", "Shelf", "run_guarded"]
