"""The site of the documentation: it is built without a network and without a warning, asks for
nothing when it is read, and can be searched as files."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rnnbench.catalogue import Catalogue
from rnnbench.cli.claims import claim_descriptions
from rnnbench.cli.describe import describe_all
from tests.builders.browser import VIEWS, Seen, browser
from tests.builders.readme import ROOT

WITHOUT_NETWORK = """
import socket

def refuse(*arguments):
    raise OSError("There is no network.")

socket.socket.connect = refuse
socket.getaddrinfo = refuse
from mkdocs.__main__ import cli
cli()
"""
PAGES = [
    "index",
    "your-data",
    "cli",
    "reference",
    "tasks",
    "log/index",
    "decisions/index",
    "changelog",
]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site that `make browser` has just built, or one of our own."""
    if built := os.environ.get("RNNBENCH_BUILT_SITE"):
        assert (ROOT / built / "index.html").is_file()
        return ROOT / built
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-c", WITHOUT_NETWORK, "build", "--strict", "--site-dir", folder]
    without_data = {**os.environ, "RNNBENCH_HOME": str(folder / "home")}
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env=without_data)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def opened() -> Iterator[Any]:
    with browser() as shown:
        yield shown


@pytest.mark.slow
def test_the_site_is_built_without_a_network(site: Path) -> None:
    """Every page of docs, and those at the top of the repository."""
    pages = {path.relative_to(ROOT / "docs").with_suffix("") for path in ROOT.glob("docs/**/*.md")}
    built = {path.relative_to(site).with_suffix("") for path in site.glob("**/*.html")}
    assert pages | {Path("changelog"), Path("contributing")} <= built
    assert (site / "published" / "claims" / "index.html").is_file()


@pytest.mark.slow
def test_the_reference_of_the_command_line_has_every_command(site: Path) -> None:
    page = (site / "cli.html").read_text()
    for command in ("run suite", "run trial", "history bisect", "data fetch", "ab", "doctor"):
        assert f'id="rnnbench-{command.replace(" ", "-")}"' in page
    assert "<code>--dry-run" in page


@pytest.mark.slow
def test_each_cell_and_each_task_has_its_equations_and_its_example(site: Path) -> None:
    """As many as rnnbench brings itself, with what is drawn in their documentation."""
    catalogue = Catalogue.present()
    for page, shelf in (("cells", catalogue.cells), ("tasks", catalogue.tasks)):
        text = (site / f"{page}.html").read_text()
        ours = {name for name, found in shelf.items() if found.plugin.name.startswith(page)}
        assert len(ours) > 40
        assert {name for name in ours if f'<h2 id="{name}">' not in text} == set()
    assert "answer at the last step: 0.9 + 0.2" in (site / "tasks.html").read_text()


@pytest.mark.slow
def test_each_suite_claim_metric_and_diagnostic_has_a_section(site: Path) -> None:
    """With its contents, its conditions or its definition."""
    catalogue = Catalogue.present()
    described = {**describe_all(catalogue), "claims": claim_descriptions(catalogue)}
    pages = {"suites": "suite-pages", "claims": "claim-pages", "metrics": "metrics"}
    for kind, page in pages.items():
        text = (site / f"{page}.html").read_text()
        headings = set(re.findall(r"<h2 id=[^>]*>([^<]*)<", text))
        ours = [one["name"] for one in described[kind] if one["origin"].startswith("rnnbench ")]
        assert len(ours) > 15
        assert set(ours) <= headings
    assert 'href="tasks.html#recall-first"' in (site / "suite-pages.html").read_text()
    assert "equal hidden, kernel eager" in (site / "claim-pages.html").read_text()
    assert "output is that of the target" in (site / "metrics.html").read_text()


@pytest.mark.browser
@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_asks_for_nothing_and_fits(opened: Any, site: Path, name: str, view: str) -> None:
    """No request leaves the folder of the site, and nothing is wider than the screen."""
    with Seen(opened, site / f"{name}.html", **VIEWS[view]) as seen:
        seen.page.wait_for_timeout(300)
        foreign = [url for url in seen.requests if not url.startswith(("file:", "data:", "blob:"))]
        assert foreign == []
        assert seen.problems == []
        assert seen.width <= VIEWS[view]["viewport"]["width"]


@pytest.mark.browser
def test_the_search_finds_a_cell_without_a_server(opened: Any, site: Path) -> None:
    with Seen(opened, site / "index.html", **VIEWS["desktop"]) as seen:
        seen.page.locator("input[name=query]").fill("gated-deltanet")
        found = seen.page.locator(".md-search-result__item a").first
        found.wait_for(timeout=20_000)
        assert "/cells.html" in found.get_attribute("href")


@pytest.mark.parametrize("page", sorted((ROOT / "reports" / "published").glob("*/index.html")))
def test_a_published_page_names_no_file_of_a_machine(page: Path) -> None:
    """Its links stay within it, or lead to the web."""
    links = re.findall(r'href="([^"]*)"', page.read_text())
    assert len(links) > 20
    assert {link for link in links if not link.startswith(("#", "https://", "data:"))} == set()
    assert "/tmp/" not in page.read_text()
