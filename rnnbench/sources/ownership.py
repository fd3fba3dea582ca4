"""Ownership of modules: which belong to a distribution, and which distribution brings a module."""

import sys
import sysconfig
from collections.abc import Callable
from functools import cache
from importlib.metadata import (
    Distribution,
    PackageNotFoundError,
    distribution,
    packages_distributions,
)
from pathlib import Path

from rnnbench.sources.files import locate

CORE = "rnnbench"
"""Name of rnnbench's own distribution, and of its package."""


def owner(distribution_name: str, entry_module: str) -> Callable[[str], bool]:
    """Return a test whether a module belongs to the distribution of the plugin `entry_module`.

    The test compares the files that were installed with the distribution or, where it is installed
    in place (editable), the folder from which the plugin's module is imported. The core of rnnbench
    belongs to no plugin.
    """
    tops = _top_level_modules(distribution_name)
    root = _import_folder(entry_module)
    entry = entry_module.partition(".")[0]

    @cache
    def belongs(name: str) -> bool:
        top = name.partition(".")[0]
        if top == CORE or top in sys.stdlib_module_names:
            return False
        if top in tops or top == entry:
            return True
        return root is not None and _import_folder(top) == root

    return belongs


@cache
def _top_level_modules(name: str) -> frozenset[str]:
    """Return the top-level modules among the files installed with a distribution."""
    try:
        installed: Distribution = distribution(name)
    except (PackageNotFoundError, ValueError):
        return frozenset()
    tops = set()
    for file in installed.files or ():
        top = file.parts[0]
        if len(file.parts) > 1 and file.suffix in (".py", ".so", ".pyd"):
            tops.add(top)
        elif file.suffix == ".py":
            tops.add(file.stem)
    return frozenset(top for top in tops if top.isidentifier())


@cache
def _import_folder(module: str) -> Path | None:
    """Return the folder of a top-level module; None where distributions share it."""
    top = module.partition(".")[0]
    path = locate(top)
    if path is None:
        return None
    folder = path.parent.parent if path.stem == "__init__" else path.parent
    kinds = ("purelib", "platlib", "stdlib", "platstdlib")
    shared = {Path(sysconfig.get_path(kind)) for kind in kinds}
    if folder in shared or folder.name in ("site-packages", "dist-packages", "lib-dynload"):
        return None
    return folder


def distributions_of(tops: set[str]) -> set[str]:
    """Return the distributions that bring these top-level modules, where they are known."""
    distributions = set()
    for top in tops:
        if top in sys.stdlib_module_names or top == CORE:
            continue
        if _is_distribution(top):
            distributions.add(top)
        else:
            distributions.update(_distributions_by_module().get(top, ()))
    return distributions


@cache
def _is_distribution(name: str) -> bool:
    try:
        distribution(name)
    except (PackageNotFoundError, ValueError):
        return False
    return True


@cache
def _distributions_by_module() -> dict[str, tuple[str, ...]]:
    """Cached, since reading the files of all distributions takes a third of a second."""
    return {top: tuple(names) for top, names in packages_distributions().items()}
