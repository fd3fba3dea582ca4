"""docs/claims.md is what the results that are kept beside it say."""

import tarfile
from pathlib import Path

from rnnbench.findings import find
from rnnbench.store import Store, kept_claims
from rnnbench_reports.claims_page import render

DOCS = Path(__file__).parent.parent / "docs"


def test_the_verdicts_are_made_from_the_results(tmp_path: Path) -> None:
    """To the letter: nothing in it is typed, and every id is that of a result."""
    with tarfile.open(DOCS / "claims-results.tar.xz") as archive:
        archive.extractall(tmp_path, filter="data")
    store = Store(tmp_path)
    results = list(store.read())
    assert not store.unreadable
    assert len(results) > 500
    (page,) = render(find(results, kept_claims(tmp_path)), tmp_path)
    assert page.read_text() == (DOCS / "claims.md").read_text()
