"""The page: it opens with the answer, leads from a sentence to the trials, and says all once."""

import re
from collections import Counter
from html import unescape
from itertools import product
from pathlib import Path

import pytest
from msgspec.structs import replace

from rnnbench.findings import Findings, find
from rnnbench_reports import page as of_page
from rnnbench_reports.page import caveats, front
from rnnbench_reports.page.learning_tables import scores
from rnnbench_reports.page.records import Column, Row, Value
from rnnbench_reports.page.search_tables import searches
from rnnbench_reports.page.tables import table
from tests.builders.findings import BUDGET, TUNED, learned, searched
from tests.builders.report import results
from tests.builders.report_page import Elements, many_cells, page_of, with_claims

TEMPLATES = sorted((Path(of_page.__file__).parent / "templates").glob("*.j2"))
MOST_WORDS = 30


@pytest.fixture(scope="module")
def findings() -> Findings:
    return find(results())


@pytest.fixture(scope="module")
def page(findings: Findings, tmp_path_factory: pytest.TempPathFactory) -> str:
    return page_of(findings, tmp_path_factory.mktemp("page") / "report")


@pytest.fixture(scope="module")
def crowd() -> Findings:
    """Twelve cells on two tasks."""
    return many_cells(12, ("adding", "copying"))


@pytest.fixture(scope="module")
def crowded(crowd: Findings, tmp_path_factory: pytest.TempPathFactory) -> str:
    return page_of(crowd, tmp_path_factory.mktemp("crowd") / "report")


