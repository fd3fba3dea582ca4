"""The site of the documentation: it is built without a network and without a warning, asks for
nothing when it is read, and can be searched as files."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

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
PAGES = ["index", "your-data", "cli", "reference", "log/index", "decisions/index", "changelog"]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-c", WITHOUT_NETWORK, "build", "--strict", "--site-dir", folder]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
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
        assert "catalogue" in found.get_attribute("href") or "box" in found.get_attribute("href")
