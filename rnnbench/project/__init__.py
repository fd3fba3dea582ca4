"""New plugin projects, written from templates by `rnnbench new`."""

from rnnbench.project.naming import KINDS, Kind, Names, name_project
from rnnbench.project.writing import write_project

__all__ = ["KINDS", "Kind", "Names", "name_project", "write_project"]
