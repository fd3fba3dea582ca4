"""The guide for authors: its code runs, its tables are those of the code, its messages are said by
the program."""

import ast
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields, replace
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

import rnnbench
from rnnbench.catalogue import Catalogue
from rnnbench.suite import read_suite
from rnnbench.testing import CELL_CHECKS, TASK_CHECKS, check_cell
from tests.builders.new import installed
from tests.builders.pages import fenced

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
GUIDE = (DOCS / "guide.md").read_text()
FILE = re.compile(r"# (\S+\.(?:py|toml))\n")
BLOCKS = fenced(GUIDE)
COMMANDS = "".join(text for language, text in BLOCKS if language == "sh").splitlines()


def files() -> dict[str, str]:
    """The blocks that are files, by the name in their first line."""
    found = {}
    for _, text in BLOCKS:
        match = FILE.match(text)
        if match:
            found[match[1]] = text
    return found


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The Python that is no file, run from top to bottom as one module; its names."""
    program = "\n".join(
        text for language, text in BLOCKS if language == "python" and not FILE.match(text)
    )
    return imported("spoken_in_the_guide", program, tmp_path_factory.mktemp("spoken"))


def imported(name: str, program: str, folder: Path) -> dict[str, Any]:
    """The names of a module of its own, whose classes can so be pickled."""
    (folder / f"{name}.py").write_text(program)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(folder))
        return vars(import_module(name))


@pytest.mark.parametrize("page", sorted(DOCS.rglob("*.md")), ids=lambda page: page.name)
def test_every_block_is_of_a_language_that_is_run(page: Path) -> None:
    """In the guide and the page on notebooks, the suite of the page on suites, and the policy of
    the page on gates, the page on one's own data, and what the page on servers has to paste; else reference pages hold no block that nobody runs."""
    languages = {language for language, _ in fenced(page.read_text())}
    run = {"guide.md": {"python", "toml", "sh"}, "suites.md": {"toml"}, "notebook.md": {"python"}}
    run["gate.md"] = {"toml"}
    run["your-claim.md"] = {"toml"}
    run["first-plugin.md"] = {"python", "toml"}
    run["reference.md"] = {"python"}
    run["your-data.md"] = {"python", "sh"}
    run["ci.md"] = {"toml", "yaml", "bash"}
    assert languages <= run.get(str(page.relative_to(DOCS)), set())


@pytest.mark.slow
def test_every_cell_of_the_guide_keeps_the_laws(spoken: dict[str, Any], tmp_path: Path) -> None:
    """By all checks, as the adapted ones have while the guide ran; what would take minutes to
    compile is left out."""
    written = imported("my_mgu", files()["my_mgu.py"], tmp_path)
    specs = [*written["rnnbench_cells"](), spoken["leaky"], spoken["conv"]]
    assert [spec.name for spec in specs] == ["my-mgu", "leaky", "conv-rnn"]
    for spec in specs:
        outcomes = list(check_cell(replace(spec, implementations=())))
        assert {
            outcome.check: outcome.sentence for outcome in outcomes if outcome.status == "failed"
        } == {}, spec.name


def test_the_suite_of_the_guide_is_a_good_one(tmp_path: Path) -> None:
    """Every key and name of it, where its own cell stands for one that is installed."""
    text = files()["memory.toml"]
    assert '"my-mgu"' in text
    (tmp_path / "memory.toml").write_text(text.replace("my-mgu", "lstm"))
    suite = read_suite(str(tmp_path / "memory.toml"), Catalogue.present())
    assert len(suite.tasks) == 3


@pytest.mark.parametrize("command", re.findall(r"`(rnnbench run suite [^`]+)`", GUIDE))
def test_suites_that_are_named_in_passing_exist(command: str) -> None:
    """Each is installed, or a file of the guide."""
    name = command.split()[3]
    assert name in Catalogue.present().suites or name in files()


@pytest.mark.slow
def test_the_guide_is_walked_from_nothing_to_a_report(tmp_path: Path) -> None:
    """Its files are written, its commands typed in their order; pip is spared by unpacking the
    wheel."""
    project = tmp_path / "my-mgu"
    project.mkdir()
    for name, text in files().items():
        (project / name).write_text(text)
    site = installed(project, tmp_path)
    (project / "my_mgu.py").unlink()  # pytest would find it in the folder that it runs in
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    for line in COMMANDS:
        if line.startswith("python -m pip install"):
            continue
        environment = {**os.environ, "PATH": path, "PYTHONPATH": str(site)}
        done = subprocess.run(
            shlex.split(line), cwd=project, env=environment, capture_output=True, text=True
        )
        assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
    assert (project / "runs" / "smoke" / "report" / "index.html").is_file()
    assert (project / "projects" / "my-task" / "my_task" / "__init__.py").is_file()


@pytest.mark.parametrize("checks", [CELL_CHECKS, TASK_CHECKS], ids=["cells", "tasks"])
def test_the_tables_of_checks_are_those_of_the_code(checks: Any) -> None:
    """Name and law, in their order."""
    rows = re.findall(r"^\| `([\w-]+)` \| (.*?) \| .{20,} \|$", GUIDE, re.MULTILINE)
    names = {check.name for check in checks}
    assert [row for row in rows if row[0] in names] == [(check.name, check.law) for check in checks]


def test_the_numbers_of_checks_are_those_of_the_code() -> None:
    """No check stands in the guide that there is not."""
    rows = re.findall(r"^\| `([a-z]+)` \| [A-Z]", GUIDE, re.MULTILINE)
    assert sorted(rows) == sorted(check.name for check in (*CELL_CHECKS, *TASK_CHECKS))


def test_every_message_of_the_guide_is_said_by_the_program() -> None:
    """Each stands in the sources, with … for what is filled in."""
    table = GUIDE[GUIDE.index("## When something is wrong") : GUIDE.index("## Publish")]
    messages = re.findall(r"^\| `([^`]+)`", table, re.MULTILINE)
    said = set(_texts())
    assert len(messages) > 15
    assert [message for message in messages if not any(message in text for text in said)] == []


def _texts() -> Iterator[str]:
    """All texts in the sources of the core, … in the place of what an f-string fills in."""
    for path in (ROOT / "rnnbench").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.JoinedStr):
                yield "".join(
                    str(part.value) if isinstance(part, ast.Constant) else "…"
                    for part in node.values
                )
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


def test_every_field_of_a_cell_is_explained() -> None:
    """docs/plugins.md has a row for each field of CellSpec, in their order."""
    rows = re.findall(r"^\| `(\w+)`", _section("| field of `CellSpec`", "\n\n"), re.MULTILINE)
    assert rows == [field.name for field in fields(rnnbench.CellSpec)]


def _section(heading: str, end: str) -> str:
    page = (DOCS / "plugins.md").read_text()
    start = page.index(heading)
    return page[start : page.index(end, start)]
