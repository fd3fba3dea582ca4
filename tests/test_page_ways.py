"""The ways through the page: contents, permalinks, links from answers, and reasons for figures that
are missing."""

import re
from pathlib import Path

import pytest
from msgspec.structs import replace

from rnnbench.executors.running import without_run
from rnnbench.findings import Findings, find
from rnnbench.records import CellUse, MemoryRow, Result
from rnnbench_reports.page import front, ways
from rnnbench_reports.page.cost_tables import memory
from rnnbench_reports.page.learning_tables import scores
from rnnbench_reports.page.links import by_row
from rnnbench_reports.page.terms import whole
from tests.builders.findings import cost_result, learned
from tests.builders.records import COST
from tests.builders.report_page import Elements, many_cells, page_of, with_claims


@pytest.fixture(scope="module")
def many() -> Findings:
    """Three cells on 13 tasks."""
    return many_cells(3, tuple(f"task-{place}" for place in range(13)))


@pytest.fixture(scope="module")
def pages(many: Findings, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The page of many cells on several tasks, that of claims, and that of one task with costs."""
    folder = tmp_path_factory.mktemp("ways")
    costly = find([*(learned("gru", seed, 3) for seed in range(3)), cost_result(0, 0.1)])
    few = replace(many, conditions=many.conditions[:2])
    made = {"few": few, "claims": with_claims(), "costly": costly}
    return [page_of(findings, folder / name) for name, findings in made.items()]


def test_the_contents_name_every_part(pages: list[str]) -> None:
    """In the order of the page, each with its whole title, which may be cut where it is long."""
    for page in pages:
        heads = re.findall(
            r'<section (?:id="([^"]+)" class="of-task"|class="heat" id="([^"]+)"|id="([^"]+)")',
            page,
        )
        ids = ["answer", *(next(filter(None, head)) for head in heads)]
        nav = page[page.index('<nav class="contents"') : page.index("</nav>")]
        links = re.findall(r'<a href="#([^"]+)"(?: title="([^"]+)")?>([^<]+)</a>', nav)
        listed = [identity for identity, _, _ in links]
        assert listed == [identity for identity in ids if identity in listed]
        assert set(ids) - set(listed) <= {"failures"}
        assert {"answer", "caveats", "words", "origins"} <= set(listed)
        assert all(title == (shown if len(shown) > 40 else "") for _, title, shown in links)
    assert "map-learned" in pages[0]


def test_every_heading_and_answer_has_a_permalink(pages: list[str]) -> None:
    """To itself."""
    for page in pages:
        for heading in re.findall(r"<h2>.*?</h2>", page, flags=re.DOTALL):
            assert 'class="here"' in heading
        answers = re.findall(r'<div class="answer" id="([^"]+)".*?</div>', page, flags=re.DOTALL)
        assert answers
        hrefs = Elements(page).values("href", "a")
        assert {f"#{identity}" for identity in answers} <= set(hrefs)


def test_an_answer_leads_to_its_figure_its_table_and_its_row(pages: list[str]) -> None:
    """Where there is one."""
    expected = (
        ("condition-task-0", ["learning-curves-task-0", "scores-task-0", "row-task-0-rnn"]),
        ("verdict-some-claim", ["claim-of-some-claim", "claim-some-claim-0"]),
        ("cost-t-100_b-32_h-64_i-64", ["training-time", "train-t-100_b-32_h-64_i-64"]),
    )
    for page, (identity, targets) in zip(pages, expected, strict=True):
        start = page.index(f'id="{identity}"')
        answer = page[start : page.index("</div>", start)]
        hrefs = re.findall(r'href="#([^"]+)"', answer)
        assert hrefs[: len(targets)] == targets
        assert hrefs[-1] == identity


def measured(*failed: Result) -> Findings:
    """Times of two cells, the peak of one, and trials that failed."""
    peaks = replace(COST, measurement="peak-memory", cells=(CellUse(name="gru"),))
    row = MemoryRow(
        row="gru", kernel="k", parameters=9, parameter_bytes=36, peak_bytes=3 << 20, meter="m"
    )
    peak = replace(without_run(peaks, "ok", ""), costs=(row,))
    return find([cost_result(0, 0.1), peak, *failed])


def test_a_missing_figure_of_memory_says_why() -> None:
    """With a link to the trial that failed; without one it is a dash."""
    trial = replace(COST, measurement="peak-memory", cells=(CellUse(name="lstm"),))
    failed = without_run(trial, "out-of-memory", "wanted 9 GiB")
    findings = measured(failed)
    found = memory(findings.costs[0], by_row(findings))
    assert found
    place = [column.title for column in found.columns].index("peak MiB")
    values = {row.cell: row.values[place] for row in found.rows}
    assert values["lstm"].text == "out-of-memory"
    ((reason, href),) = values["lstm"].links
    assert reason == "wanted 9 GiB"
    assert href.startswith("#trial-cost.peak-memory.")
    assert values["gru"].text == "3"
    without = measured()
    found = memory(without.costs[0], by_row(without))
    assert found
    assert {row.cell: row.values[place].text for row in found.rows}["lstm"] == "-"


def test_a_failed_trial_of_cost_belongs_to_its_shape() -> None:
    """And to its cell, where it measures one; one of a shape without any figure to none."""
    one = replace(COST, measurement="peak-memory", cells=(CellUse(name="lstm"),))
    other = replace(one, shape=replace(COST.shape, steps=999))
    findings = measured(without_run(one, "killed", "x"), without_run(other, "killed", "x"))
    title = findings.costs[0].title
    places = [(trial.status, trial.setting, trial.row) for trial in findings.trials]
    assert ("killed", title, "lstm") in places
    assert ("killed", "", "") in places
    assert ("ok", title, "gru") in places


def test_conditions_without_a_verdict_are_folded(many: Findings) -> None:
    """Where there are more tiles than three rows hold; what is decided stands open."""
    tiles = list(front.tiles(many))
    shown, others = ways.folded(tiles, many)
    assert shown == []
    assert {title: len(of_title) for title, of_title in others.items()} == {
        "13 conditions without a verdict": 13
    }
    first = many.conditions[0]
    better = [replace(comparison, answer="better") for comparison in first.comparisons]
    decided = replace(first, comparisons=tuple(better))
    shown, others = ways.folded(tiles, replace(many, conditions=(decided, *many.conditions[1:])))
    assert [tile.title for tile in shown] == [first.title]
    assert sum(map(len, others.values())) == 12
    few = replace(many, conditions=many.conditions[:5])
    assert ways.folded(tiles[:5], few) == (tiles[:5], {})


def test_what_only_validation_data_show_is_in_brackets(tmp_path: Path) -> None:
    """With a note below the table, so that no column is wide."""
    lucky = [learned("gru", seed, 3, test=2.0) for seed in range(3)]
    condition = find([*lucky, *(learned("lstm", seed, None) for seed in range(3))]).conditions[0]
    found = scores(condition, {})
    assert found
    solved = {row.cell: row.values[2] for row in found.rows}
    assert solved["gru"].text == "(3 of 3) [29 to 100 %]"
    assert "on validation data alone" in solved["gru"].hint
    assert "In brackets: reached on validation data alone" in found.note
    assert solved["lstm"].text == "0 of 3 [0 to 71 %]"


def test_an_interval_is_not_divided() -> None:
    """Nor a short figure; other texts may be."""
    assert whole("0.4 [0.3 to 0.5]").split(" ") == ["0.4", "[0.3\u00a0to\u00a00.5]"]
    assert whole("21 of 195").count(" ") == 0
    assert whole("torch, fused cell") == "torch, fused cell"
