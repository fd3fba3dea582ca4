"""What the documents say is so: their examples run, their tables are those of the code."""

import re
from fnmatch import filter as matching
from itertools import chain
from pathlib import Path

import pytest

from rnnbench import hooks
from rnnbench.catalogue import Catalogue
from rnnbench.cli.exit_codes import ExitCode
from rnnbench.suite import read_suite, schema
from tests.builders.cli import rnnbench
from tests.builders.readme import README, ROOT, blocks


def test_the_table_of_exit_codes_has_each_of_them_and_no_other() -> None:
    """As they stand in one list."""
    table = (ROOT / "README.md").read_text().split("| exit code | meaning |\n")[1].split("\n\n")[0]
    assert [int(code) for code in re.findall(r"^\| (\d+) \|", table, re.MULTILINE)] == list(
        ExitCode
    )


def test_the_two_commands_stand_at_the_top() -> None:
    """Before any heading of the second level."""
    top = README[: README.index("\n## ")]
    assert "make demo" in top
    assert "make test" in top


def test_the_examples_keep_their_promised_length() -> None:
    """A cell in 25 lines, a task in 40, a pyproject.toml in 7."""
    cell, task = blocks("python")
    assert len(cell.splitlines()) <= 25
    assert len(task.splitlines()) <= 40
    assert len(blocks("toml")[1].splitlines()) == 7


def test_the_suite_of_the_readme_is_a_good_one(tmp_path: Path) -> None:
    """Every key and name of it."""
    path = tmp_path / "readme.toml"
    path.write_text(blocks("toml")[0])
    suite = read_suite(str(path), Catalogue.present())
    assert [cell.row for cell in suite.cells] == ["gru", "lstm", "lstm chrono=40.0"]
    assert len(suite.tasks) == 3


@pytest.mark.parametrize("line", re.findall(r"^(rnnbench [^#\n]+?)\s+#", README, re.MULTILINE))
def test_every_option_that_the_readme_types_exists(tmp_path: Path, line: str) -> None:
    """Each command of the list answers --help and knows the options that stand beside it."""
    words = line.split()
    command = [
        word
        for word in words[1:3]
        if word
        in {
            "run",
            "predict",
            "try",
            "suite",
            "trial",
            "list",
            "show",
            "check",
            "new",
            "compare",
            "gate",
            "ab",
            "history",
            "add",
            "report",
            "reproduce",
            "export",
            "inspect",
            "data",
            "fetch",
            "doctor",
        }
    ]
    done = rnnbench(*command, "--help", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert all(option in done.stdout for option in words if option.startswith("-"))


def test_the_hook_table_is_that_of_the_door() -> None:
    """docs/plugins.md names every hook, and no other."""
    table = re.findall(
        r"^\| `(rnnbench_\w+)` \|", (ROOT / "docs" / "plugins.md").read_text(), re.MULTILINE
    )
    assert sorted(table) == sorted(name for name in vars(hooks) if name.startswith("rnnbench_"))


def test_every_key_of_a_suite_is_explained() -> None:
    """docs/suites.md names every key of the schema."""
    page = (ROOT / "docs" / "suites.md").read_text()
    definitions = schema()["$defs"].values()
    keys = set(chain.from_iterable(definition["properties"] for definition in definitions))
    assert {
        key
        for key in keys
        if f"`{key}`" not in page and f"{key}" not in "steps batch hidden inputs"
    } == set()


def test_what_is_in_the_box_is_what_is_installed() -> None:
    """The table names every first-party cell, task, suite and executor, or a pattern of names with
    their number."""
    catalogue = Catalogue.present()
    box = README[README.index("### What is in the box") : README.index("## Write a cell")]
    families = {
        pattern: int(count) for pattern, count in re.findall(r"`([a-z-]+-\*)` \((\d+) layers", box)
    }
    assert len(families) == box.count("*`")
    for shelf in (catalogue.cells, catalogue.tasks, catalogue.suites, catalogue.executors):
        ours = {
            name
            for name, contribution in shelf.items()
            if contribution.plugin.distribution == "rnnbench"
        }
        ours -= set(chain.from_iterable(matching(ours, pattern) for pattern in families))
        assert {name for name in ours if f"`{name}`" not in box} == set()
    for pattern, count in families.items():
        assert len(matching(catalogue.cells, pattern)) == count


def test_the_guide_for_contributors_is_short_and_shows_every_floor() -> None:
    """At most 60 lines; its drawing of the house names the floors of pyproject.toml in their
    order."""
    guide = (ROOT / "CONTRIBUTING.md").read_text()
    assert len(guide.splitlines()) <= 60
    layers = re.search(
        r"^layers = \[(.*?)\]", (ROOT / "pyproject.toml").read_text(), re.DOTALL | re.MULTILINE
    )
    assert layers
    floors = re.findall(r'"([^"]+)"', layers[1])
    house = guide[guide.index("```") : guide.rindex("```")].splitlines()[1:]
    drawn = [re.split(r"\s{2,}", line)[0] for line in house if line.strip()]
    assert drawn == floors


def test_every_link_into_the_repository_leads_somewhere() -> None:
    """From README, CONTRIBUTING and docs."""
    for page in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\((?!http|#)([^)#]+)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name}: {target}"
