"""`rnnbench new`: what it writes is whole, and stands its own tests as it is; what is there is
never touched."""

import compileall
import re
import subprocess
import sys
import tomllib
from importlib.metadata import distributions
from pathlib import Path

import pytest

from rnnbench.catalogue import Catalogue
from rnnbench.errors import RnnbenchError
from rnnbench.project import KINDS, Kind, Names, name_project, write_project
from tests.builders.new import installed, run

ROOT = Path(__file__).parents[1]
LONG = "a-name-of-the-thirtieth-letter"
TESTS = {
    "cell": 16,
    "task": 19,
    "suite": 2,
    "report": 2,
    "diagnostic": 4,
    "claims": 2,
    "executor": 3,
}


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    """What is installed here."""
    return Catalogue.present()


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_a_project_passes_its_own_tests_untouched(kind: Kind, tmp_path: Path) -> None:
    """Written, built as a wheel, installed beside rnnbench, and tested."""
    project = tmp_path / "project"
    write_project(kind, Names(f"brand-new-{kind}"), project)
    site = installed(project, tmp_path)
    said = run(
        sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", folder=project, site=site
    )
    assert f"{TESTS[kind]} passed" in re.sub(r"(\d+) passed, (\d+) skipped", _added, said)
    (distribution,) = distributions(path=[str(site)])
    assert [(e.group, e.value) for e in distribution.entry_points] == [
        ("rnnbench", f"brand_new_{kind}")
    ]


def _added(match: re.Match[str]) -> str:
    return f"{int(match[1]) + int(match[2])} passed"


@pytest.mark.parametrize("name", ["x", LONG])
def test_what_is_written_is_tidy(name: str, tmp_path: Path) -> None:
    """It compiles, and ruff (lint and format, by the rules of this repository) and mypy --strict
    have no complaint, however short or long the name."""
    for kind in KINDS:
        write_project(kind, Names(name), tmp_path / kind)
        assert compileall.compile_dir(tmp_path / kind, quiet=1)
        tomllib.loads((tmp_path / kind / "pyproject.toml").read_text())
    settings = [
        "--config",
        str(ROOT / "pyproject.toml"),
        "--config",
        f"src = {[*KINDS]}".replace("'", '"'),
    ]
    allowed = ["--config", 'lint.per-file-ignores = {"**/tests/*" = ["S"]}']
    run(
        sys.executable,
        "-m",
        "ruff",
        "check",
        "--no-cache",
        *settings,
        *allowed,
        ".",
        folder=tmp_path,
    )
    run(
        sys.executable,
        "-m",
        "ruff",
        "format",
        "--no-cache",
        "--check",
        *settings,
        ".",
        folder=tmp_path,
    )


