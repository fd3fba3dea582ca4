"""`findings.json`: its schema is that of the types, its page names every field, its format is
there."""

import json
import re
from typing import Any

import msgspec
import pytest
from jsonschema import Draft202012Validator
from msgspec.structs import replace

from rnnbench.catalogue import Catalogue
from rnnbench.driver import with_descriptions
from rnnbench.findings import Findings, find, schema
from rnnbench.findings.records import FORMAT
from rnnbench.records import CellUse
from tests.builders.findings import learned
from tests.builders.readme import ROOT
from tests.builders.report import results

SCHEMA = ROOT / "rnnbench" / "findings" / "findings.schema.json"
REQUIRED_IN_FORMAT_1 = "suite suite_version conditions costs scalings doubts failures counts machines versions commits plugins first_started last_started"
IN_FORMAT_1 = f"format {REQUIRED_IN_FORMAT_1} claims across spans law_caveats trials cells folders"


def written(findings: Findings) -> Any:
    """The content of the file, read as plain JSON."""
    return json.loads(msgspec.json.encode(findings))


def test_the_schema_on_disk_is_that_of_the_types() -> None:
    """`make schema` writes it."""
    assert json.loads(SCHEMA.read_text()) == json.loads(json.dumps(schema()))


def test_findings_keep_their_schema() -> None:
    """Of learning, searches, cost and failures; with a number that is not finite, which is null."""
    findings = find(results())
    (first, *others) = findings.costs
    assert first.rows[0].first_call_seconds
    endless = replace(first.rows[0].first_call_seconds, high=float("inf"))
    row = replace(first.rows[0], first_call_seconds=endless)
    cost = replace(first, rows=(row, *first.rows[1:]))
    validator = Draft202012Validator(schema())
    for one in (findings, replace(findings, costs=(cost, *others))):
        assert [error.message for error in validator.iter_errors(written(one))] == []


@pytest.mark.parametrize(
    "wrong", [{"suite": 1}, {"conditions": [{}]}, {"counts": {"ok": "many"}}], ids=str
)
def test_the_schema_refuses_what_is_no_finding(wrong: dict[str, Any]) -> None:
    content = {**written(find(results())), **wrong}
    assert list(Draft202012Validator(schema()).iter_errors(content))


def test_the_page_names_every_field_and_no_other() -> None:
    """The table of docs/findings.md has the fields of the file."""
    page = (ROOT / "docs" / "findings.md").read_text()
    rows = re.findall(r"^\| (`.*?`) \|", page, re.MULTILINE)
    named = re.findall(r"`(\w+)`", "\n".join(rows))
    assert sorted(named) == sorted(schema()["$defs"]["Findings"]["properties"])
    assert f"This is format {FORMAT}." in page


def test_no_field_of_this_format_is_lost() -> None:
    """Who removes or renames one raises FORMAT, writes its history, and renews this list; a field
    that is added must not be demanded of older files."""
    assert FORMAT == 1
    fields = schema()["$defs"]["Findings"]
    assert set(IN_FORMAT_1.split()) - set(fields["properties"]) == set()
    assert fields["required"] == REQUIRED_IN_FORMAT_1.split()


def test_the_file_says_its_format() -> None:
    assert written(find(results()))["format"] == FORMAT


def test_cells_are_described_where_they_are_installed() -> None:
    """By their plugin; what is not installed keeps its rows and options."""
    chrono = CellUse(name="lstm", options={"chrono": 40.0}, label="slow")
    made = [learned("gru", 0, 2), learned("", 0, 3, cell=chrono), learned("gone", 0, 3)]
    findings = with_descriptions(find(made), Catalogue.present())
    gone, gru, slow = sorted(findings.cells, key=lambda cell: cell.name)
    assert (gone.name, gone.rows[0], gone.source, gone.summary) == ("gone", "gone", "", "")
    assert "Cho" in gru.source
    assert gru.origin.startswith("rnnbench ")
    assert slow.rows[0] == "slow"
    assert slow.options == {"chrono": 40.0}
