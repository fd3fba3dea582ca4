"""The store: reads and writes what a run leaves on disk."""

from rnnbench.store.atomic import write_atomically
from rnnbench.store.beside import read_records
from rnnbench.store.checks import failed_checks, keep_failed_checks, keep_outcomes, kept_outcomes
from rnnbench.store.claims import claims_after, keep_claims, kept_claims
from rnnbench.store.looks import keep_look, keep_planned, kept_looks
from rnnbench.store.reading import UNREADABLE
from rnnbench.store.results import Store

__all__ = [
    "UNREADABLE",
    "Store",
    "claims_after",
    "failed_checks",
    "keep_claims",
    "keep_failed_checks",
    "keep_look",
    "keep_outcomes",
    "keep_planned",
    "kept_claims",
    "kept_looks",
    "kept_outcomes",
    "read_records",
    "write_atomically",
]
