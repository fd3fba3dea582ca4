"""Two environments that take turns: what is decided, what is kept, and what goes wrong."""

import json
import subprocess
import sys
from pathlib import Path

import click
import pytest

from rnnbench.ab import Environment, PairedFolder, PairedRun, make_environment, time_trials
from rnnbench.ab.replicate import measure
from rnnbench.ab.sides import SideOfTrial, Sides
from rnnbench.catalogue import Catalogue
from rnnbench.cli.ab_order import interpreter_of
from rnnbench.errors import RnnbenchError
from rnnbench.records import (
    GatePolicy,
    PairedReplicate,
)
from rnnbench.suite import check_suite
from tests.builders.cli import rnnbench
from tests.builders.matrix import slow
from tests.conftest import MakePlugin

# Two environments

SUITE = {
    "version": 1,
    "summary": "made for a test",
    "cells": ["gru"],
    "cost": {
        "measure": ["train-step-time"],
        "shapes": [{"steps": 2, "batch": 1, "hidden": 2, "inputs": 2}],
        "repeats": 2,
    },
}
HERE_TOO = Environment("BASE", Path(sys.executable))


@pytest.fixture
def short_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rnnbench.ab.replicate.FEWEST_TURNS", 12)
    monkeypatch.setattr("rnnbench.ab.replicate.BLOCK_SECONDS", 1e-4)


def paired_run(folder: Path) -> PairedRun:
    catalogue = Catalogue.present()
    suite = check_suite(dict(SUITE), "made.toml", catalogue)
    trials = time_trials(suite, catalogue)
    head = replace_name(HERE_TOO, "HEAD")
    return PairedRun(trials, HERE_TOO, head, PairedFolder(folder), GatePolicy())


def replace_name(environment: Environment, name: str) -> Environment:
    return Environment(name, environment.interpreter)


def interpreter(folder: Path, **variables: str) -> Path:
    """A Python with other environment variables, as another environment would have them."""
    settings = " ".join(f"{name}='{value}'" for name, value in variables.items())
    folder.mkdir(exist_ok=True)
    file = folder / "python"
    file.write_text(f'#!/bin/sh\nexec env {settings} {sys.executable} "$@"\n')
    file.chmod(0o755)
    return file


@pytest.mark.usefixtures("short_turns")
def test_an_interrupted_measurement_goes_on(tmp_path: Path) -> None:
    """Each replicate is kept, and the next call takes the one after it."""
    run = paired_run(tmp_path / "ab")
    with run.folder.locked():
        run.prepare()

        def interrupt(_doing: str) -> None:
            if run.replicates:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            run.measure(1.0, interrupt)
    (kept,) = run.folder.read()
    turns = {row: len(times.base) for row, times in kept.times.items()}
    assert turns == {"": 5, "gru": 12}  # the control takes a quarter, and enough for a median
    assert len(kept.times["gru"].base) == len(kept.times["gru"].head) == 12
    assert min(kept.times["gru"].base + kept.times["gru"].head) > 0
    again = paired_run(tmp_path / "ab")
    again.parts = run.parts
    again.replicates = list(again.folder.read())
    due = again._due(0, 1.0)
    assert due
    assert due[0].round == 1
    again.measure(kept.seconds / 60, lambda _: pytest.fail("these minutes were used up before"))


def test_an_environment_without_rnnbench_is_named(tmp_path: Path) -> None:
    """As is one that has no Python at all."""
    trials = paired_run(tmp_path).trials
    isolated = tmp_path / "python"
    isolated.write_text(f'#!/bin/sh\nexec {sys.executable} -S -E "$@"\n')
    isolated.chmod(0o755)
    with pytest.raises(RnnbenchError, match=r"BASE \(.*\): rnnbench is not installed"):
        Environment("BASE", isolated).describe(trials)
    with pytest.raises(RnnbenchError, match="cannot be run: No such file"):
        Environment("BASE", tmp_path / "nowhere").describe(trials)


TOY = """
    import rnnbench
    from torch import nn

    @rnnbench.hookimpl
    def rnnbench_cells():
        return [rnnbench.CellSpec("toy", lambda i, h: nn.GRU(i, h, batch_first=True), "a GRU")]
"""


def test_a_base_without_the_cell_has_its_own_sentence(
    tmp_path: Path, make_plugin: MakePlugin
) -> None:
    """The cell is new, and with nothing else to compare the command exits with 5."""
    site = make_plugin(TOY)
    both = tmp_path / "both"
    base = interpreter(tmp_path / "one", RNNBENCH_DISABLE_PLUGINS="my-plugin", PYTHONPATH=str(site))
    head = interpreter(both, PYTHONPATH=str(site))
    suite = tmp_path / "toy.toml"
    suite.write_text(
        'version = 1\nsummary = "s"\ncells = ["toy"]\n[cost]\nmeasure = ["train-step-time"]\n'
    )
    sides = ("--base", str(base), "--head", str(head), "-o", str(tmp_path / "ab"))
    ran = rnnbench("ab", str(suite), *sides, "--json", cwd=tmp_path)
    ruling = json.loads(ran.stdout)
    (change,) = ruling["new"]
    assert ran.returncode == ruling["exit_code"] == 5, ran.stderr
    assert change["reason"].startswith("BASE: no cell called 'toy'.")
    assert change["command"].startswith(f"rnnbench ab {suite} --base {base} --head {head} ")


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("smoke",), "give --base PYTHON, or --base-ref REF"),
        (("smoke", "--base", "p", "--base-ref", "r"), "--base and --base-ref exclude each other"),
        (("memory", "--base", "p"), "memory: the suite times no steps"),
    ],
)
def test_what_cannot_be_asked_for_is_one_sentence(
    arguments: tuple[str, ...], problem: str, tmp_path: Path
) -> None:
    """A usage error, before anything is measured."""
    ran = rnnbench("ab", *arguments, cwd=tmp_path)
    assert ran.returncode == 2
    assert problem in ran.stderr
    assert not ran.stdout


