"""The glossary is short, and the code speaks as it says."""

import ast
import re
import tokenize
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest

from rnnbench import glossary

ROOT = Path(__file__).parent.parent
GLOSSARY = (ROOT / "docs" / "glossary.md").read_text()
WORDS = glossary.MEANINGS
GIVEN_UP = {
    "Aim",
    "Belonging",
    "Book",
    "Brought",
    "Course",
    "Demand",
    "Order",
    "Pace",
    "Place",
    "Placement",
    "Seen",
    "Shelf",
    "Standing",
    "Terms",
    "Told",
    "Weighed",
    "dear",
    "doubts",
    "endings",
    "likewise",
    "occasion",
    "origins",
    "pace",
    "portrait",
    "ruler",
    "said",
    "told",
    "weigh",
    "weighed",
    "wording",
}
"""Names that were replaced by words of the field, and should not come back."""

KEYS = {
    "caveats": "doubts",
    "log_ratio_to_reference_cell": "log_ratio_to_ruler",
    "other_sessions": "other_occasions",
    "precision_target": "aim",
    "session": "occasion",
    "sessions": "occasions",
    "step_time": "pace",
    "step_times": "paces",
    "stopping_reasons": "endings",
}
"""The keys of fields by their names in Python, where these differ."""


def sources() -> Iterator[Path]:
    """The files of all packages."""
    for folder in ("rnnbench", "plugins", "suites", "reports"):
        yield from sorted((ROOT / folder).rglob("*.py"))


def names_in(file: Path) -> set[str]:
    with file.open("rb") as lines:
        return {
            token.string
            for token in tokenize.tokenize(lines.readline)
            if token.type == tokenize.NAME
        }


def test_the_glossary_has_at_most_sixty_words() -> None:
    """In all of its sections, of which no two have one word."""
    assert 30 < len(WORDS) <= 60
    assert len(WORDS) == sum(map(len, glossary.SECTIONS.values()))


def test_the_page_is_made_from_the_package() -> None:
    """By `make glossary`."""
    assert glossary.markdown() == GLOSSARY


def test_every_word_has_a_meaning_of_one_sentence() -> None:
    assert all(10 < len(meaning) < 160 for meaning in WORDS.values())


def test_every_class_that_the_glossary_names_is_there() -> None:
    named = set(re.findall(r"`([A-Z]\w+)`", " ".join(WORDS.values())))
    assert len(named) > 15
    trees = [ast.parse(file.read_text()) for file in sources()]
    nodes = chain.from_iterable(map(ast.walk, trees))
    defined = {node.name for node in nodes if isinstance(node, ast.ClassDef)}
    statements = chain.from_iterable(tree.body for tree in trees)
    assigned = [node.targets for node in statements if isinstance(node, ast.Assign)]
    aliases = {ast.unparse(target) for target in chain.from_iterable(assigned)}
    assert named <= defined | aliases


@pytest.mark.parametrize("key", re.findall(r"key `(\w+)`", GLOSSARY))
def test_every_key_that_the_glossary_names_is_a_key_of_a_record(key: str) -> None:
    text = "\n".join(file.read_text() for file in sources())
    assert re.search(rf'name="(\w+_)?{key}"', text) or re.search(
        rf"^    {key}: ", text, re.MULTILINE
    )


def fields_of_records() -> Iterator[tuple[str, str, str]]:
    """File, name and source of each field of a record that is written as JSON."""
    for folder in ("records", "findings", "compare"):
        for file in sorted((ROOT / "rnnbench" / folder).rglob("*.py")):
            text = file.read_text()
            for node in ast.walk(ast.parse(text)):
                if not isinstance(node, ast.ClassDef) or "NamedTuple" in map(
                    ast.unparse, node.bases
                ):
                    continue
                for field in node.body:
                    if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
                        yield file.name, field.target.id, ast.get_source_segment(text, field) or ""


def test_fields_that_have_a_new_name_keep_their_key_in_every_record() -> None:
    found = [(file, name, code) for file, name, code in fields_of_records() if name in KEYS]
    assert {name for _, name, _ in found} == set(KEYS)
    assert not [(file, name) for file, name, code in found if f'name="{KEYS[name]}"' not in code]


PROSE = re.compile(r"\b(likewise|stands|dear|the same of|told(?!\s+apart))\b", re.IGNORECASE)
"""Words that sentences do without; that cells are not told apart is the usual term."""
SPEECH = ROOT / "plugins" / "rnnbench_tasks" / "speech"
"""What is said there is speech."""
DOCS = ROOT / "docs"
LEFT_AS_IT_WAS = {*DOCS.glob("claims*.md"), *DOCS.glob("log/*.md")} - {DOCS / "log" / "index.md"}
"""Pages that record what was written at a time, or that are made from results."""


def prose() -> Iterator[Path]:
    """The pages, and the files of all packages with their templates."""
    yield from (ROOT / "README.md", ROOT / "CONTRIBUTING.md")
    yield from sorted({*DOCS.rglob("*.md")} - LEFT_AS_IT_WAS)
    for folder in ("rnnbench", "plugins", "suites", "reports"):
        for ending in ("py", "j2", "html", "toml"):
            yield from (ROOT / folder).rglob(f"*.{ending}")


def test_words_that_were_given_up_do_not_come_back_in_sentences() -> None:
    """Of pages, docstrings and messages."""
    found = {str(file): PROSE.findall(file.read_text()) for file in prose()}
    assert not {file: words for file, words in found.items() if words}


def test_names_that_were_given_up_do_not_come_back() -> None:
    found = {str(file): names_in(file) & GIVEN_UP for file in sources() if file.parent != SPEECH}
    assert not {file: names for file, names in found.items() if names}
