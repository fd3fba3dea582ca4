"""Hashes of the source that a cell, a task or a diagnostic runs: what it reaches, and nothing of
its neighbours.

Nothing is imported to find them: modules are found by their specs, parsed, and followed along the
names they use. So a class that is added to a file changes nothing for those that do not use it, and
a helper in another module counts.
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
