"""Makes what reports/published holds: the page of each run whose results are kept, from these."""

import re
import sys
import tarfile
from pathlib import Path
from tempfile import TemporaryDirectory

from rnnbench.cli.main import cli

ROOT = Path(__file__).parents[2]
PUBLISHED = ROOT / "reports" / "published"
RESULTS = {
    "quick": PUBLISHED / "quick-results.tar.xz",
    "claims": ROOT / "docs" / "claims-results.tar.xz",
    "modern": ROOT / "benchmarks" / "modern-run.tar.xz",
}
"""Archives with the folder `trials` of a run, and its looks."""
LINK = re.compile(r'<a href="file://[^"]*">(.*?)</a>', re.DOTALL)
"""A link to a result, which is not published beside the page."""


def unpack(name: str, folder: Path) -> None:
    """Unpack the results of a published run into a folder."""
    with tarfile.open(RESULTS[name]) as archive:
        archive.extractall(folder, filter="data")


def publish(name: str) -> Path:
    """Make the page of a run anew, and return its path. The page needs no other file, and links to
    none."""
    with TemporaryDirectory() as scratch:
        run = Path(scratch) / name
        unpack(name, run)
        made = Path(scratch) / "report"
        cli.main(["report", str(run), "-o", str(made), "-q"], standalone_mode=False)
        page = PUBLISHED / name / "index.html"
        page.parent.mkdir(parents=True, exist_ok=True)
        text = LINK.sub(r"<div>\1</div>", (made / "index.html").read_text())
        page.write_text(text.replace(str(run), name))
    return page


if __name__ == "__main__":
    for chosen in sys.argv[1:] or RESULTS:
        publish(chosen)
