"""`pytest --rnnbench CELL` in the middle of pytest-benchmark, pytest-codspeed and pytest-xdist."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from rnnbench import environment
from rnnbench.catalogue import Catalogue
from rnnbench.records import CellUse, Measurement, Shape
from rnnbench.suite import objections
from rnnbench.testing.speed import JOBS, steps_of, trial_of
from rnnbench.testing.step_figures import beside_reference, of_training_step
from tests.conftest import MakePlugin

STEPPED = """
import rnnbench
import torch
from torch import nn

class Stepped(rnnbench.StepCell):
    '''h_t = tanh(W x_t + U h_{t-1}).'''

    def __init__(self, inputs, hidden):
        super().__init__()
        self.both = nn.Linear(inputs + hidden, hidden)

    def initial_state(self, x):
        return x.new_zeros(len(x), self.both.out_features)

    def step(self, x, state):
        h = torch.tanh(self.both(torch.cat([x, state], dim=-1)))
        return h, h

@rnnbench.hookimpl
def rnnbench_cells():
    return [rnnbench.CellSpec("stepped", f"{__name__}:Stepped", source="x")]
"""
QUICK = ("--benchmark-min-time=0.000001", "--benchmark-max-time=0.01")
SMALL = Shape(steps=3, batch=2, hidden=4, inputs=4)


@pytest.fixture
def author(make_plugin: MakePlugin, tmp_path: Path) -> Callable[..., str]:
    """Runs pytest as the author of a cell does, and returns what it prints."""
    make_plugin(STEPPED)
    paths = os.pathsep.join([path for path in sys.path if path])

    def run(*options: str) -> str:
        command = [sys.executable, "-m", "pytest", "-v", "-p", "no:cacheprovider"]
        done = subprocess.run(
            [*command, "--rnnbench=stepped", "-k", "test_speed", *options],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": paths, "RNNBENCH_HOME": str(tmp_path / "home")},
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    return run


@pytest.mark.slow
def test_each_time_is_saved_with_what_the_step_costs_besides(
    author: Callable[..., str], tmp_path: Path
) -> None:
    """By what is timed; memory and operations are those of a training step, as cost trials measure
    them. The next run is compared with what was saved, and the ratio is printed beside it."""
    printed = author(*QUICK, "--benchmark-autosave", "--rnnbench-timeline")
    assert "1 test" in printed
    assert "[" in printed.partition("time over that of torch's LSTM")[2]
    (saved,) = (tmp_path / ".benchmarks").rglob("0001_*.json")
    content = json.loads(saved.read_text())
    info = {one["group"]: one["extra_info"] for one in content["benchmarks"]}
    assert set(info) == {"training step", "inference", "streaming"}
    for figures in info.values():
        low, high = figures["ratio_quartiles"]
        assert 0 < low <= figures["ratio_to_torch_lstm"] <= high
        assert (figures["kernel"], figures["threads"]) == ("eager operations", 1)
        assert figures["parameters"] == (64 + 64 + 1) * 64
        assert figures["torch"] == environment.version_of("torch")
    training = info["training step"]
    assert training["absent"] == {}
    # a state of 32 x 64 numbers is kept of each of 100 steps, at the least
    assert training["peak_bytes"] > training["saved_bytes"] >= 100 * 32 * 64 * 4
    # forward, and backward to inputs and weights, but not to the inputs of the first layer
    product = 2 * 32 * 100 * 128 * 64
    assert product < training["flops"] <= 3 * product
    assert len(training["timeline_seconds"]) == len(training["timeline_bytes"]) > 3
    machine = content["machine_info"]["rnnbench"]
    assert machine["versions"] == environment.versions()
    assert (machine["processor"], machine["threads"]) == (environment.machine().processor, 1)
    again = author(*QUICK, "--benchmark-compare")
    assert again.count("(NOW)") == again.count("(0001") == 3
    assert "machine_info is different" not in again


@pytest.mark.slow
def test_beside_pytest_xdist_the_steps_run_once_and_a_warning_says_so(
    author: Callable[..., str],
) -> None:
    """pytest-benchmark is disabled there, and nothing else is timed either."""
    printed = author("-n", "2")
    assert "3 passed" in printed
    assert "torch's LSTM, in turns" not in printed
    assert "disabled because xdist plugin is active" in printed


@pytest.mark.slow
def test_pytest_codspeed_may_take_the_place_of_the_fixture(
    author: Callable[..., str], tmp_path: Path
) -> None:
    """It measures the same three steps itself."""
    if find_spec("pytest_codspeed") is None:
        pytest.skip("pytest-codspeed is not installed; it was tried with version 5.0.4")
    printed = author("--codspeed", "--codspeed-max-time=0.1", "--codspeed-warmup-time=0.1")
    assert "3 benchmarked" in printed
    (measured,) = (tmp_path / ".codspeed").glob("results_*.json")
    names = [one["name"] for one in json.loads(measured.read_text())["benchmarks"]]
    assert sorted(names) == sorted(f"test_speed[stepped-{job}]" for job in JOBS)


def figures_of(measurement: Measurement) -> dict[str, Any]:
    catalogue = Catalogue.present()
    trial = trial_of(CellUse(name="gru"), catalogue.cells["gru"].item, measurement)
    trial = replace(trial, shape=SMALL)
    return beside_reference(trial, *steps_of(trial, catalogue))


@pytest.mark.parametrize("job", JOBS)
def test_the_ratio_comes_with_what_it_depends_on(job: str) -> None:
    """Whatever is timed."""
    figures = figures_of(JOBS[job].measurement)
    low, high = figures["ratio_quartiles"]
    assert 0 < low <= figures["ratio_to_torch_lstm"] <= high
    assert figures["ratio_rounds"] >= 15
    assert (figures["parameters"], figures["shape"]) == (3 * 4 * (4 + 4 + 2), str(SMALL))


def test_a_figure_that_cannot_be_had_is_absent_with_its_reason(
    make_plugin: MakePlugin, forked_servers: None
) -> None:
    """And the others are there: here torch's counter sees no operation of the cell."""
    make_plugin(
        """
        import rnnbench
        from torch import nn

        class Sums(nn.Module):
            def __init__(self, inputs, hidden):
                super().__init__()
                self.scale = nn.Parameter(nn.init.ones_(nn.Linear(1, hidden).bias.detach()))

            def forward(self, x, state=None):
                y = (x * self.scale).cumsum(1) + (0 if state is None else state)
                return y, y[:, -1:]

        @rnnbench.hookimpl
        def rnnbench_cells():
            return [rnnbench.CellSpec("sums", Sums, source="x", same_size=True)]
        """
    )
    spec = Catalogue.present().cells["sums"].item
    trial = replace(trial_of(CellUse(name="sums"), spec, "train-step-time"), shape=SMALL)
    figures = of_training_step(trial, timeline=False)
    assert figures["saved_bytes"] > 0
    assert "timeline_bytes" not in figures
    assert "flops" not in figures
    assert list(figures["absent"]) == ["operations"]
    assert figures["absent"]["operations"].startswith("refused: sums: torch's counter sees no")


def test_the_shape_is_one_that_the_cell_accepts() -> None:
    """For every installed cell; a stream is timed where the cell can go on with a state."""
    catalogue = Catalogue.present()
    for name, contribution in catalogue.cells.items():
        spec = contribution.item
        use = CellUse(name=name)
        for measurement in ("train-step-time", "inference-time"):
            trial = trial_of(use, spec, measurement)
            assert not list(objections(use, spec, measurement, trial.shape, trial.device)), name
        streaming = trial_of(use, spec, "streaming-time")
        refused = list(objections(use, spec, "streaming-time", streaming.shape, "cpu"))
        assert bool(refused) == (not spec.carries_state or spec.longest is not None), name
