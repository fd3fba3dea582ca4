"""The report: one page that needs no network and no script, and a PNG for each figure."""

import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import msgspec
import pytest
from markupsafe import escape

from rnnbench.catalogue import Catalogue
from rnnbench.findings import find
from rnnbench.records import Result
from tests.builders.findings import cost_result
from tests.builders.records import COST
from tests.builders.report import FIGURES, figures_of, results
from tests.builders.report_page import page_of as rendered, text_of


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("report")
    return Catalogue.present().reports["html"].item.load()(find(results()), folder)


def test_there_is_a_page_and_a_png_for_each_figure(written: list[Path]) -> None:
    """Each a real PNG of some size."""
    assert written[0].name == "index.html"
    assert figures_of(path.stem for path in written[1:]) == FIGURES
    assert len(set(written)) == len(written)
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in written[1:])
    assert all(path.stat().st_size > 5000 for path in written[1:])


def test_the_page_fetches_nothing(written: list[Path]) -> None:
    """No address but of results beside it, no script of others, every figure inside."""
    page = written[0].read_text()
    assert not re.search(r"""(src|href)=["'](?!data:|#|\.\./trials/)""", page)
    assert not re.search(r"<script[^>]", page)
    assert not re.search(r"@import|fetch\(|XMLHttpRequest|import\(|<img|<iframe", page)
    assert not re.search(r"url\((?!#)", page)
    assert page.count("<svg viewBox") == len(written) - 1


def test_the_page_is_well_formed_and_escapes_what_strangers_wrote(written: list[Path]) -> None:
    """Every element that is opened is closed; a label or a reason is text."""
    page = written[0].read_text()
    checker = _Balanced()
    checker.feed(page)
    assert checker.open == []
    assert "&lt;b&gt;lstm&lt;/b&gt;" in page
    assert "<b><b>" not in page
    assert "&lt;script&gt;alert(1)" in page


class _Balanced(HTMLParser):
    """Keeps a stack of open elements; raises where the wrong one is closed."""

    VOID = ("meta", "link", "br", "img")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element of SVG that is closed at once."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_first_screen_answers_and_the_end_says_where_it_comes_from(written: list[Path]) -> None:
    """A tile per condition before anything else; machine, versions, commit, plugins and failures
    after."""
    page = written[0].read_text()
    findings = find(results())
    tiles = page[page.index('class="tiles"') : page.index("<h2")]
    assert all(str(escape(condition.title)) in tiles for condition in findings.conditions)
    assert all(str(escape(condition.sure)) in page for condition in findings.conditions)
    end = page[page.index("Where this comes from") :]
    for said in (findings.machines[0].processor, findings.versions["torch"][0], "version 1"):
        assert said in end
    assert "Trials without figures" in page


@pytest.mark.draws
@pytest.mark.parametrize(
    "kept", [lambda r: r.learning, lambda r: r.costs, lambda r: r.status == "error"]
)
def test_a_report_is_made_of_whatever_there_is(tmp_path: Path, kept: object) -> None:
    """Only learning, only costs, only failures."""
    findings = find([result for result in results() if kept(result)])  # type: ignore[operator]
    written = Catalogue.present().reports["html"].item.load()(findings, tmp_path)
    assert written[0].is_file()


def page_of(results: list[Result], folder: Path) -> str:
    """The text of the page that these results give."""
    return text_of(rendered(find(results), folder))


def test_why_there_is_no_energy_is_said_once(tmp_path: Path) -> None:
    """However many shapes were measured; and joules, where there are some, stand beside whatever
    else was measured."""

    def measured(meter: str, joules: float | None) -> list[Result]:
        made = []
        for steps in (50, 200):
            result = cost_result(0, 0.1)
            assert result.surroundings
            around = msgspec.structs.replace(result.surroundings, energy_meter=meter)
            trial = msgspec.structs.replace(
                COST, shape=msgspec.structs.replace(COST.shape, steps=steps)
            )
            rows = tuple(msgspec.structs.replace(row, joules=joules) for row in result.costs)
            made.append(
                msgspec.structs.replace(result, trial=trial, surroundings=around, costs=rows)
            )
        return made

    page = page_of(measured("none: no counters on this system", None), tmp_path)
    assert page.count("No figure of energy: no counters on this system.") == 1
    assert " joules " not in page
    page = page_of(measured("RAPL, whole packages", 0.123), tmp_path)
    assert page.count("Joules are counted by RAPL, whole packages") == 1
    assert page.count("joules: 0.123") == 2


def test_findings_and_reports_need_no_torch() -> None:
    """Any result can be reported anywhere: torch stays out of sys.modules from results to page."""
    program = """
import sys
from pathlib import Path
from tempfile import mkdtemp
from rnnbench.catalogue import Catalogue
from rnnbench.findings import find
from tests.builders.report import results
from matplotlib.figure import Figure

def save(figure, place, **_):
    if isinstance(place, Path):
        place.write_bytes(b'pixel')
    else:
        place.write(b'<svg xmlns="http://www.w3.org/2000/svg" width="9pt" height="9pt"/>')

Figure.savefig = save
Catalogue.present().reports["html"].item.load()(find(results()), Path(mkdtemp()))
assert "torch" not in sys.modules, "torch was imported"
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[1],
    )
    assert done.returncode == 0, done.stderr
