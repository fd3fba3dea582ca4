"""The house stands as drawn: what the linters do not see."""

import ast
import re
import subprocess
import sys
import tomllib
from itertools import chain
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import rnnbench

ROOT = Path(__file__).parents[1]
TYPED = """
import sys
from rnnbench.cli.main import main
sys.argv = ["rnnbench", "{}"]
try:
    main()
except SystemExit:
    pass
"""
PACKAGES = ("rnnbench", "plugins", "suites", "reports")
SOURCES = list(chain.from_iterable((ROOT / folder).rglob("*.py") for folder in PACKAGES))


WITHOUT_TORCH = [
    "import rnnbench",
    (
        "import rnnbench.findings, rnnbench.plan, rnnbench.store, rnnbench.suite,"
        " rnnbench.campaign, rnnbench.compare"
    ),
    "from rnnbench.catalogue import Catalogue; Catalogue.present()",
    "import rnnbench_cells, rnnbench_fla, rnnbench_torchrecurrent, rnnbench_tasks",
    "import rnnbench_diagnostics",
    "import rnnbench_suites, rnnbench_reports",
    TYPED.format("list"),
    TYPED.format("compare"),
    TYPED.format("gate"),
    "import rnnbench.cli.history, rnnbench.history.plotting",
    "import rnnbench.cli.inspecting",
]


def test_torch_is_imported_by_none_of_these() -> None:
    """Looked up in sys.modules of a fresh process, after each of them."""
    check = f"""
import sys
for program in {WITHOUT_TORCH!r}:
    exec(program)
    assert "torch" not in sys.modules, program
"""
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_long_tests_are_there() -> None:
    """`tests/long.txt` names tests, and none that was renamed since it was measured."""
    names = (ROOT / "tests" / "long.txt").read_text().split()
    assert names
    for name in names:
        file, _, test = name.partition("::")
        assert f"def {test}(" in (ROOT / file).read_text(), name


def test_ci_makes_the_documentation() -> None:
    """The tests in a browser open the site that `make docs` has built, strictly."""
    assert re.search(r"^browser: docs\b", (ROOT / "Makefile").read_text(), re.MULTILINE)


@pytest.mark.parametrize("target", ["test", "gate", "slurm", "browser"])
def test_ci_makes(target: str) -> None:
    """What `make test` leaves out for its time is tried apart."""
    assert re.search(rf"^part .* make {target}\b", (ROOT / ".ci" / "run").read_text(), re.MULTILINE)


def test_help_loads_nothing_heavy() -> None:
    """No numpy, no pluggy, no rich, no matplotlib: --help answers at once."""
    check = (
        TYPED.format("--help")
        + "heavy = {'torch', 'numpy', 'scipy', 'matplotlib', 'pluggy', 'msgspec', 'rich'} &"
        " set(sys.modules)\nassert not heavy, heavy"
    )
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_the_front_door_opens_on_every_name_it_lists() -> None:
    """Of which the stub has the one list."""
    stub = (ROOT / "rnnbench" / "__init__.pyi").read_text()
    assert sorted(rnnbench.__all__) == sorted(re.findall(r"(\w+) as \1\b", stub))
    assert set(rnnbench.__all__) <= set(dir(rnnbench))
    for name in rnnbench.__all__:
        assert getattr(rnnbench, name) is not None
    with pytest.raises(AttributeError, match="nonsense"):
        rnnbench.nonsense  # noqa: B018


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_says_what_it_is_and_does_one_thing(path: Path) -> None:
    """A docstring first; at most 200 lines."""
    lines = path.read_text().splitlines()
    assert lines[0].startswith('"""')
    assert len(lines) <= 200


COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def packed_parts(path: Path) -> list[str]:
    """What is to be a loop or a function with a name: comprehensions of several loops or with an
    assignment, conditional expressions in one another, and loops over them."""
    found = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, COMPREHENSIONS):
            assigns = any(isinstance(part, ast.NamedExpr) for part in ast.walk(node))
            if len(node.generators) > 1 or assigns:
                found.append(node)
        if isinstance(node, ast.For | ast.comprehension) and isinstance(node.iter, ast.IfExp):
            found.append(node.iter)
        if isinstance(node, ast.IfExp):
            parts = [node.test, node.body, node.orelse]
            found += [part for part in parts if isinstance(part, ast.IfExp)]
    return [f"{path.name}:{node.lineno}: {ast.unparse(node)}" for node in found]


@pytest.mark.parametrize("folder", [*PACKAGES, "benchmarks", "tests"])
def test_lines_are_not_packed(folder: str) -> None:
    """A comprehension has one loop, and a conditional expression stands alone."""
    files = (ROOT / folder).rglob("*.py")
    assert list(chain.from_iterable(map(packed_parts, files))) == []


@pytest.mark.parametrize("folder", PACKAGES)
def test_a_line_has_one_assignment(folder: str) -> None:
    """No tuple is assigned to a tuple of names."""
    for path in (ROOT / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Tuple):
                several = any(isinstance(target, ast.Tuple) for target in node.targets)
                assert not several, f"{path.name}:{node.lineno}: {ast.unparse(node)}"


def test_the_core_names_no_cell_and_no_task() -> None:
    """Not even as a word in quotes: it knows what plugins bring only by the catalogue."""
    names = ["gru", "lstm", "rnn", "adding", "recall-first", "bitcoin", "digits-rows"]
    for path in (ROOT / "rnnbench").rglob("*.py"):
        text = path.read_text()
        assert not [name for name in names if f'"{name}"' in text or f"'{name}'" in text], path


def test_the_tests_ask_for_a_pytest_benchmark_that_does_not_warn() -> None:
    """Before 5.3 it warns beside xdist while pytest starts, and warnings are errors here."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    asked = [Requirement(line) for line in project["optional-dependencies"]["dev"]]
    versions = [one.specifier for one in asked if one.name == "pytest-benchmark"]
    assert [("5.2.3" in version, "5.3.0" in version) for version in versions] == [(False, True)]