@pytest.fixture(scope="module")
def analysed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where mypy keeps what it knows of torch, which takes a minute to find."""
    return tmp_path_factory.mktemp("mypy")


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_what_is_written_is_typed(kind: Kind, analysed: Path, tmp_path: Path) -> None:
    """mypy --strict, with torch."""
    write_project(kind, Names("brand-new"), tmp_path)
    mypy = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(analysed)]
    run(*mypy, "brand_new", "tests", folder=tmp_path)


def test_the_readme_and_the_workflow_leave_nothing_to_fill_in(tmp_path: Path) -> None:
    """No brace of a template is left, and each file ends with one line break."""
    for kind in KINDS:
        for path in write_project(kind, Names("brand-new"), tmp_path / kind):
            text = re.sub(r"\$\{\{ .+? \}\}", "", path.read_text())
            assert not re.search(r"\{\{|\}\}|\{%|%\}|\n\n\n\n", text), path
            assert text.endswith("\n"), path
            assert not text.endswith("\n\n"), path


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    """A folder with one file in it, or a file in its place, stays as it is; an empty folder is
    written into."""
    occupied = tmp_path / "occupied"
    file = tmp_path / "file"
    empty = tmp_path / "empty"
    occupied.mkdir()
    empty.mkdir()
    (occupied / "thesis.tex").write_text("mine")
    file.write_text("mine too")
    with pytest.raises(
        RnnbenchError, match=r"occupied is not empty, it holds thesis\.tex; nothing is overwritten"
    ):
        write_project("cell", Names("brand-new"), occupied)
    with pytest.raises(RnnbenchError, match="file is no folder; nothing is overwritten"):
        write_project("cell", Names("brand-new"), file)
    assert [path.name for path in occupied.iterdir()] == ["thesis.tex"]
    assert file.read_text() == "mine too"
    assert (empty / "README.md") in write_project("cell", Names("brand-new"), empty)


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    """Where the parent is a file."""
    (tmp_path / "file").write_text("")
    with pytest.raises(RnnbenchError, match=r"new: .*file.* cannot be written"):
        write_project("cell", Names("brand-new"), tmp_path / "file" / "project")


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("MyCell", "'my-cell'"),
        ("my_cell", "'my-cell'"),
        ("my cell!", "'my-cell'"),
        ("my--cell-", "'my-cell'"),
        ("2nd-cell", "'my-2nd-cell'"),
    ],
)
def test_a_malformed_name_is_refused_with_the_nearest(
    name: str, nearest: str, catalogue: Catalogue
) -> None:
    """Kebab-case, as everything in the catalogue is called."""
    with pytest.raises(
        RnnbenchError, match=f"new: '{name}' is no name for a plugin.* Did you mean {nearest}?"
    ):
        name_project(name, catalogue)


@pytest.mark.parametrize("name", ["", "..", "../x", "é"])
def test_what_is_no_name_at_all_is_refused(name: str, catalogue: Catalogue) -> None:
    """Nothing is written outside the folder, whatever the name is made of."""
    with pytest.raises(RnnbenchError, match="is no name for a plugin"):
        name_project(name, catalogue)


def test_a_name_that_is_too_long_is_refused(catalogue: Catalogue) -> None:
    """30 letters are a name, 31 are not."""
    assert name_project(LONG, catalogue).package == LONG.replace("-", "_")
    with pytest.raises(RnnbenchError, match="has 31 letters"):
        name_project(f"{LONG}s", catalogue)


@pytest.mark.parametrize(
    ("name", "kind"), [("gru", "cell"), ("adding", "task"), ("smoke", "suite")]
)
def test_a_taken_name_is_refused_by_its_owner(name: str, kind: str, catalogue: Catalogue) -> None:
    """For every kind of project, since commands look for a name among all."""
    with pytest.raises(
        RnnbenchError, match=rf"a {kind} called '{name}' already, from rnnbench \d.*'my-{name}'"
    ):
        name_project(name, catalogue)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("class", "word of Python"),
        ("none", "word of Python"),
        ("random", "standard"),
        ("torch", "installed"),
        ("tests", "folder"),
    ],
)
def test_a_package_shadows_no_other(name: str, reason: str, catalogue: Catalogue) -> None:
    """Neither Python's nor an installed one, nor its own tests."""
    with pytest.raises(RnnbenchError, match=f"the package would be called '{name}', .*{reason}"):
        name_project(name, catalogue)


def test_the_catalogue_keeps_to_the_names_that_it_demands(catalogue: Catalogue) -> None:
    """Every first-party cell, task and suite is called in kebab-case."""
    for shelf in (catalogue.cells, catalogue.tasks, catalogue.suites):
        assert [
            name for name in shelf if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", name)
        ] == []


def test_the_command_says_what_to_type_next(tmp_path: Path) -> None:
    """Three commands; typed again it exits with 2 and touches nothing."""
    command = [
        sys.executable,
        "-m",
        "rnnbench",
        "new",
        "cell",
        "brand-new",
        "-o",
        "a place/brand-new",
    ]
    said = run(*command, folder=tmp_path)
    first, *commands = said[said.index("Next:") :].splitlines()
    assert first == "Next:"
    assert commands[0] == "  python -m pip install -e './a place/brand-new[dev]'"
    assert commands[1:] == [
        "  rnnbench check brand-new",
        "  rnnbench run suite smoke -c brand-new -c gru",
    ]
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    again = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert again.returncode == 2
    assert again.stderr.startswith("rnnbench: new: a place/brand-new is not empty")
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before
