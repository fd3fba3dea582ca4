"""The page in a browser: it works by mouse and keyboard, in light and dark, on a phone and in
print."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from rnnbench.findings import find
from rnnbench.overview import RunSummary, write_overview
from tests.builders.browser import VIEWS, Seen, browser
from tests.builders.report import results
from tests.builders.report_page import many_cells, page_of, with_claims

pytestmark = pytest.mark.browser
A4_PIXELS = 703
"""Of a page of A4 between its margins."""


@pytest.fixture(scope="module")
def opened() -> Iterator[Any]:
    with browser() as shown:
        yield shown


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The page of two cells with costs and failures, that of twelve cells, and that of claims."""
    folder = tmp_path_factory.mktemp("pages")
    made = {
        "few": find(results()),
        "many": many_cells(12, ("adding", "copying")),
        "claims": with_claims(),
    }
    for name, findings in made.items():
        page_of(findings, folder / name)
    return {name: folder / name / "index.html" for name in made}


@pytest.fixture
def shown(opened: Any, files: dict[str, Path]) -> Iterator[Seen]:
    with Seen(opened, files["many"], **VIEWS["desktop"]) as seen:
        yield seen


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("name", ["few", "many"])
def test_it_is_shown_whole(opened: Any, files: dict[str, Path], name: str, view: str) -> None:
    """No error, no request but for the page itself, and nothing that is wider than the screen."""
    with Seen(opened, files[name], **VIEWS[view]) as seen:
        seen.unfold()
        assert seen.problems == []
        assert seen.requests == [files[name].as_uri()]
        assert seen.width <= VIEWS[view]["viewport"]["width"]


