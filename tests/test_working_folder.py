"""The code that runs is the code that is installed, whatever lies in the working folder."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from rnnbench.catalogue import Catalogue
from rnnbench.errors import RnnbenchError
from rnnbench.executors.needs import needed_files, needed_plugins
from rnnbench.runner import RunOptions, run_trial
from rnnbench.runner.same_files import demand_same_files
from rnnbench.sources import file_of
from tests.builders import training
from tests.builders.matrix import slow
from tests.builders.records import learning_trial

RNNBENCH = str(Path(sys.executable).with_name("rnnbench"))
TRIAL = ["run", "trial", "gru", "adding", "--dial", "horizon=4", "--json"]
SMALL = [
    "--set",
    "recipe.epochs=1",
    "--set",
    "recipe.steps_per_epoch=2",
    "--set",
    "recipe.parameters=200",
]
LYING_THERE = (
    "numpy",
    "json",
    "torch",
    "psutil",
    "signal",
    "socket",
    "pip",
    "logging",
    "resource",
    "selectors",
)


@pytest.fixture
def trap(tmp_path: Path) -> Path:
    """A working folder with files in place of modules; each leaves a trace and ends its process
    when it is imported."""
    for name in LYING_THERE:
        folder = tmp_path / name if name == "pip" else tmp_path
        folder.mkdir(exist_ok=True)
        file = folder / "__main__.py" if name == "pip" else folder / f"{name}.py"
        trace = tmp_path / f"{name}.imported"
        file.write_text(
            f"open({str(trace)!r}, 'w').close()\nraise SystemExit('a file of the working folder"
            " runs')\n"
        )
    return tmp_path


@pytest.mark.parametrize(
    "command",
    [[RNNBENCH], slow([sys.executable, "-m", "rnnbench"])],
    ids=["script", "module"],
)
def test_files_in_the_working_folder_are_not_imported(trap: Path, command: list[str]) -> None:
    """Neither by the driver, nor by the server that starts trials, nor by the trial."""
    done = subprocess.run([*command, *TRIAL, *SMALL], cwd=trap, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["status"] == "ok"
    assert not list(trap.glob("*.imported"))


def test_fetching_data_runs_the_pip_that_is_installed(trap: Path, tmp_path: Path) -> None:
    """Where a folder `pip` lies beside it."""
    environment = {
        **os.environ,
        "RNNBENCH_HOME": str(tmp_path / "home"),
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(tmp_path),
        "PIP_CONFIG_FILE": os.devnull,
    }
    done = subprocess.run(
        [RNNBENCH, "data", "fetch", "bitcoin"],
        cwd=trap,
        capture_output=True,
        text=True,
        env=environment,
    )
    assert "cannot be fetched: ERROR" in done.stdout + done.stderr
    assert not list(trap.glob("*.imported"))


def test_a_checkout_as_working_folder_does_not_train(tmp_path: Path) -> None:
    """Its training loop is another one, and its import would end the trial."""
    package = tmp_path / "rnnbench" / "training"
    package.mkdir(parents=True)
    for file in (
        tmp_path / "rnnbench" / "__init__.py",
        package / "__init__.py",
        package / "loop.py",
    ):
        file.write_text("raise SystemExit('the code of another checkout runs')\n")
    done = subprocess.run([RNNBENCH, *TRIAL, *SMALL], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["status"] == "ok"


def test_a_trial_demands_the_files_that_its_driver_knows() -> None:
    """Where a path leads the two to different files, nothing is trained, and both are named."""
    here = file_of("rnnbench")
    demand_same_files({"rnnbench": here, "not_loaded_here": "/elsewhere.py"})
    with pytest.raises(RnnbenchError) as caught:
        demand_same_files({"rnnbench": "/elsewhere/rnnbench/__init__.py"})
    assert here in str(caught.value)
    assert "/elsewhere/rnnbench/__init__.py" in str(caught.value)
    result = run_trial(
        learning_trial(), options=RunOptions(files={"rnnbench": "/elsewhere/rnnbench/__init__.py"})
    )
    assert result.status == "error"
    assert result.reason == str(caught.value)


def test_the_driver_knows_the_files_of_the_plugins_that_a_trial_needs() -> None:
    """By the module of each plugin, links resolved."""
    plugins = needed_plugins(learning_trial(task="adding"))
    assert plugins is not None
    assert {plugin.module for plugin in plugins} == {"rnnbench_cells", "rnnbench_tasks.long_range"}
    files = needed_files(plugins)
    assert set(files) == {"rnnbench", "rnnbench_cells", "rnnbench_tasks.long_range"}
    assert all(Path(file).is_absolute() and Path(file).is_file() for file in files.values())


def test_a_result_records_where_its_modules_came_from() -> None:
    """The file that defines each cell and task, on the machine of the trial."""
    result = run_trial(learning_trial(recipe=training.SMALL), Catalogue.load())
    files = result.provenance.files
    assert Path(files["gru"]).name == "gru.py"
    assert all(Path(file).is_file() for file in files.values())
