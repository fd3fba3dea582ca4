"""Provenance of results: the sources, plugins, versions, data and variables that they depend on."""

from rnnbench.provenance.comparing import changed, without_helpers
from rnnbench.provenance.hashes import HARNESS, combined, file_digest, harness
from rnnbench.provenance.recording import defining_file, provenance, with_loaded

__all__ = [
    "HARNESS",
    "changed",
    "combined",
    "defining_file",
    "file_digest",
    "harness",
    "provenance",
    "with_loaded",
    "without_helpers",
]
