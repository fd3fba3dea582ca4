"""Which modules belong to a distribution, and which distribution another module is of."""

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
"""The distribution of rnnbench itself, and its package."""


def owner(distribution_name: str, entry_module: str) -> Callable[[str], bool]:
    """Whether a module of some name belongs to this distribution, one of whose plugins is
    `entry_module`.

    By the files that were installed with it; where it is installed in place (editable), by the
    folder from which the plugin's module is imported. The core of rnnbench belongs to no plugin.
    """
    tops = _tops(distribution_name)
    root = _root(entry_module)
    entry = entry_module.partition(".")[0]

    @cache
    def belongs(name: str) -> bool:
        top = name.partition(".")[0]
        if top == CORE or top in sys.stdlib_module_names:
            return False
        if top in tops or top == entry:
            return True
        return root is not None and _root(top) == root

    return belongs


@cache
def _tops(name: str) -> frozenset[str]:
    """The top-level modules among the files that were installed with a distribution."""
    try:
        found: Distribution = distribution(name)
    except (PackageNotFoundError, ValueError):
        return frozenset()
    tops = set()
    for file in found.files or ():
        top = file.parts[0]
        if len(file.parts) > 1 and file.suffix in (".py", ".so", ".pyd"):
            tops.add(top)
        elif file.suffix == ".py":
            tops.add(file.stem)
    return frozenset(top for top in tops if top.isidentifier())


@cache
def _root(module: str) -> Path | None:
    """The folder from which the top-level module is imported; None where many distributions share
    it."""
    top = module.partition(".")[0]
    path = locate(top)
    if path is None:
        return None
    root = path.parent.parent if path.stem == "__init__" else path.parent
    shared = {
        Path(sysconfig.get_path(kind)) for kind in ("purelib", "platlib", "stdlib", "platstdlib")
    }
    if root in shared or root.name in ("site-packages", "dist-packages", "lib-dynload"):
        return None
    return root


def distributions_of(tops: set[str]) -> set[str]:
    """The distributions that bring these top-level modules, as far as it is known."""
    found = set()
    for top in tops:
        if top in sys.stdlib_module_names or top == CORE:
            continue
        if _is_distribution(top):
            found.add(top)
        else:
            found.update(_bringers().get(top, ()))
    return found


@cache
def _is_distribution(name: str) -> bool:
    try:
        distribution(name)
    except (PackageNotFoundError, ValueError):
        return False
    return True


@cache  # it reads the files of all distributions, a third of a second
def _bringers() -> dict[str, tuple[str, ...]]:
    return {top: tuple(names) for top, names in packages_distributions().items()}
