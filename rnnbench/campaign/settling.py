"""Settles a suite for a folder: what its file leaves open is decided here, and nowhere else."""

import msgspec

from rnnbench.campaign.fastest import settle_fastest
from rnnbench.campaign.session import settle_session
from rnnbench.catalogue import Catalogue
from rnnbench.records import Suite
from rnnbench.store import Store, claims_after, keep_claims


def settle(
    suite: Suite, catalogue: Catalogue, store: Store, *, fresh: bool = False, keep: bool = False
) -> Suite:
    """The suite as it runs into a folder, and as the planner, the run and the report take it.

    The fastest implementations are measured and named, the session of its costs is chosen, and its
    claims have the looks that the folder records. Raises RnnbenchError where no implementation of a
    cell can be measured, or the claims of the folder cannot be read, or written.

    fresh: whether results of other sessions are left out.
    keep:  whether the claims are written to the folder; the caller holds its lock.
    """
    suite = settle_fastest(suite, catalogue)
    suite = settle_session(suite, store, fresh=fresh)
    settle_claims = keep_claims if keep else claims_after
    claims = settle_claims(store.folder, suite.claims, suite.seeds)
    return msgspec.structs.replace(suite, claims=claims)