@pytest.mark.parametrize("view", ["desktop", "dark"])
@pytest.mark.parametrize(
    ("name", "state"), [("few", ""), ("many", ""), ("many", "#cells=cell-3,gru&hidden=lstm")]
)
def test_it_is_accessible(
    opened: Any, files: dict[str, Path], name: str, state: str, view: str
) -> None:
    """axe-core, which checks contrast among much else, finds nothing to object to, also where cells
    are picked and hidden."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    with Seen(opened, files[name], state, **VIEWS[view]) as seen:
        seen.unfold()
        assert seen.page.locator(".chip.hidden").count() == state.count("hidden")
        found = axe.run(seen.page).response["violations"]
        assert [(violation["id"], violation["nodes"][0]["html"]) for violation in found] == []


def test_browsers_have_a_pass_of_their_own(request: pytest.FixtureRequest) -> None:
    """`make test` leaves out what is slow, and `make browser` takes it up."""
    assert request.node.get_closest_marker("slow")


def test_it_prints(opened: Any, files: dict[str, Path]) -> None:
    """To PDF, without its tools, with what is folded, and no table wider than a page."""
    for name in ("few", "claims"):
        with Seen(opened, files[name], **VIEWS["dark"]) as seen:
            assert seen.page.pdf().startswith(b"%PDF")
            seen.page.emulate_media(media="print", color_scheme="light")
            seen.page.set_viewport_size({"width": A4_PIXELS, "height": 1000})
            assert not seen.page.locator(".tools").first.is_visible()
            assert seen.page.locator("details.fold:not([open]) table.data").first.is_visible()
            assert seen.too_wide() == []


def test_it_fits_a_laptop_and_a_phone(opened: Any, files: dict[str, Path]) -> None:
    """No table is cut on a laptop; on a phone no figure is, and the headline comes before cells."""
    for name in files:
        with Seen(opened, files[name], **VIEWS["desktop"]) as seen:
            seen.unfold()
            assert seen.too_wide() == []
        with Seen(opened, files[name], **VIEWS["phone"]) as seen:
            seen.unfold(".fold")
            assert seen.too_wide("svg[role=img]") == []
            assert seen.page.locator("h1").bounding_box()["y"] < 120
            assert seen.page.locator("figure svg:visible").count() > 0


def test_the_contents_stay_in_view(opened: Any, files: dict[str, Path]) -> None:
    """On a phone as a bar, which gives way to what it leads to; on a laptop both lists are seen."""
    with Seen(opened, files["many"], **VIEWS["phone"]) as seen:
        seen.page.locator("#origins").scroll_into_view_if_needed()
        bar = seen.page.locator(".contents")
        assert bar.bounding_box()["y"] == 0
        bar.get_by_text("Contents").click()
        bar.get_by_text("copying").click()
        assert not bar.get_by_text("copying").is_visible()
        top = seen.page.locator("#task-copying").bounding_box()["y"]
        assert bar.bounding_box()["height"] <= top < 100
    with Seen(opened, files["many"], **VIEWS["desktop"]) as seen:
        for text in ("What to hold against it", "cell-0"):
            box = seen.page.locator(".contents").get_by_text(text, exact=True).bounding_box()
            assert box["y"] + box["height"] < VIEWS["desktop"]["viewport"]["height"]


WORDS = """all => all.flatMap(cell => {
  const found = [];
  const walker = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    for (const word of node.textContent.matchAll(/[\\p{L}\\d]+/gu)) {
      const range = document.createRange();
      range.setStart(node, word.index);
      range.setEnd(node, word.index + word[0].length);
      if (range.getClientRects().length > 1) found.push(word[0]);
    }
  }
  return found;
})"""
"""The words that break over lines."""


def test_no_word_breaks_where_there_is_room(
    opened: Any, files: dict[str, Path], tmp_path: Path
) -> None:
    """On the page of runs, where a long name without a space alone does; and in heat maps."""
    long_name = 90 * "x"
    runs = [
        RunSummary(
            folder=tmp_path / name,
            suite=name,
            version=2,
            started="2026-01-01T00:00:00",
            finished="2026-01-01T00:00:00",
            statuses={"ok": 102, "out-of-memory": 6},
            cells=("gru", "lstm", "mingru", "rnn"),
            headline="mingru takes the shortest step at 7 of 7 shapes. " * 3,
            page=None,
        )
        for name in ("scaling", "memory", long_name)
    ]
    for number in (2, 3):
        page = write_overview(runs[:number], "runs", tmp_path / "page")
        with Seen(opened, page, **VIEWS["desktop"]) as seen:
            broken = seen.page.eval_on_selector_all("tbody :is(th, td), thead th", WORDS)
            assert set(broken) == ({long_name} if number > 2 else set())
            assert seen.width <= VIEWS["desktop"]["viewport"]["width"]
    with Seen(opened, files["few"], viewport={"width": 240, "height": 800}) as seen:
        assert seen.page.eval_on_selector_all(".map th", WORDS) == []
        row = seen.page.locator(".map tbody th").first
        row.evaluate("cell => { cell.firstElementChild.textContent = 'a name of many words'; }")
        assert row.evaluate("cell => cell.scrollWidth - cell.clientWidth") <= 0


def test_it_reads_without_script(opened: Any, files: dict[str, Path]) -> None:
    """Its tables, its figures and its links; only what needs the script is hidden."""
    with Seen(opened, files["many"], java_script_enabled=False) as seen:
        assert seen.page.locator("table.data").first.is_visible()
        assert seen.page.locator("figure svg").first.is_visible()
        assert not seen.page.locator("#cells").is_visible()
        pill = seen.page.locator("#scores-adding td[title*='typical advantage']").first
        assert "ahead in 7 of 7 seeds" in pill.get_attribute("title")


def first_column(seen: Seen) -> list[str]:
    """The cells in the rows of the first table of scores that are shown, in their order."""
    rows = seen.page.locator("#scores-adding tbody tr:not(.trivial):visible td:first-child")
    return [str(text) for text in rows.all_inner_texts()]


def table_of(seen: Seen) -> Any:
    """The first table of scores, in view: what a table needs of the script, it gets there."""
    found = seen.page.locator("#scores-adding")
    found.scroll_into_view_if_needed()
    return found


def test_tables_sort_by_keyboard(shown: Seen) -> None:
    """By a number or by a name, in both directions; the address keeps it."""
    table_of(shown)
    button = shown.page.locator("#scores-adding th button", has_text="epochs to target")
    button.focus()
    shown.page.keyboard.press("Enter")
    assert first_column(shown)[0] == "cell-8"
    shown.page.keyboard.press("Enter")
    assert first_column(shown)[-1] == "cell-8"
    before = first_column(shown)
    address = unquote(shown.page.url)
    assert address.endswith("sort=scores-adding:epochs to target:descending")
    shown.page.reload()
    assert first_column(shown) == before
    shown.page.locator("#scores-adding th button", has_text="cell").first.click()
    assert first_column(shown) == sorted(before)


def test_a_sort_outlives_a_link_and_arrives_with_an_address(shown: Seen) -> None:
    """It stays where a link of the page is followed; one that is pasted into the open page is
    shown; and an address without it shows the rows in their own order."""
    table_of(shown)
    own = first_column(shown)
    shown.page.locator("#scores-adding th button", has_text="cell").first.click()
    shown.page.locator('.contents a[href="#task-copying"]').click()
    shown.page.wait_for_function("location.hash.startsWith('#task-copying&')")
    assert unquote(shown.page.url).endswith("#task-copying&sort=scores-adding:cell:ascending")
    for sorts, expected in (
        ("sort=scores-adding:cell:descending", sorted(own, reverse=True)),
        ("cells=gru", own),
    ):
        shown.page.evaluate(f"location.hash = '#task-adding&{sorts}'")
        shown.page.wait_for_timeout(50)
        assert first_column(shown) == expected
    shown.page.evaluate("location.hash = '#task-adding&sort=task-adding:cell:descending,no:x:y'")
    shown.page.wait_for_timeout(50)
    assert first_column(shown) == own
    assert shown.problems == []


def test_tables_are_filtered(shown: Seen) -> None:
    """By words that a row contains."""
    table_of(shown).locator("input").fill("lstm")
    assert first_column(shown) == ["lstm"]


def test_tables_are_copied(shown: Seen) -> None:
    """As CSV, Markdown and LaTeX, as they are shown."""
    table_of(shown).locator("button", has_text="LaTeX").wait_for()
    lines = shown.page.evaluate(
        "Object.values(formats).map(write => write("
        "linesOf(document.querySelector('#scores-adding table'))).split('\\n'))"
    )
    csv, markdown, latex = lines
    assert csv[0].startswith("cell,verdict,solved")
    assert markdown[1].startswith("| --- | ---")
    assert latex[0].startswith("\\begin{tabular}{lr")
    assert "\\toprule" in latex
    assert len(csv) == 1 + 12 + 1  # the head, the cells and the trivial forecast


def chip(seen: Seen, cell: str) -> Any:
    return seen.page.locator(f'.chip[data-cell="{cell}"]')


def test_a_cell_is_highlighted_everywhere(shown: Seen) -> None:
    """In all figures and tables, by the keyboard; the address keeps it, and a second press ends
    it."""
    chip(shown, "cell-3").focus()
    shown.page.keyboard.press("Enter")
    assert "cells=cell-3" in shown.page.url
    shown.page.reload()
    assert chip(shown, "cell-3").get_attribute("aria-pressed") == "true"
    parts = 'svg .cell[data-cell="cell-3"], tr[data-cell="cell-3"]'
    assert shown.page.locator(parts).count() > 6
    classes = shown.page.eval_on_selector_all(
        parts, "all => all.map(p => p.classList.contains('on'))"
    )
    assert all(classes)
    chip(shown, "cell-3").click()
    assert "cells=" not in shown.page.url


def test_a_cell_is_hidden_everywhere(shown: Seen) -> None:
    """Until all are shown again."""
    shown.page.locator("#mode").click()
    chip(shown, "lstm").click()
    assert "hidden=lstm" in shown.page.url
    assert shown.page.locator('tr[data-cell="lstm"]:visible').count() == 0
    assert shown.page.locator('svg .cell[data-cell="lstm"]:visible').count() == 0
    shown.page.locator("#all").click()
    assert shown.page.locator('tr[data-cell="lstm"]:visible').count() > 0


def test_a_permalink_opens_what_is_folded(opened: Any, files: dict[str, Path]) -> None:
    """Also where the address says which cells are picked."""
    with Seen(opened, files["many"], **VIEWS["desktop"]) as seen:
        seen.page.goto(f"{files['many'].as_uri()}#models-copying&cells=gru")
        seen.page.reload()
        assert seen.page.locator("#models-copying").is_visible()
        assert chip(seen, "gru").get_attribute("aria-pressed") == "true"


def test_a_permalink_stays_in_view(shown: Seen) -> None:
    """Also where what is above it takes its height only later, until the reader moves."""
    shown.page.evaluate("document.documentElement.style.overflowAnchor = 'none'")
    shown.page.evaluate(
        "location.hash = '#models-copying'; setTimeout("
        "() => { document.querySelector('.heat').style.minHeight = '9000px'; }, 200)"
    )
    shown.page.wait_for_function("document.documentElement.scrollHeight > 9000")
    shown.page.wait_for_timeout(200)
    assert 0 <= shown.page.locator("#models-copying").bounding_box()["y"] < 100
    shown.page.keyboard.press("Home")
    shown.page.wait_for_timeout(200)
    assert shown.page.locator("h1").bounding_box()["y"] > 0


def test_what_an_address_says_of_cells_is_weighed(opened: Any, files: dict[str, Path]) -> None:
    """Cells that are not there are left out, and one that is hidden is not picked as well."""
    with Seen(opened, files["many"], "#cells=nobody", **VIEWS["desktop"]) as seen:
        assert not seen.page.evaluate("document.body.classList.contains('some')")
        seen.page.evaluate("location.hash = '#cells=lstm,gru,nobody&hidden=gru,no'")
        seen.page.wait_for_function("document.body.classList.contains('some')")
        pressed = seen.page.locator(".chip[aria-pressed=true]")
        assert pressed.evaluate_all("all => all.map(chip => chip.dataset.cell)") == ["lstm"]
        hidden = seen.page.locator(".chip.hidden")
        assert hidden.evaluate_all("all => all.map(chip => chip.dataset.cell)") == ["gru"]
        chip(seen, "rnn").click()
        assert seen.page.url.endswith("#cells=lstm,rnn&hidden=gru")


def test_a_square_leads_to_its_row(shown: Seen) -> None:
    """And the row is in view."""
    shown.page.locator('.map a[href="#row-copying-cell-3"]').click()
    assert shown.page.locator("#row-copying-cell-3").is_visible()
    top = shown.page.locator("#row-copying-cell-3").bounding_box()["y"]
    assert 0 <= top < VIEWS["desktop"]["viewport"]["height"]


def test_a_pill_says_its_figures_in_the_tip_of_the_page(shown: Seen) -> None:
    """And not in that of the browser besides."""
    pills = shown.page.locator("#scores-adding td[title*='typical advantage']")
    before = pills.count()
    says = pills.first.get_attribute("title")
    pills.first.hover()
    assert shown.page.locator("#tip").inner_text() == says
    assert pills.count() == before - 1


def test_figures_say_what_one_points_at(shown: Seen) -> None:
    """The value, its interval and n, at the nearest point of the line."""
    line = shown.page.locator('#learning-curves-adding g[data-cell="gru"][data-says]').first
    line.scroll_into_view_if_needed()
    x, y = line.locator("path").first.evaluate(
        "path => { const end = path.getPointAtLength(path.getTotalLength())"
        ".matrixTransform(path.getScreenCTM()); return [end.x, end.y]; }"
    )
    shown.page.mouse.move(x, y)
    said = shown.page.locator("#tip").inner_text()
    assert said.startswith("gru, epoch 2: ")
    assert "n = 7" in said
