"""Hashes of the source code that a cell, a task or a diagnostic runs, and of nothing else.

Nothing is imported to find it: modules are located by their specs, parsed, and followed along the
names that they use. So a class that is added to a file changes no hash of code that does not use
it, and a helper in another module counts.
"""

from rnnbench.sources.files import DIGITS, digest, file_hash, file_of, locate
from rnnbench.sources.modules import whole
from rnnbench.sources.ownership import CORE, owner
from rnnbench.sources.reaching import Sources, sources_of

__all__ = [
    "CORE",
    "DIGITS",
    "Sources",
    "digest",
    "file_hash",
    "file_of",
    "locate",
    "owner",
    "sources_of",
    "whole",
]
