"""The wheel, and third-party distributions beside it, in an environment of their own, from another
folder."""

import ast
import email.policy
import json
import os
import re
import subprocess
import sys
import sysconfig
import tomllib
import venv
from email import message_from_bytes
from importlib.metadata import packages_distributions
from pathlib import Path
from zipfile import ZipFile

import pytest
import yaml
from readme_renderer.markdown import render

import rnnbench
from tests.builders.readme import ROOT, blocks
from tests.builders.release_notes import notes

CELL, TASK = blocks("python")
(PYPROJECT,) = blocks("toml")
SUITE = """
version = 1
summary = "A cell and a task from strangers."
cells = ["leaky", "gru"]
seeds = 1
[recipe]
tune = false
parameters = 300
steps_per_epoch = 3
epochs = 2
[[tasks]]
name = "first-sign"
horizons = [5]
"""


def call(*command: object, cwd: Path) -> str:
    """Run a command without this process's paths; its output, or a failure with all that it
    said."""
    clean = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "VIRTUAL_ENV")}
    done = subprocess.run(
        [str(c) for c in command], capture_output=True, text=True, cwd=cwd, env=clean
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout, built through its source distribution as `python -m build`
    does."""
    folder = tmp_path_factory.mktemp("dist")
    call(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ROOT, cwd=folder)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def scratch(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty environment with the wheel in it. What the wheel depends on is lent from here by a
    path; that of rnnbench itself is not, for an editable install hangs on a .pth file, and those
    are not followed."""
    folder = tmp_path_factory.mktemp("scratch") / "env"
    venv.create(folder, with_pip=True, symlinks=True)
    site = Path(sysconfig.get_path("purelib", vars={"base": str(folder), "platbase": str(folder)}))
    (site / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n")
    install(folder, wheel)
    return folder


def install(environment: Path, what: Path) -> None:
    pip = [
        environment / "bin" / "python",
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--no-index",
    ]
    call(*pip, "--no-build-isolation", "--force-reinstall", what, cwd=environment)


def distribution(folder: Path, name: str, module: str, source: str) -> Path:
    folder.mkdir()
    (folder / "pyproject.toml").write_text(
        PYPROJECT.replace("my-cell", name).replace("my_cell", module)
    )
    (folder / f"{module}.py").write_text(source)
    return folder


def test_the_wheel_holds_packages_and_no_folder_called_plugins(wheel: Path) -> None:
    """With suites, schema, templates and type markers; without tests."""
    names = ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in names if ".dist-info" not in name}
    assert tops == {
        "rnnbench",
        *(
            f"rnnbench_{part}"
            for part in ("cells", "fla", "torchrecurrent", "tasks", "cluster", "suites", "reports")
        ),
        "rnnbench_diagnostics",
    }
    for name in (
        "rnnbench/py.typed",
        "rnnbench_suites/quick.toml",
        "rnnbench_suites/rnnbench.schema.json",
        "rnnbench_reports/page/templates/page.html.j2",
        "rnnbench_reports/page/report.css",
        "rnnbench_reports/page/report.js",
        "rnnbench/findings/findings.schema.json",
        "rnnbench/cli/templates/catalogue.md.j2",
        "rnnbench/history/history.html.j2",
        "rnnbench/project/templates/all/pyproject.toml.j2",
        "rnnbench/project/templates/all/ci.yml.j2",
        "rnnbench/project/templates/all/gitignore.j2",
        "rnnbench/project/templates/cell/layer.py.j2",
    ):
        assert name in names


def test_the_readme_leads_somewhere_on_a_package_index(wheel: Path) -> None:
    """As an index renders it, links and images are addresses of the repository at this version,
    of files that are there."""
    with ZipFile(wheel) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        metadata = message_from_bytes(archive.read(name), policy=email.policy.default)
    page = render(metadata.get_content())
    assert page is not None
    places = re.findall(r'(?:href|src)="([^"#][^"]*)"', page)
    start = f"https://github.com/rnnbench/rnnbench/(?:blob|raw)/v{metadata['Version']}/"
    assert len(places) > 15
    for place in places:
        found = re.fullmatch(f"{start}(.+)", place)
        assert found, place
        assert (ROOT / found[1]).is_file(), place
    assert 'width="780"' in page


def test_the_wheel_passes_the_checks_of_a_release(wheel: Path) -> None:
    """Those that need no network: of its metadata, and of what it holds."""
    checks = Path(sys.executable).parent
    call(checks / "twine", "check", "--strict", wheel, cwd=wheel.parent)
    call(checks / "check-wheel-contents", wheel, "--config", ROOT / "pyproject.toml", cwd=ROOT)


def test_the_notes_of_a_release_are_its_part_of_the_change_log() -> None:
    """A version without one is refused."""
    changes = "# Changelog\n\n## [0.2.0] - 2027-01-01\n\n### Added\n\n- A.\n\n## [0.1.0]\n\n- B.\n"
    assert notes("0.2.0", changes) == "### Added\n\n- A.\n"
    assert notes("0.1.0", changes) == "- B.\n"
    with pytest.raises(ValueError, match=r"nothing of 0\.3\.0; it has 0\.2\.0, 0\.1\.0"):
        notes("0.3.0", changes)
    assert notes("Unreleased", (ROOT / "CHANGELOG.md").read_text()).startswith("### ")


def test_what_is_cited_is_this_version_of_this_repository() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert cited["version"] == rnnbench.__version__
    assert cited["repository-code"] == project["urls"]["Repository"]
    assert cited["license"] == project["license"]


def test_everything_that_is_imported_is_declared(wheel: Path) -> None:
    """What the lent packages would hide: each third-party import is of a distribution that the
    wheel, or one of its extras for users, requires."""
    files = ZipFile(wheel)
    metadata = next(name for name in files.namelist() if name.endswith("METADATA"))
    requires = re.findall(
        r"^Requires-Dist: ([\w.-]+)(?!.*extra == 'dev')",
        files.read(metadata).decode(),
        re.MULTILINE,
    )
    declared = {name.lower().replace("_", "-") for name in requires}
    providers = packages_distributions()
    imported = set()
    for name in files.namelist():
        if name.endswith(".py"):
            for node in ast.walk(ast.parse(files.read(name))):
                if isinstance(node, ast.Import):
                    imported |= {alias.name.split(".")[0] for alias in node.names}
                elif isinstance(node, ast.ImportFrom) and node.module:
                    imported.add(node.module.split(".")[0])
    foreign = {
        name
        for name in imported
        if name not in sys.stdlib_module_names and not name.startswith("rnnbench")
    }
    assert {
        name for name in foreign if not {d.lower() for d in providers[name]} & declared
    } == set()
    assert {"torch", "pluggy", "pytest-benchmark", "memory-profiler", "matplotlib"} <= declared


@pytest.mark.slow
def test_the_wheel_works_elsewhere(scratch: Path, tmp_path: Path) -> None:
    """Installed, not imported from the checkout; a suite runs to its report from another folder."""
    where = call(
        scratch / "bin" / "python", "-c", "import rnnbench; print(rnnbench.__file__)", cwd=tmp_path
    )
    assert Path(where.strip()).is_relative_to(scratch)
    said = call(scratch / "bin" / "rnnbench", "run", "suite", "smoke", cwd=tmp_path)
    assert "13 trials: 0 kept from before, 13 ok." in said
    assert (tmp_path / "runs" / "smoke" / "report" / "index.html").is_file()


@pytest.mark.slow
def test_the_readmes_own_plugins_are_installed_listed_and_run(
    scratch: Path, tmp_path: Path
) -> None:
    """A third-party cell and a third-party task, each a distribution of its own with 7 lines of
    pyproject.toml."""
    install(scratch, distribution(tmp_path / "cell", "my-cell", "my_cell", CELL))
    install(scratch, distribution(tmp_path / "task", "my-task", "my_task", TASK))
    rnnbench = scratch / "bin" / "rnnbench"
    listed = json.loads(call(rnnbench, "list", "--json", cwd=tmp_path))
    origins = {thing["name"]: thing["origin"] for thing in (*listed["cells"], *listed["tasks"])}
    assert origins["leaky"] == "my-cell 0.1"
    assert origins["first-sign"] == "my-task 0.1"
    assert origins["gru"].startswith("rnnbench ")
    (tmp_path / "strangers.toml").write_text(SUITE)
    said = call(rnnbench, "run", "suite", "strangers.toml", cwd=tmp_path)
    assert "2 trials: 0 kept from before, 2 ok." in said
    page = (tmp_path / "runs" / "strangers" / "report" / "index.html").read_text()
    assert "leaky from my-cell 0.1" in page
    assert "first-sign from my-task 0.1" in page


@pytest.mark.slow
@pytest.mark.network
def test_the_wheel_installs_all_that_it_needs(wheel: Path, tmp_path: Path) -> None:
    """Into an environment that lends nothing, by pip alone with the pins."""
    folder = tmp_path / "env"
    venv.create(folder, with_pip=True, symlinks=True)
    python = folder / "bin" / "python"
    call(
        python,
        "-m",
        "pip",
        "install",
        "--quiet",
        "-c",
        ROOT / "constraints.txt",
        wheel,
        cwd=tmp_path,
    )
    said = call(folder / "bin" / "rnnbench", "run", "suite", "smoke", cwd=tmp_path)
    assert "13 trials: 0 kept from before, 13 ok." in said
