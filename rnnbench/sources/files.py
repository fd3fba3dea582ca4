"""The files of modules, found without importing anything, and hashes of files."""

import os
import sys
from base64 import urlsafe_b64encode
from hashlib import sha256
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import find_spec
from pathlib import Path

DIGITS = 12
"""Hexadecimal digits of a short hash, the first ones of a SHA-256."""


def locate(name: str) -> Path | None:
    """The file of a module, found without importing it or its packages; None where it has none or
    is not there."""
    spec = _spec(name)
    if spec is None or not spec.has_location or spec.origin is None:
        return None
    return Path(spec.origin)


def _spec(name: str) -> ModuleSpec | None:
    loaded: ModuleSpec | None = getattr(sys.modules.get(name), "__spec__", None)
    if loaded is not None and loaded.name == name:
        return loaded
    parent, _, last = name.rpartition(".")
    try:
        if not parent:
            return find_spec(last)
        above = _spec(parent)
        if above is None or above.submodule_search_locations is None:
            return None
        return PathFinder.find_spec(name, list(above.submodule_search_locations))
    except (ImportError, ValueError, AttributeError, KeyError):
        return None


def digest(content: bytes) -> str:
    """A short hash."""
    return sha256(content).hexdigest()[:DIGITS]


def file_hash(path: Path) -> str:
    """The hash of a file as installers record it: SHA-256, base 64 without padding; "" where it
    cannot be read."""
    try:
        return urlsafe_b64encode(sha256(path.read_bytes()).digest()).rstrip(b"=").decode()
    except OSError:
        return ""


def file_of(name: str) -> str:
    """The file of a module that is loaded here, links resolved; "" where it has none."""
    file = getattr(sys.modules.get(name), "__file__", None)
    return os.path.realpath(file) if isinstance(file, str) else ""
