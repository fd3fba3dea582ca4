"""Exports for servers that run tests: JUnit, and the summary and annotations of GitHub."""

import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
from junitparser import Error, Failure, JUnitXml, Skipped, TestCase as Case
from junitparser.cli import main as junitparser
from markdown_it import MarkdownIt
from msgspec.structs import replace

from rnnbench.catalogue import Catalogue
from rnnbench.executors.running import without_run
from rnnbench.findings import Findings, find
from rnnbench.records import CellUse, Result, Seconds, trial_id
from tests.builders.findings import cost_result, learned
from tests.builders.records import COST, learning_trial

COLOURED = "ValueError: \x1b[31mno such luck\x1b[0m\nin <b>forward</b>, 50 % of the time"
MEMORY = replace(COST, measurement="peak-memory", cells=(CellUse(name="gru"),))


def ended(seed: int, status: str, reason: str = "") -> Result:
    bare = without_run(learning_trial(seed=seed), status, reason)  # type: ignore[arg-type]
    return replace(bare, seconds=Seconds(process=1.5))


RUN = [
    learned("gru", 0, 4),
    ended(1, "diverged", "the loss is not finite"),
    ended(2, "error", COLOURED),
    ended(3, "skipped", "no data here"),
    ended(4, "timeout", "longer than its limit of 600 s"),
    replace(cost_result(0, 0.1), absent={"lem": "RuntimeError: no kernel"}),
    without_run(MEMORY, "out-of-memory", "more than 4,096 MiB"),
]
FAILED = {trial_id(RUN[place].trial) for place in (2, 4, 5)}


def made(report: str, results: list[Result], folder: Path) -> list[Path]:
    findings: Findings = find(results)
    return Catalogue.present().reports[report].item.load()(findings, folder)


def cases(path: Path) -> Iterator[Case]:
    for suite in JUnitXml.fromfile(str(path)):
        yield from suite


def test_junit_has_a_case_for_each_trial(tmp_path: Path) -> None:
    """As junitparser reads it. What failed, or lost a cell, is a failure with its reason; divergence
    and running out of memory where memory is measured are results."""
    (path,) = made("junit", RUN, tmp_path)
    found = {case.name: case for case in cases(path)}
    assert set(found) == {trial_id(result.trial) for result in RUN}
    marked = {name: [type(mark) for mark in case.result] for name, case in found.items()}
    assert {name for name, marks in marked.items() if marks == [Failure]} == FAILED
    assert [name for name, marks in marked.items() if marks == [Skipped]] == [
        trial_id(RUN[3].trial)
    ]
    assert not any(Error in marks for marks in marked.values())
    (error,) = found[trial_id(RUN[2].trial)].result
    assert (error.type, error.message) == ("error", "error: ValueError: ?[31mno such luck?[0m")
    assert "in <b>forward</b>, 50 % of the time" in error.text
    (lost,) = found[trial_id(RUN[5].trial)].result
    assert lost.message == "lem: RuntimeError: no kernel"
    case = found[trial_id(RUN[2].trial)]
    assert (case.classname, case.time) == ("s.adding", 1.5)


def test_the_counts_of_junit_are_those_of_its_cases(tmp_path: Path) -> None:
    """junitparser counts them anew, and its command fails where a trial did."""
    (path,) = made("junit", RUN, tmp_path)
    (suite,) = JUnitXml.fromfile(str(path))
    suite.update_statistics()
    written = ElementTree.parse(path).getroot()[0].attrib
    for name, count in (("tests", 7), ("failures", 3), ("errors", 0), ("skipped", 1)):
        assert int(written[name]) == getattr(suite, name) == count
    assert junitparser(["verify", str(path)]) == 1
    (path,) = made("junit", RUN[:2], tmp_path)
    assert junitparser(["verify", str(path)]) == 0


COMMAND = re.compile(r"::(?P<kind>error|notice) title=(?P<title>[^,:\r\n]*)::(?P<data>[^\r\n]*)")


def commands(path: Path) -> list[dict[str, str]]:
    """The workflow commands of a file, read by the rules that GitHub publishes."""
    found = []
    for line in path.read_text().splitlines():
        match = COMMAND.fullmatch(line)
        assert match, line
        found.append({name: _unescaped(value) for name, value in match.groupdict().items()})
    return found


def _unescaped(text: str) -> str:
    assert not re.search("%(?!25|0D|0A|3A|2C)", text)
    for escape, character in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ",")):
        text = text.replace(escape, character)
    return text.replace("%25", "%")


def test_github_gets_an_error_for_each_trial_that_failed(tmp_path: Path) -> None:
    """Lines and percent signs of its reason escaped; caveats are notices."""
    _, annotations = made("github", RUN, tmp_path)
    found = commands(annotations)
    errors = {command["title"]: command["data"] for command in found if command["kind"] == "error"}
    assert set(errors) == FAILED
    assert errors[trial_id(RUN[2].trial)] == f"error: {COLOURED}"
    notices = [command["data"] for command in found if command["kind"] == "notice"]
    assert notices == list(find(RUN).caveats)[: len(notices)]
    assert notices


def test_github_shows_ten_annotations_of_a_kind(tmp_path: Path) -> None:
    """So the tenth says how many more there are."""
    _, annotations = made("github", [ended(seed, "error", "x") for seed in range(40)], tmp_path)
    errors = [command for command in commands(annotations) if command["kind"] == "error"]
    assert len(errors) == 10
    assert errors[-1]["data"] == "31 more errors; the summary has all."


@pytest.mark.parametrize("reason", [COLOURED, "a | b `c` *d*"])
def test_the_summary_is_a_page_whose_tables_hold(tmp_path: Path, reason: str) -> None:
    """Read by a parser of GitHub's Markdown: each row of a table has the cells of its head, and what
    strangers wrote is text."""
    summary, _ = made("github", [*RUN, ended(9, "error", reason)], tmp_path)
    parser = MarkdownIt("commonmark").enable("table")
    tokens = parser.parse(summary.read_text())
    widths = []
    for token in tokens:
        if token.type == "tr_open":
            widths.append(0)
        elif token.type in ("th_open", "td_open"):
            widths[-1] += 1
    assert set(widths) == {2, 5}
    assert widths.count(2) == 1 + len(FAILED) + 1
    text = " ".join(token.content for token in tokens if token.type == "inline")
    assert "<b>" not in text
    page = parser.render(summary.read_text())
    for condition in find(RUN).conditions:
        assert condition.title in page
    assert "<b>forward" not in page


@pytest.mark.parametrize("reason", ["x" * 3_000, "y"])
def test_the_summary_is_shorter_than_github_allows(tmp_path: Path, reason: str) -> None:
    """However much failed; it is cut behind a whole row, and says so."""
    summary, _ = made("github", [ended(seed, "error", reason) for seed in range(400)], tmp_path)
    content = summary.read_bytes()
    assert len(content) < 2**20
    is_cut = len(reason) > 1
    assert is_cut == (b"This summary is cut here" in content)
    rows = [line for line in content.decode().splitlines() if line.startswith("| adding")]
    assert all(row.endswith(" |") for row in rows)
    assert (len(rows) < 400) == is_cut
