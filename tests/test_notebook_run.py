"""A suite that is run from Python: what the command line does, without a word; the frame of the run
comes back."""

import subprocess
import sys
from inspect import signature
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

import rnnbench
from rnnbench.cli.run import suite_
from rnnbench.store import kept_looks
from tests.builders.campaign import learning_figures, write_suite
from tests.builders.cli import rnnbench as typed
from tests.builders.gate import KEPT, written

pytestmark = pytest.mark.usefixtures("forked_servers")
ONE: dict[str, Any] = {"cells": ["gru"], "tasks": ["adding"], "jobs": 2}
"""Choices that leave two trials of the tiny suite."""


def test_every_option_of_the_command_has_its_argument() -> None:
    """A dry run is for reading, and so is how much is printed; what is asked for in the negative there is asked for in the
    positive here."""
    options = {parameter.name for parameter in suite_.params}
    arguments = set(signature(rnnbench.run_suite).parameters)
    assert options - {"dry_run", "no_check", "quiet", "verbose"} == arguments - {
        "check",
        "report",
        "progress",
    }


def test_defaults_are_those_of_the_command() -> None:
    """None and nothing chosen are one."""
    arguments = signature(rnnbench.run_suite).parameters
    typed_alone = suite_.make_context("suite", []).params
    for name in arguments.keys() & typed_alone.keys():
        assert (typed_alone[name] or None) == (arguments[name].default or None), name


