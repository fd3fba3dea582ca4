"""What the documents say is so: their examples run, their tables are those of the code."""

import re
import tomllib
from fnmatch import filter as matching
from itertools import chain
from pathlib import Path

import pytest

from rnnbench import hooks
from rnnbench.catalogue import Catalogue
from rnnbench.cli.exit_codes import ExitCode
from rnnbench.suite import read_suite, schema
from tests.builders.cli import rnnbench
from tests.builders.pages import fenced
from tests.builders.readme import README, ROOT, blocks

COMMANDS = (ROOT / "docs" / "commands.md").read_text()


def test_the_table_of_exit_codes_has_each_of_them_and_no_other() -> None:
    """As they stand in one list."""
    table = COMMANDS.split("| exit code | meaning |\n")[1].split("\n\n")[0]
    assert [int(code) for code in re.findall(r"^\| (\d+) \|", table, re.MULTILINE)] == list(
        ExitCode
    )


def test_the_readme_is_one_screen_with_both_commands() -> None:
    """At most 40 lines, no heading but the first, one picture in two shades."""
    assert len(README.splitlines()) <= 40
    assert re.findall(r"^#+ ", README, re.MULTILINE) == ["# "]
    assert re.findall(r'src(?:set)?="([^"]+)"', README) == [
        "docs/images/heat-map-dark.png",
        "docs/images/heat-map.png",
    ]
    (commands,) = re.findall(r"^```\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    assert re.findall(r"^make (\w+) ", commands, re.MULTILINE) == ["demo", "test"]


def test_the_examples_keep_their_promised_length() -> None:
    """A cell in 25 lines, a task in 40, a pyproject.toml in 7."""
    cell, task = blocks("python")
    assert len(cell.splitlines()) <= 25
    assert len(task.splitlines()) <= 40
    (project,) = blocks("toml")
    assert len(project.splitlines()) == 7


def test_the_suite_of_the_page_on_suites_is_a_good_one(tmp_path: Path) -> None:
    """Every key and name of it."""
    ((_, text),) = fenced((ROOT / "docs" / "suites.md").read_text())
    path = tmp_path / "written.toml"
    path.write_text(text)
    suite = read_suite(str(path), Catalogue.present())
    assert [cell.row for cell in suite.cells] == ["gru", "lstm", "lstm chrono=40.0"]
    assert len(suite.tasks) == 3


@pytest.mark.parametrize("line", re.findall(r"^(rnnbench [^#\n]+?)\s+#", COMMANDS, re.MULTILINE))
def test_every_option_of_the_commands_at_a_glance_exists(tmp_path: Path, line: str) -> None:
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
    box = (ROOT / "docs" / "box.md").read_text()
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
    """From README, CONTRIBUTING and docs, images included."""
    for page in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]:
        text = page.read_text()
        targets = re.findall(r"\]\((?!http|#)([^)#]+)", text)
        for target in [*targets, *re.findall(r'src(?:set)?="([^"]+)"', text)]:
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_the_decisions_are_listed_with_their_titles() -> None:
    folder = ROOT / "docs" / "decisions"
    listed = re.findall(r"^\| \d+ \| \[(.+)\]\((.+)\) \|$", (folder / "index.md").read_text(), re.M)
    pages = sorted(folder.glob("0*.md"))
    assert listed == [(page.read_text().splitlines()[0][2:], page.name) for page in pages]


def test_the_address_of_the_repository_is_the_same_everywhere() -> None:
    """pyproject.toml writes it out in the substitutions for a package index."""
    text = (ROOT / "pyproject.toml").read_text()
    project = tomllib.loads(text)["project"]
    addresses = re.findall(r"https://[\w.]+/[\w-]+/[\w-]+", text)
    assert set(addresses) == {project["urls"]["Repository"]}