@pytest.fixture(scope="module")
def claimed(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The page of two claims."""
    return page_of(with_claims(), tmp_path_factory.mktemp("claimed") / "report")


def test_it_opens_with_one_headline(page: str, crowded: str, findings: Findings) -> None:
    """Of at most 30 words, before all else; the title says it too."""
    for shown in (page, crowded):
        (headline,) = re.findall(r"<h1>(.*?)</h1>", shown)
        assert 0 < len(headline.split()) <= MOST_WORDS
        (title,) = re.findall(r"<title>(.*?)</title>", shown)
        assert headline in title
        assert shown.index("<h1>") < shown.index('class="tiles"') < shown.index("<h2>")
    assert findings.headline in unescape(page)


def test_the_headline_says_what_is_decided(crowd: Findings) -> None:
    """The cell that is ahead, under how many conditions, and how many comparisons that rests on."""
    assert crowd.headline.startswith("cell-8 is ahead in 2 of 2 conditions.")
    assert "Decided: none of 22 comparisons." in crowd.headline


def test_every_link_on_the_page_arrives(page: str, crowded: str, claimed: str) -> None:
    """No id stands twice, and each link to an id finds it, as does each look of a figure that names
    a clip or a hatch by its id."""
    for shown in (page, crowded, claimed):
        elements = Elements(shown)
        ids = elements.values("id")
        assert [name for name, times in Counter(ids).items() if times > 1] == []
        assert elements.targets
        assert elements.targets <= set(ids)
    (hatch,) = set(re.findall(r"<pattern.*?stroke:([^;]*)", claimed))
    assert hatch == "var(--soft)"  # which is seen on what is shaded


def test_every_figure_stands_in_one_section(claimed: str) -> None:
    """That of its claim, of its task or of cost: the cost section begins with a figure of cost."""
    sections = re.split(r'<section id="([^"]+)" class="of-task">', claimed)[1:]
    figures = {
        name: re.findall(r'<figure id="([^"]+)"', text)
        for name, text in zip(sections[::2], sections[1::2], strict=True)
    }
    assert figures["claim-some-claim"] == ["claim-of-some-claim"]
    assert figures["claim-of-times"] == ["claim-of-of-times"]
    assert figures["cost"][0] == "training-time"
    assert not any(name.startswith("claim-") for name in figures["cost"])


def test_a_row_leads_to_its_trials(page: str, findings: Findings) -> None:
    """Those with figures to their results, those without to what is said of them on the page."""
    elements = Elements(page)
    hrefs = elements.values("href", "a")
    for trial in findings.trials:
        if trial.status == "ok" and trial.row:
            assert f"../trials/{trial.trial}.json" in hrefs
    (failed,) = [trial for trial in findings.trials if trial.status == "error"]
    assert f"rnnbench reproduce DIR {failed.trial}" in page
    assert unescape(page).count(failed.reason) >= 1


def test_a_failed_trial_shows_why(findings: Findings, tmp_path: Path) -> None:
    """Its traceback and the end of its output, as text."""
    trials = []
    for trial in findings.trials:
        if trial.status == "error":
            trial = replace(trial, traceback="Traceback: <here>", output="last words")
        trials.append(trial)
    shown = page_of(replace(findings, trials=tuple(trials)), tmp_path)
    assert "Traceback: &lt;here&gt;" in shown
    assert "last words" in shown


def test_the_heat_map_has_a_square_for_each_cell_and_condition(crowd: Findings) -> None:
    """The best cell on top, each square with the way to its row."""
    (heat,) = front.heat_maps(crowd)
    assert heat.rows[0][0] == "cell-8"
    assert {row for row, _ in heat.rows} == {arm.row for arm in crowd.conditions[0].arms}
    assert all(len(squares) == 2 for _, squares in heat.rows)
    assert [square.text for square in heat.rows[0][1]] == ["2", "2"]
    shades = [squares[0].shade for _, squares in heat.rows]
    assert shades == sorted(shades, reverse=True)


def test_many_cells_make_no_long_answer(crowded: str, crowd: Findings) -> None:
    """The one that is ahead and those not told apart from it; the others are counted."""
    longest = max(len(condition.answer) for condition in crowd.conditions)
    answers = re.findall(r'<div class="answer".*?</div>', crowded, flags=re.DOTALL)
    texts = [re.sub(r"<[^>]*>", "", answer).strip() for answer in answers]
    assert max(map(len, texts)) < longest
    assert any(text.startswith("cell-8 is first. cell-8 reaches mse") for text in texts)
    assert any("No verdict: it takes at least " in text for text in texts)


def test_cells_that_are_not_featured_are_grey(crowded: str) -> None:
    """Each part of a figure names its cell, and those behind have a class of their own."""
    classes = set(re.findall(r'class="(cell[^"]*)" data-cell="cell-8"', crowded))
    assert classes == {"cell"}
    assert set(re.findall(r'class="(cell[^"]*)" data-cell="cell-3"', crowded)) == {"cell rest"}


def test_figures_take_the_colours_of_the_page(page: str, claimed: str) -> None:
    """No colour of ours is left in a figure, so that it follows light, dark and print."""
    for shown, colour in ((page, "var(--red)"), (claimed, "var(--shade)")):
        figures = "".join(re.findall(r"<svg viewBox=.*?</svg>", shown, flags=re.DOTALL))
        assert colour in figures
        assert "currentColor" in figures
        assert not re.findall(r"#[0-9a-f]{6}\b", figures)


def test_what_a_figure_says_has_its_interval_and_n(page: str) -> None:
    """At each point of a curve, and at each mark."""
    says = Elements(page).values("data-says", "g")
    assert any(re.search(r"epoch 2: .*, n = \d", text) for text in says)
    assert any(re.search(r"\d of \d solved", text) for text in says)


def test_a_solve_rate_says_its_interval_and_n(page: str) -> None:
    """At its mark as at its interval."""
    says = Elements(page).values("data-says", "g")
    rates = [text for text in says if re.match(r"gru, horizon \d+: ", text)]
    assert len(rates) >= 4
    for text in rates:
        assert re.search(r": \d+ of \d+ seeds?, [\d.]+ \[[\d.]+ to [\d.]+\], n = \d+$", text), text


def test_an_effect_of_a_claim_says_its_interval_and_n(claimed: str) -> None:
    """At its mark and at its interval, in the wide and in the narrow plot."""
    says = Elements(claimed).values("data-says", "g")
    effects = [text for text in says if text.endswith((", holds", ", fails", ", open"))]
    assert len(effects) >= 8
    assert any(re.search(r": [\d.]+ \[[\d.]+ to [\d.]+\], n = \d+, ", text) for text in effects)


def test_who_does_not_see_a_figure_hears_what_it_shows(page: str, claimed: str) -> None:
    """Not its title alone: the values with n; of a forest plot, wide and narrow, each effect."""
    for shown in (page, claimed):
        heard = Elements(shown).values("aria-label", "svg")
        assert heard
        assert all(re.search(r"\d", text.partition(". ")[2]) for text in heard)
    forests = [text for text in Elements(claimed).values("aria-label", "svg") if "Every" in text]
    assert len(forests) == 4
    for text in forests:
        assert re.match(r"Every condition\. .+: .*\d.*, (holds|fails|open)\.$", text)


def test_a_kind_of_caveat_is_said_once(crowd: Findings) -> None:
    """Sentences that differ in their setting, their cells and their numbers are of one kind."""
    said = (
        "adding: gru has its learning rate of 0.01 from the edge of the grid.",
        "Something concerns all.",
        "copying: lstm has its learning rate of 0.003 from the edge of the grid.",
        "copying: cell-3 was lost.",
    )
    groups = caveats.groups(replace(crowd, caveats=said))
    assert [(group.first, len(group.others)) for group in groups] == [
        (said[1], 0),
        (said[0], 1),
        (said[3], 0),
    ]


def test_a_kind_is_one_however_many_it_concerns(crowd: Findings) -> None:
    """One cell or several, one seed or several, another metric, another remark in brackets."""
    alike = (
        "adding: gru and lstm are at the target after the first epoch in every seed.",
        "copying: rnn is at the target after the first epoch in every seed.",
        "adding: trials of gru that gave no figures: 6.",
        "adding: trials of cell-3 that gave no figures: 2.",
        "adding: gru and lstm and rnn have no figures for 1 of 1 seed (not run).",
        "copying: lstm has no figures for 3 of 7 seeds (3 error).",
        "adding: whether gru or rnn is quicker depends: rnn takes so many: 1 here, 2 there.",
        "copying: whether lstm or rnn is quicker depends: rnn takes so many: 1 here.",
    )
    groups = caveats.groups(replace(crowd, caveats=alike))
    found = [{group.first, *group.others} for group in groups]
    assert all({alike[place], alike[place + 1]} in found for place in range(0, 8, 2))


def test_a_caveat_names_no_twenty_cells(crowd: Findings) -> None:
    """The first ones, and how many more there are; the settings likewise."""
    rows = [f"cell-{place}" for place in range(9)]
    said = (
        f"adding: the score is at its ceiling for {', '.join(rows[:-1])} and {rows[-1]}.",
        f"No search for {' and '.join(rows)}: all is by hand.",
        "copying: gru, lstm and rnn are three.",
    )
    shown = {group.first for group in caveats.groups(replace(crowd, caveats=said))}
    assert shown == {
        "adding: the score is at its ceiling for cell-0, cell-1, cell-2, cell-3, cell-4 and 4"
        " more.",
        "No search for cell-0, cell-1, cell-2, cell-3, cell-4 and 4 more: all is by hand.",
        said[2],
    }
    own = caveats.of_settings(replace(crowd, caveats=said), ["adding"])
    assert own == [group for group in shown if group.startswith("adding")]


def test_a_section_has_its_own_caveats(crowd: Findings) -> None:
    """Those that begin with its title."""
    said = ("adding: one.", "copying: two.", "adding to it: three.", "Four.")
    shown = replace(crowd, caveats=said)
    assert caveats.of_settings(shown, ["adding"]) == ["adding: one."]


def test_tables_show_neither_nothing_nor_the_same_everywhere() -> None:
    """An empty column is left out, a constant one becomes a note, and one that stays does."""
    columns = [Column("cell", stays=True), Column("empty"), Column("equal"), Column("score")]
    rows = [Row([Value(name), Value("-"), Value("7"), Value(name)]) for name in ("a", "b")]
    made = table("t", "", columns, rows)
    assert made
    assert [column.title for column in made.columns] == ["cell", "score"]
    assert made.note == "Equal in all rows: equal: 7"
    assert table("t", "", columns, []) is None


def test_templates_only_loop() -> None:
    """What is shown, and whether, is decided in Python; and no line is long."""
    text = "".join(template.read_text() for template in TEMPLATES)
    assert len(TEMPLATES) >= 5
    assert not re.findall(r"{%-?\s*(if|elif|else if)\b", text)
    assert all(len(line) <= 160 for line in text.splitlines())


def test_the_same_machine_is_listed_once(findings: Findings, tmp_path: Path) -> None:
    """However often it occurs."""
    machine = findings.machines[0]
    other = replace(machine, memory_bytes=machine.memory_bytes + 1)
    shown = page_of(replace(findings, machines=(machine, other)), tmp_path)
    assert shown.count(machine.processor) == 1


def test_epochs_that_were_not_reached_are_over_the_budget(tmp_path: Path) -> None:
    """Of a rate that was searched, and as the typical advantage over a cell that never gets
    there."""
    search = [
        searched("a", rate, seed, 5 if rate == 0.01 else None)
        for rate, seed in product((0.01, 0.1), (0, 1))
    ]
    chosen = [learned("a", seed, 4, recipe=TUNED, learning_rate=0.01) for seed in (0, 1)]
    condition = find([*search, *chosen]).conditions[0]
    table = searches(condition)
    assert table
    place = [column.title for column in table.columns].index("epochs to target")
    assert [row.values[place].text for row in table.rows] == ["5", f"over {BUDGET}"]
    never = [
        learned(name, seed, epochs)
        for (name, epochs), seed in product((("a", 4), ("b", None)), range(8))
    ]
    scored = scores(find(never).conditions[0], {})
    assert scored
    hints = {row.cell: row.values[1].hint for row in scored.rows}
    assert "typical advantage at least 5" in hints["b"]
