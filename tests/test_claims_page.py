"""docs/claims.md, and the table and the plot beside it, are what the results that are kept there
say."""

import csv
import re
import tarfile
from pathlib import Path

import pytest

from rnnbench.findings import find
from rnnbench.store import Store, kept_claims
from rnnbench_reports.claims_page import render

DOCS = Path(__file__).parent.parent / "docs"


@pytest.mark.slow
def test_the_verdicts_are_made_from_the_results(tmp_path: Path) -> None:
    """To the letter: nothing in them is typed, and every id is that of a result. The plot, whose
    bytes are those of one version of matplotlib, has the same words."""
    with tarfile.open(DOCS / "claims-results.tar.xz") as archive:
        archive.extractall(tmp_path, filter="data")
    store = Store(tmp_path)
    results = list(store.read())
    assert not store.unreadable
    assert len(results) > 500
    page, caveats, table, plot = render(find(results, kept_claims(tmp_path)), tmp_path)
    assert page.read_text() == (DOCS / "claims.md").read_text()
    assert caveats.read_text() == (DOCS / "claims-caveats.md").read_text()
    assert table.read_text() == (DOCS / "claims-trials.csv").read_text()
    assert _words(plot) == _words(DOCS / "claims-forest.svg")
    with table.open() as rows:
        ids = {row["trial"] for row in csv.DictReader(rows)}
    assert ids <= {path.stem for path in (tmp_path / "trials").glob("*.json")}
    assert not any(identity in page.read_text() for identity in ids)


def test_the_page_of_verdicts_can_be_read_in_one_sitting() -> None:
    """At most 30 kB; caveats are on a page of their own."""
    assert (DOCS / "claims.md").stat().st_size <= 30_000


def _words(plot: Path) -> list[str]:
    return re.findall(r"<text[^>]*>([^<]*)</text>", plot.read_text())
