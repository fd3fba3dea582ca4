"""The page of a user's own file: the recommendation, forecasts, errors by step, answers by class."""

import os
import re
from contextlib import redirect_stdout
from itertools import product
from pathlib import Path
from unittest.mock import patch

import pytest
from msgspec.structs import replace

from rnnbench.cli.tryout_lines import print_tryout
from rnnbench.findings import Findings, Tryout, find
from rnnbench.findings.stats.ranges import Range
from rnnbench.findings.tryout.records import (
    BaselineRow,
    CellRow,
    Confusion,
    ForecastLine,
    Measure,
    StepErrors,
    TargetErrors,
)
from rnnbench_reports.page import render
from rnnbench_reports.page.tryout_front import tryout_tile
from tests.builders.findings import learned
from tests.builders.inside import STYLE, Terminal
from tests.builders.report_page import Elements

DAY = 86_400.0
PLACES = tuple(1.6e9 + DAY * day for day in range(30))
ROWS = tuple(float(row) for row in range(30))


def tryout() -> Tryout:
    """A file on which gru is better than ridge regression, and lstm is not told apart from it."""
    cells = (
        CellRow(row="gru", error=Range(1.7, 1.6, 1.8, 9), seeds=9, gain=0.2, p_seeds=0.004,
                p_windows=0.01, p_value=0.02, level=0.04, needed=8, answer="better"),
        CellRow(row="lstm", error=Range(1.8, 1.7, 1.9, 9), seeds=9, gain=0.1, p_seeds=0.1,
                p_windows=0.2, p_value=0.2, level=0.04, needed=8, answer="undecided"),
    )  # fmt: skip
    return Tryout(
        file="/data/<b>prices.csv",
        taken_for="/data/<b>prices.csv is a table, taken for a forecast of 'close'.",
        lines=(("columns", "'date' (times, order); 'close' (numbers, target)."),),
        notices=("Column 'row' counts rows. It is left out.",),
        measure=Measure(name="root mean squared error", unit=" %", says="off by {}"),
        unit="test window",
        test=30,
        answer=("gru is worth it: with it, forecasts are off by 1.7 %.", "A second sentence."),
        best_baseline="ridge regression",
        baselines=(
            BaselineRow(name="ridge regression", setting="penalty 1", error=1.9),
            BaselineRow(name="seasonal value", absent="no season fits"),
        ),
        cells=cells,
        drawn_cell="gru",
        forecasts=(
            ForecastLine(title="", places=PLACES, is_time=True, actual=ROWS, cell=ROWS, baseline=ROWS),
        ),
        by_step=(
            StepErrors(name="gru", is_cell=True, errors=(1.0, 2.0, 3.0)),
            StepErrors(name="ridge regression", is_cell=False, errors=(1.1, 2.1, 3.1)),
        ),
        targets=("close", "volume"),
        by_target=(
            TargetErrors(name="gru", is_cell=True, errors=(1.25, 4321.0)),
            TargetErrors(name="ridge regression", is_cell=False, errors=(1.5, 5432.0)),
        ),
        classes=("ill", "<i>well</i>"),
        confusions=(Confusion(name="gru", counts=((7, 1), (2, 11))),),
    )  # fmt: skip


def findings(found: Tryout | None) -> Findings:
    results = [learned(cell, seed, 4) for cell, seed in product(("gru", "lstm"), range(3))]
    return replace(find(results), tryout=found)


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("page")
    render(findings(tryout()), folder)
    return (folder / "index.html").read_text()


def test_the_page_opens_with_the_recommendation(page: str) -> None:
    """As its headline and its first tile, which leads to the section."""
    (headline,) = re.findall(r"<h1>(.*?)</h1>", page)
    assert headline == "gru is worth it: with it, forecasts are off by 1.7 %."
    (tiles,) = re.findall(r'<ul class="tiles">(.*?)</ul>', page, re.DOTALL)
    assert tiles.index("is worth it") < tiles.index("#condition-adding")
    assert Elements(page).targets <= set(Elements(page).values("id"))
    assert page.index('id="your-file"') < page.index('id="task-adding"')


@pytest.mark.parametrize(
    ("answers", "verdict"),
    [
        (["worse", "worse"], "no cell is worth it"),
        (["undecided", "worse"], "none is shown to be worth it"),
        (["too few seeds"], "too few seeds"),
        (["worse", "better"], "is worth it"),
    ],
)
def test_the_tile_says_no_more_than_was_shown(answers: list[str], verdict: str) -> None:
    """A cell that is within chance may be worth it."""
    rows = [replace(tryout().cells[0], answer=answer) for answer in answers]
    assert tryout_tile(replace(tryout(), cells=tuple(rows))).verdict == verdict


def test_the_page_is_named_after_the_file(page: str) -> None:
    """In its title and below its headline; the name of the suite, which is that of its own file,
    would say nothing."""
    (title,) = re.findall(r"<title>(.*?)</title>", page)
    assert title.startswith("&lt;b&gt;prices.csv: gru is worth it")
    assert "&lt;b&gt;prices.csv: which cell?" in page
    assert "Suite " not in page[: page.index('id="your-file"')]


def test_names_in_a_file_are_no_code(page: str) -> None:
    for name in ("<b>prices", "<i>well</i>"):
        assert name not in page


def test_forecasts_follow_the_colours_of_the_page(page: str) -> None:
    """The target has the colour of text, the cell its own, the baseline that of references."""
    start = page.index('id="forecasts-on-test"')
    figure = page[start : page.index("</figure>", start)]
    assert 'data-cell="gru"' in figure
    for colour in ("currentColor", "var(--red)", "var(--soft)"):
        assert f"stroke:{colour}" in figure.replace("stroke: ", "stroke:"), colour
    assert "#" not in "".join(re.findall(r'style="([^"]*)"', figure)).replace("url(#", "")


def test_errors_and_answers_are_in_tables(page: str) -> None:
    """Each cell with its verdict, each baseline with its error or the reason without one."""
    table = page[page.index('id="tryout-errors"') :]
    for shown in ("better", "within chance", "best baseline", "no season fits", "penalty 1"):
        assert shown in table
    assert 'id="errors-by-step"' in page
    by_target = page[page.index('id="tryout-by-target"') :]
    assert by_target.index("1.25") < by_target.index("5,432")
    confusion = page[page.index('id="tryout-confusion-0"') :]
    assert all(f">{count}<" in confusion for count in (7, 1, 2, 11))


def test_other_pages_have_no_such_section(tmp_path: Path) -> None:
    render(findings(None), tmp_path)
    page = (tmp_path / "index.html").read_text()
    assert 'id="your-file"' not in page


@pytest.mark.parametrize("columns", [60, 80])
def test_a_terminal_shows_errors_verdicts_and_the_answer(columns: int) -> None:
    """Within its width: cells and baselines by their errors, then the sentences."""
    out = Terminal()
    variables = {"COLUMNS": str(columns), "TERM": "xterm", "NO_COLOR": "1"}
    with patch.dict(os.environ, variables), redirect_stdout(out):
        print_tryout(tryout())
    lines = STYLE.sub("", out.getvalue()).splitlines()
    assert max(map(len, lines)) <= columns
    shown = " ".join(" ".join(lines).split())
    assert shown.index("gru 1.7") < shown.index("lstm 1.8") < shown.index("ridge regression 1.9")
    for words in ("better", "within chance", "best baseline", "no season fits"):
        assert words in shown
    assert "close volume gru 1.25 4,320 ridge regression 1.5 5,430" in shown
    assert shown.endswith(" ".join(tryout().answer))