# Cells that fail

FRAGILE = """
    import os
    import rnnbench
    from torch import nn

    class Fragile(nn.GRU):
        calls = 0

        def forward(self, x, state=None):
            Fragile.calls += 1
            if Fragile.calls > int(os.environ.get("FRAGILE_AFTER", 10**9)):
                if "FRAGILE_KILLS" in os.environ:
                    os.abort()
                raise ArithmeticError("worn out")
            return super().forward(x, state)

    @rnnbench.hookimpl
    def rnnbench_cells():
        build = lambda i, h: Fragile(i, h, batch_first=True)
        return [rnnbench.CellSpec("fragile", build, "a GRU that wears out")]
"""


def fragile_replicate(
    tmp_path: Path, site: Path, base: dict[str, str], head: dict[str, str]
) -> PairedReplicate:
    """A replicate of a cell that wears out in either environment, and of a GRU beside it."""
    catalogue = Catalogue.load()
    suite = check_suite({**SUITE, "cells": ["fragile", "gru"]}, "made.toml", catalogue)
    (trial,) = time_trials(suite, catalogue)
    sides = []
    for name, variables in (("BASE", base), ("HEAD", head)):
        python = interpreter(tmp_path / name, PYTHONPATH=str(site), **variables)
        environment = Environment(name, python)
        (described,) = environment.describe((trial,))
        sides.append(SideOfTrial(environment, described))
    return measure(trial, Sides(*sides))


@pytest.mark.usefixtures("short_turns")
@pytest.mark.parametrize(
    ("base", "head", "absent", "measured"),
    [
        slow(({}, {"FRAGILE_AFTER": "8"}, (False, True), {"", "gru"})),
        ({"FRAGILE_AFTER": "8"}, {"FRAGILE_AFTER": "8"}, (True, True), {"", "gru"}),
        slow(({}, {"FRAGILE_AFTER": "8", "FRAGILE_KILLS": "1"}, (False, True), set())),
        slow(({}, {"FRAGILE_AFTER": "1", "FRAGILE_KILLS": "1"}, (False, True), set())),
    ],
)
def test_a_cell_that_fails_is_blamed_alone_and_wherever_it_fails(
    tmp_path: Path,
    make_plugin: MakePlugin,
    base: dict[str, str],
    head: dict[str, str],
    absent: tuple[bool, bool],
    measured: set[str],
) -> None:
    """In a turn or before, by an exception or by the end of its process."""
    replicate = fragile_replicate(tmp_path, make_plugin(FRAGILE), base, head)
    assert set(replicate.absent) == {"fragile"}
    assert tuple(map(bool, replicate.absent["fragile"])) == absent
    assert set(replicate.times) == measured


def test_a_relative_python_is_found_from_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bare name is looked up as a shell would, and no link is followed."""
    monkeypatch.chdir(tmp_path)
    assert interpreter_of("env/bin/python") == tmp_path / "env/bin/python"
    assert interpreter_of("./python") == tmp_path / "python"
    assert interpreter_of(None) == Path(sys.executable)
    assert interpreter_of("sh").is_absolute()
    with pytest.raises(click.UsageError, match="no such program"):
        interpreter_of("no-such-python")


def test_options_with_their_default_are_left_to_each_environment() -> None:
    """A default that changes from BASE to HEAD is part of the change; what a suite sets is not."""
    catalogue = Catalogue.present()
    cells = ["lstm", {"name": "lstm", "options": {"forget_bias": 0.0}}]
    suite = check_suite({**SUITE, "cells": cells}, "made.toml", catalogue)
    (trial,) = time_trials(suite, catalogue)
    assert [cell.options for cell in trial.cells] == [{}, {"forget_bias": 0.0}]


# An environment of a commit


def git(folder: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.org")
    command = ["git", "-C", str(folder), *identity, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def test_a_commit_that_does_not_exist_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As is a folder without a project."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(RnnbenchError, match="git rev-parse failed: fatal: not a git repository"):
        make_environment("HEAD")
    git(tmp_path, "init", "-q")
    with pytest.raises(RnnbenchError, match="git rev-parse failed"):
        make_environment("nowhere")


@pytest.mark.slow
def test_an_environment_of_a_commit_has_its_project_and_the_packages_of_this_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The project as it was, and torch as it is here; what is newer is not found there."""
    project = tmp_path / "project"
    (project / "toyproject").mkdir(parents=True)
    (project / "pyproject.toml").write_text(
        '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
        '[project]\nname = "toyproject"\nversion = "1"\n'
    )
    (project / "toyproject" / "__init__.py").write_text("AGE = 'old'\n")
    git(project, "init", "-q")
    git(project, "add", ".")
    git(project, "commit", "-qm", "one")
    (project / "toyproject" / "__init__.py").write_text("AGE = 'new'\n")
    (project / "toyproject" / "newer.py").write_text("")
    git(project, "add", ".")
    git(project, "commit", "-qm", "two")
    monkeypatch.chdir(project)
    made = make_environment("HEAD~1")
    program = (
        "import importlib.util as u, toyproject, torch;"
        "print(toyproject.AGE, torch.__file__, u.find_spec('toyproject.newer'))"
    )
    said = subprocess.run(
        Environment("BASE", made.interpreter).command("-c", program),
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split()
    assert said[0] == "old"
    assert Path(said[1]).is_relative_to(sys.prefix)
    assert said[2] == "None"
    assert made.seconds > 0
    assert make_environment("HEAD~1").seconds == 0
    assert git(project, "worktree", "list").count("\n") == 0
