"""The log of experiments: a file for each topic, and an index that says what was found."""

import re
from pathlib import Path

import pytest

LOG = Path(__file__).parents[1] / "docs" / "log"
INDEX = (LOG / "index.md").read_text()
ROWS = re.findall(r"^\| ([\d-]{10}) \| (.+?) \| \[.+?\]\((\w+\.md)#([\w-]+)\) \|$", INDEX, re.M)
NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?|\.\d+")


def anchor(heading: str) -> str:
    """Of a heading, as GitHub and MkDocs make it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")


def entries() -> dict[tuple[str, str], str]:
    """The text of each entry with its heading, by file and anchor."""
    found = {}
    for path in LOG.glob("*.md"):
        for text in re.split(r"^## ", path.read_text(), flags=re.M)[1:]:
            found[path.name, anchor(text.splitlines()[0])] = text
    return found


def test_the_index_has_a_row_for_each_entry_and_no_other() -> None:
    assert len(ROWS) > 30
    assert sorted((file, place) for _, _, file, place in ROWS) == sorted(entries())


def test_rows_and_entries_are_dated_newest_first() -> None:
    dates = [date for date, _, _, _ in ROWS]
    assert dates == sorted(dates, reverse=True)
    assert all(place.startswith(date) for date, _, _, place in ROWS)
    for path in LOG.glob("*.md"):
        inside = re.findall(r"^## ([\d-]{10}): ", path.read_text(), re.M)
        assert inside == sorted(inside, reverse=True), path.name


@pytest.mark.parametrize("file", sorted({file for _, _, file, _ in ROWS}))
def test_every_figure_of_the_index_is_in_its_entry(file: str) -> None:
    """To the digit, so that neither can change without the other."""
    texts = entries()
    for _, found, name, place in ROWS:
        if name == file:
            missing = set(NUMBER.findall(found)) - set(NUMBER.findall(texts[name, place]))
            assert missing == set(), (place, found)