def test_it_runs_what_the_command_runs(tmp_path: Path) -> None:
    """Trials of the same ids, with the same figures to the last bit; either goes on where the other
    was."""
    suite = write_suite(tmp_path)
    settings = {"recipe.epochs": 2, "recipe.optimiser": "sgd", "recipe.stop_when_solved": False}
    run = rnnbench.run_suite(suite, tmp_path / "here", seeds=2, jobs=2, settings=settings)
    line = ["run", "suite", str(suite), "--seeds", "2", "-j", "2"]
    for key, value in settings.items():
        line += ["--set", f"{key}={str(value).lower()}"]
    done = typed(*line, "-o", str(tmp_path / "there"), cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert learning_figures(tmp_path / "here") == learning_figures(tmp_path / "there")
    assert len(run.results) == 8
    again = typed(*line, "-o", str(tmp_path / "here"), cwd=tmp_path)
    assert "8 trials: 8 kept from before, nothing new." in again.stdout
    steps: list[rnnbench.RunProgress] = []
    rnnbench.run_suite(suite, tmp_path / "there", seeds=2, settings=settings, progress=steps.append)
    assert [step.newest for step in steps if step.newest] == []
    assert steps[-1].done == 8


def test_it_prints_nothing_and_writes_no_report_unless_asked(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """A report is a look at the verdicts, and is kept as one."""
    suite = write_suite(tmp_path, seeds=3)
    folder = tmp_path / "run"
    rnnbench.run_suite(suite, folder, tasks=["adding"], jobs=2)
    assert capfd.readouterr() == ("", "")
    assert not (folder / "report").exists()
    run = rnnbench.run_suite(suite, folder, tasks=["adding"], jobs=2, report=True)
    assert capfd.readouterr() == ("", "")
    assert (folder / "report" / "index.html").is_file()
    assert len(run.trials) == 12


def test_the_run_that_comes_back_is_that_which_is_loaded(tmp_path: Path) -> None:
    """The same results, findings and frames."""
    run = rnnbench.run_suite(write_suite(tmp_path), tmp_path / "run", **ONE)
    loaded = rnnbench.load(tmp_path / "run")
    assert (run.folder, run.results, run.findings) == (
        loaded.folder,
        loaded.results,
        loaded.findings,
    )
    assert run.unreadable == loaded.unreadable == {}
    assert run.epochs.equals(loaded.epochs)
    assert loaded.notices == ()


def test_a_report_of_many_seeds_keeps_its_look(tmp_path: Path) -> None:
    """Without a report no look is kept."""
    suite = write_suite(tmp_path, seeds=7)
    choices: dict[str, Any] = {"tasks": ["adding"], "jobs": 2, "settings": {"recipe.epochs": 1}}
    rnnbench.run_suite(suite, tmp_path / "run", **choices)
    assert kept_looks(tmp_path / "run").looks == ()
    rnnbench.run_suite(suite, tmp_path / "run", **choices, report=True)
    assert len(kept_looks(tmp_path / "run").looks) == 2


def test_progress_counts_up_to_the_end(tmp_path: Path) -> None:
    """Each result comes once; records are frozen."""
    steps: list[rnnbench.RunProgress] = []
    run = rnnbench.run_suite(write_suite(tmp_path), tmp_path / "run", **ONE, progress=steps.append)
    newest = [rnnbench.trial_id(step.newest.trial) for step in steps if step.newest]
    assert sorted(newest) == sorted(run.trials["trial"])
    assert [step.done for step in steps] == sorted(step.done for step in steps)
    assert (steps[0].done, steps[-1].done, steps[-1].total) == (0, 2, 2)
    assert any(step.running for step in steps)
    with pytest.raises(AttributeError):
        steps[0].done = 7  # type: ignore[misc]


def test_what_progress_raises_ends_the_run_and_keeps_what_was_done(tmp_path: Path) -> None:
    """As an interrupted kernel does; the same call goes on from there."""
    suite = write_suite(tmp_path, seeds=3)

    def stop(step: rnnbench.RunProgress) -> None:
        if step.done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rnnbench.run_suite(suite, tmp_path / "run", jobs=1, progress=stop)
    assert len(rnnbench.load(tmp_path / "run").results) == 2
    steps: list[rnnbench.RunProgress] = []
    run = rnnbench.run_suite(suite, tmp_path / "run", jobs=2, progress=steps.append)
    assert steps[0].done == 2
    assert len(run.results) == 12


def test_what_the_command_says_beside_its_figures_stands_in_the_notices(tmp_path: Path) -> None:
    """In its words."""
    suite = write_suite(tmp_path)
    settings = {"recipe.limit_seconds": 0.001}
    run = rnnbench.run_suite(suite, tmp_path / "run", **ONE, settings=settings)
    assert set(run.trials["status"]) == {"timeout"}
    line = ["-c", "gru", "-t", "adding", "--set", "recipe.limit_seconds=0.001"]
    done = typed("run", "suite", str(suite), *line, "-o", str(tmp_path / "run"), cwd=tmp_path)
    assert done.returncode == 1
    assert run.notices[-1] == done.stderr.splitlines()[-1]
    assert run.notices[-1].startswith("2 failed (2 timeout)")


@pytest.mark.parametrize(
    ("choices", "words"),
    [
        ({"name": "smokk"}, ["smokk"]),
        ({"name": "none.toml"}, ["none.toml"]),
        ({"cells": ["gruu"]}, ["-c", "gruu"]),
        ({"tasks": ["bitcoin"]}, ["-t", "bitcoin"]),
        ({"claims": ["some"]}, ["--claim", "some"]),
        ({"until_decided": True}, ["--until-decided"]),
        ({"core": True}, ["--core"]),
        ({"executor": "moon"}, ["--executor", "moon"]),
        ({"settings": {"recipe.epocs": 3}}, ["--set", "recipe.epocs=3"]),
        ({"settings": {"recipe.epochs": "many"}}, ["--set", "recipe.epochs=many"]),
        ({"settings": {"recipe.epochs": 0}}, ["--set", "recipe.epochs=0"]),
        ({"settings": {"executor.cost": 3}}, ["--set", "executor.cost=3"]),
        ({"settings": {"executor.rocket": 3}}, ["--set", "executor.rocket=3"]),
        ({"settings": {"recipe.learning_rates": []}}, ["--set", "recipe.learning_rates=[]"]),
        ({"output": "taken"}, ["-o", "taken"]),
    ],
)
def test_it_refuses_what_the_command_refuses_in_the_same_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, choices: dict[str, Any], words: list[str]
) -> None:
    """With what was found and what there is; nothing has run."""
    monkeypatch.chdir(tmp_path)
    written(tmp_path / "taken", KEPT)
    suite = str(write_suite(tmp_path))
    name = choices.pop("name", suite)
    with pytest.raises(rnnbench.RnnbenchError) as refused:
        rnnbench.run_suite(name, **choices)
    line = words if name != suite else [suite, *words]
    done = typed("run", "suite", *line, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1] == f"rnnbench: {' '.join(str(refused.value).split())}"


@pytest.mark.parametrize(
    ("choices", "said"),
    [
        ({"cells": "gru"}, "cells: expected a list of names, got the text 'gru'"),
        ({"seeds": 0}, "seeds: expected 1 to 1000000, got 0"),
        ({"seeds": True}, "seeds: expected a whole number, got True"),
        ({"jobs": 0}, "jobs: expected at least 1, got 0"),
        ({"threads": 1.5}, "threads: expected a whole number, got 1.5"),
        (
            {"settings": {"recipe.epochs": None}},
            "settings: recipe.epochs: expected a number, .*, got NoneType",
        ),
        ({"settings": {"cost": {"repeats": 3}}}, "settings: cost: expected a number, .*, got dict"),
    ],
)
def test_what_only_python_can_say_wrongly_is_refused(choices: dict[str, Any], said: str) -> None:
    """By the name of the argument."""
    with pytest.raises(rnnbench.RnnbenchError, match=said):
        rnnbench.run_suite("smoke", **choices)


def test_it_runs_where_standard_output_is_no_file(tmp_path: Path) -> None:
    """As in a kernel: code that is executed, by threads too, with streams that are objects of
    Python."""
    suite = str(write_suite(tmp_path))
    program = f"""
        import io, sys, threading
        code = "import rnnbench; run = rnnbench.run_suite({suite!r}, {str(tmp_path / "run")!r}, jobs=2)"
        names = {{}}
        real = sys.stdout, sys.stderr
        sys.stdout = sys.stderr = io.StringIO()
        worker = threading.Thread(target=exec, args=(code, names))
        worker.start()
        worker.join()
        printed = sys.stdout.getvalue()
        sys.stdout, sys.stderr = real
        print(len(names["run"].results), repr(printed))
    """
    done = subprocess.run([sys.executable, "-c", dedent(program)], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("4 ''\n", "")
