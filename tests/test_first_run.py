"""What README and docs quote of the published run of `quick` is what its results say."""

import re
from pathlib import Path

import pytest

import rnnbench
from tests.builders.first_run import PAGE, PRINTED, printed
from tests.builders.published import PUBLISHED, RESULTS, unpack
from tests.builders.readme import README, ROOT


@pytest.mark.slow
def test_the_first_run_ends_as_the_page_says(tmp_path: Path) -> None:
    """To the letter, by the report of the results that are kept."""
    (quoted,) = PRINTED.findall(PAGE.read_text())
    assert quoted == printed(tmp_path)


@pytest.mark.parametrize("page", [README, (ROOT / "docs" / "index.md").read_text()])
def test_the_verdict_of_the_front_pages_is_one_of_the_results(page: str, tmp_path: Path) -> None:
    """The headline, and sentences of conditions with all their figures."""
    unpack("quick", tmp_path)
    findings = rnnbench.load(tmp_path).findings
    said = {
        condition.title: f"{condition.answer} {condition.sure}".replace(" (p =", ". (p =")
        for condition in findings.conditions
    }
    first, *others = re.findall(r"^> - (.+)$", page, re.MULTILINE)
    assert first == findings.headline
    assert len(others) == 2
    for line in others:
        title, sentence = line.split(": ", 1)
        assert sentence in said[title]


@pytest.mark.slow
@pytest.mark.parametrize("name", RESULTS)
def test_a_published_page_has_the_headline_of_its_results(name: str, tmp_path: Path) -> None:
    unpack(name, tmp_path)
    headline = rnnbench.load(tmp_path).findings.headline
    page = (PUBLISHED / name / "index.html").read_text()
    assert headline
    assert headline.split(".")[0] in page
