"""`rnnbench check`, `rnnbench show CELL` and `pytest --rnnbench`, typed as authors type them."""

import json
import os
import re
import subprocess
import sys
from itertools import product
from pathlib import Path

import pytest

from rnnbench.catalogue import Catalogue
from rnnbench.cli.details import measured
from rnnbench.testing import CELL_CHECKS, TASK_CHECKS
from tests.builders.cli import rnnbench
from tests.conftest import MakePlugin

PLUGIN = """
import rnnbench
import torch
from torch import nn

class Ahead(nn.Module):
    \'\'\'y_t = h_t + h_{T-t}: it looks ahead.  source: nowhere.\'\'\'

    def __init__(self, inputs, hidden):
        super().__init__()
        self.layer = nn.GRU(inputs, hidden, batch_first=True)

    def forward(self, x, state=None):
        y, state = self.layer(x, state)
        return y + y.flip(1), state

class Stepped(rnnbench.StepCell):
    \'\'\'h_t = tanh(W x_t + U h_{t-1}).\'\'\'

    def __init__(self, inputs, hidden, implementation="eager"):
        super().__init__(implementation)
        self.w, self.u = nn.Linear(inputs, hidden), nn.Linear(hidden, hidden)

    def initial_state(self, x):
        return x.new_zeros(len(x), self.u.in_features)

    def prepare(self, x):
        return self.w(x)

    def step(self, x, state):
        h = torch.tanh(x + self.u(state))
        return h, h

@rnnbench.hookimpl
def rnnbench_cells():
    place = __name__
    return [
        rnnbench.CellSpec(name="ahead", build=f"{place}:Ahead", source="nowhere", summary="It looks ahead."),
        rnnbench.CellSpec(name="stepped", build=f"{place}:Stepped", source="x", implementations=("eager",)),
    ]
"""


def test_what_passes_and_what_fails_is_told_a_line_a_check(
    make_plugin: MakePlugin, tmp_path: Path
) -> None:
    """Tab-separated when piped: name, check, status, sentence; 1 where a check fails, 0 where none
    does."""
    make_plugin(PLUGIN)
    done = rnnbench("check", "ahead", "stepped", "recall-first", cwd=tmp_path)
    assert done.returncode == 1, done.stderr
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    names = [check.name for check in CELL_CHECKS]
    assert [tuple(row[:2]) for row in rows[:26]] == list(product(("ahead", "stepped"), names))
    assert [row[1] for row in rows[26:]] == [check.name for check in TASK_CHECKS]
    failed = {(row[0], row[1]): row[3] for row in rows if row[2] == "failed"}
    assert ("ahead", "causal") in failed
    assert re.match(
        r"it looks ahead: another input from step 1 of 33 on changed the outputs before step 1"
        r" by \d",
        failed["ahead", "causal"],
    )
    assert {name for name, _ in failed} == {"ahead"}
    fine = rnnbench("check", "stepped", "--json", cwd=tmp_path)
    assert fine.returncode == 0
    assert {row["check"] for row in json.loads(fine.stdout) if row["status"] == "passed"} >= {
        "causal",
        "carries",
    }


def test_names_and_values_are_checked_before_anything_runs(tmp_path: Path) -> None:
    """2 for a name, an implementation, an option or a dial that there is not, and for no name at
    all."""
    for arguments, says in (
        (["check", "gruu"], "no cell or task called 'gruu'. Did you mean 'gru'?"),
        (["check", "gru:slow"], "no implementation called 'slow'"),
        (["check", "lstm", "--option", "forget_bia=1"], "no option called 'forget_bia'"),
        (["check", "recall-first", "--dial", "horizons=3"], "no dial called 'horizons'"),
        (
            ["check", "gru", "--skip", "compild"],
            "no implementation called 'compild'. Did you mean 'compiled'?",
        ),
        (["check"], "rnnbench check NAME..., or --all"),
    ):
        done = rnnbench(*arguments, cwd=tmp_path)
        assert done.returncode == 2, done.stdout
        assert says in done.stderr


def test_a_cell_is_shown_with_its_words_its_size_and_its_checks(
    make_plugin: MakePlugin, tmp_path: Path
) -> None:
    """What fails is shown with its sentence."""
    make_plugin(PLUGIN)
    done = rnnbench("show", "lstm", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    for part in (
        "c_t = f_t c_{t-1} + i_t g_t",
        "67,584 at input size 2 and hidden size 128",
        "256 numbers a sequence",
        "implementations  native, eager, compiled",
        "checks passed    repeats, isolated, causal, independent, remembers",
    ):
        assert part in done.stdout
    broken = rnnbench("show", "ahead", cwd=tmp_path).stdout
    assert "it looks ahead.  source: nowhere." in broken
    assert re.search(r"checks failed +causal \(it looks ahead", broken)


@pytest.mark.slow
def test_pytest_collects_a_test_a_check_and_benchmarks(
    make_plugin: MakePlugin, tmp_path: Path
) -> None:
    """In an author's own repository, beside the author's own tests; what is timed is in
    pytest-benchmark's file."""
    make_plugin(PLUGIN)
    (tmp_path / "test_mine.py").write_text("def test_mine():\n    pass\n")
    paths = os.pathsep.join([path for path in sys.path if path])
    options = [
        "--rnnbench",
        "ahead",
        "--rnnbench",
        "stepped",
        "--rnnbench",
        "recall-first",
        "-p",
        "no:cacheprovider",
    ]
    quick = [
        "--benchmark-min-time=0.000001",
        "--benchmark-max-time=0.01",
        "--benchmark-json=speed.json",
    ]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-v", *options, *quick],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": paths, "RNNBENCH_HOME": str(tmp_path / "home")},
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert "test_mine.py::test_mine PASSED" in done.stdout
    assert "rnnbench::test_cell[ahead-causal] FAILED" in done.stdout
    assert (
        "AssertionError: ahead: it looks ahead: another input from step 1 of 33 on changed"
        in done.stdout
    )
    for check in CELL_CHECKS:
        assert re.search(
            rf"rnnbench::test_cell\[stepped-{check.name}\] (PASSED|SKIPPED)", done.stdout
        )
    for check in TASK_CHECKS:
        assert re.search(
            rf"rnnbench::test_task\[recall-first-{check.name}\] (PASSED|SKIPPED)", done.stdout
        )
    timed = {one["name"] for one in json.loads((tmp_path / "speed.json").read_text())["benchmarks"]}
    pairs = product(("ahead", "stepped:eager"), ("train-step", "inference", "streaming-step"))
    assert timed == {f"test_speed[{cell}-{job}]" for cell, job in pairs}


def test_the_pytest_plugin_costs_nothing_until_it_is_used(tmp_path: Path) -> None:
    """It is loaded by every pytest that finds it: no torch, no catalogue."""
    (tmp_path / "test_mine.py").write_text(
        "import sys\n\ndef test_mine():\n    assert not {'torch', 'numpy', 'rnnbench.catalogue'} &"
        " set(sys.modules)\n"
    )
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            "-p",
            "no:hypothesispytest",
        ],
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stdout


def test_an_ablation_is_shown_in_its_own_words() -> None:
    """And not in those of the tool that binds its arguments."""
    about = measured(Catalogue.present().cells["cifg"].item)["about"]
    assert "partial(" not in about
    assert Catalogue.present().cells["cifg"].item.summary in about
