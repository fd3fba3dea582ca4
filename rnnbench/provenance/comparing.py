"""Comparison of the provenance of an old result with the present one."""

from pathlib import Path

from rnnbench.provenance.hashes import file_digest
from rnnbench.records import Provenance
from rnnbench.sources import DIGITS, whole

SHARED = ("python", "rnnbench", "torch", "numpy")
"""Packages that affect the figures of every trial."""


def changed(old: Provenance, new: Provenance) -> tuple[str, ...]:
    """Return the names of what differs between an old result and one made now.

    These are sources, plugins, versions and variables. Where the old result holds only the hash of
    the file that defines a contribution, that file is compared.
    """
    names = [name for name, hashed in new.definitions.items() if _differs(name, hashed, old, new)]
    plugins = [
        name for name, origin in new.plugins.items() if old.plugins.get(name, origin) != origin
    ]
    packages = [name for name in SHARED if old.versions.get(name) != new.versions.get(name)]
    variables = _changed_variables(old, new)
    return tuple(dict.fromkeys([*names, *plugins, *packages, *variables]))


def _changed_variables(old: Provenance, new: Provenance) -> list[str]:
    """Return the variables that choose kernels and have other values now, if they were recorded."""
    if old.variables is None or new.variables is None:
        return []
    names = sorted(old.variables.keys() | new.variables.keys())
    return [
        f"the variable {name}"
        for name in names
        if old.variables.get(name) != new.variables.get(name)
    ]


def _differs(name: str, hashed: str, old: Provenance, new: Provenance) -> bool:
    before = old.definitions.get(name)
    if before is None:
        return False
    if name not in new.sources:
        return before != hashed
    if name not in old.sources:
        path = new.files.get(name)
        return before != (file_digest(Path(path))[:DIGITS] if path else "")
    late = old.sources[name].keys() - new.sources[name].keys()
    now = new.sources[name] | {module: whole(module) for module in late}
    return old.sources[name] != now


def without_helpers(old: Provenance) -> tuple[str, ...]:
    """Return the names in an old result whose helper modules were not recorded with it."""
    return tuple(name for name in old.plugins if name not in old.sources)
