"""The store: what a run leaves on disk. The only room that reads and writes results."""

from rnnbench.store.atomic import write_atomically
from rnnbench.store.claims import keep_claims, kept_claims
from rnnbench.store.results import Store

__all__ = ["Store", "keep_claims", "kept_claims", "write_atomically"]
