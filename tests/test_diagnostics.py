"""Diagnostics: measured on cells whose figures are known in closed form, and carried through a
trial to the report."""

import math
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

import rnnbench
from rnnbench.campaign import ExecutorChoice, run_suite
from rnnbench.catalogue import Catalogue
from rnnbench.findings import find
from rnnbench.model import Model
from rnnbench.records import LearningTrial
from rnnbench.store import Store
from rnnbench.suite import check_suite
from rnnbench.training import open_feed
from rnnbench.training.diagnosing import diagnose
from rnnbench_diagnostics.gradient_lag import gradient_against_lag
from rnnbench_diagnostics.memory_capacity import memory_capacity
from tests.builders.records import learning_trial


class Leaky(nn.Module):
    """h_t = a h_{t-1} + x_t."""

    def __init__(self, a: float) -> None:
        super().__init__()
        self.a = a

    def forward(self, x: Tensor, state: Any = None) -> tuple[Tensor, Tensor]:
        h = torch.zeros_like(x[:, 0]) if state is None else state
        outputs = []
        for x_t in x.unbind(1):
            h = self.a * h + x_t
            outputs.append(h)
        return torch.stack(outputs, 1), h


class DelayLine(nn.Module):
    """Its outputs are the sums over features of the last `length` inputs before this one."""

    def __init__(self, length: int) -> None:
        super().__init__()
        self.length = length

    def forward(self, x: Tensor, state: Any = None) -> tuple[Tensor, None]:
        u = nn.functional.pad(x.sum(-1), (self.length, 0))
        return torch.stack([u[:, k : k + x.shape[1]] for k in range(self.length)], -1), None


def rng() -> np.random.Generator:
    """The same each time."""
    return np.random.default_rng(0)


@pytest.mark.parametrize("a", [0.5, 0.9, 0.99])
def test_the_gradient_of_a_leaky_sum_falls_as_its_leak(a: float) -> None:
    """|dy_T/dx_{T-k}| is a^k times what it is at lag 0, and the decay length -1 / ln a."""
    found = gradient_against_lag(
        Leaky(a).double(), torch.randn(4, 30, 3, dtype=torch.float64), rng()
    )
    sizes = np.array(found.y)
    assert found.x == tuple(range(30))
    np.testing.assert_allclose(sizes / sizes[0], a ** np.arange(30), rtol=1e-9)
    assert found.figures["decay length (steps)"] == pytest.approx(-1 / math.log(a), rel=1e-6)


def test_a_gradient_that_does_not_fall_has_no_decay_length() -> None:
    """It is absent, with the reason; and what looks at one step only has a gradient at one lag."""
    kept = gradient_against_lag(
        Leaky(1.01).double(), torch.randn(2, 20, 3, dtype=torch.float64), rng()
    )
    assert not kept.figures
    assert "does not fall" in kept.absent["decay length (steps)"]
    blind = gradient_against_lag(
        Leaky(0.0).double(), torch.randn(2, 20, 3, dtype=torch.float64), rng()
    )
    assert "at 1 of 20 lags" in blind.absent["decay length (steps)"]


def test_too_few_steps_are_refused() -> None:
    """A line through two points says nothing."""
    with pytest.raises(rnnbench.Refused, match="at least 3 steps, and there are 2"):
        gradient_against_lag(Leaky(0.5), torch.randn(2, 2, 3), rng())


@pytest.mark.parametrize("length", [1, 5, 20])
def test_a_delay_line_reaches_the_bound_of_memory_capacity(length: int) -> None:
    """Its capacity is its length: each of the last `length` inputs is found again, and no other."""
    found = memory_capacity(
        DelayLine(length).double(), torch.randn(4, 10, 3, dtype=torch.float64), rng()
    )
    assert found.figures["memory capacity"] == pytest.approx(length, abs=0.01)
    assert found.figures["outputs"] == length
    np.testing.assert_allclose(found.y[:length], 1, atol=1e-6)
    assert max(found.y[length:]) < 0.02


@pytest.mark.parametrize("seed", range(3))
def test_no_cell_is_above_the_bound(seed: int) -> None:
    """Jaeger: the sum over lags is at most the number of outputs."""
    torch.manual_seed(seed)
    found = memory_capacity(nn.GRU(3, 4, batch_first=True), torch.randn(4, 10, 3), rng())
    assert 0 < found.figures["memory capacity"] <= 4


def test_memory_capacity_needs_a_signal() -> None:
    """Frames are refused."""
    with pytest.raises(rnnbench.Refused, match="these are frames"):
        memory_capacity(Leaky(0.5), torch.randn(2, 5, 1, 4, 4), rng())


SUITE = {
    "version": 1,
    "summary": "diagnostics",
    "cells": ["gru", "rnn"],
    "tasks": [{"name": "recall-first", "dials": {"horizon": 4}}],
    "seeds": 2,
    "diagnostics": ["memory-capacity", "gradient-lag"],
    "recipe": {
        "tune": True,
        "learning_rates": [0.01, 0.003],
        "search": "tuning-seeds",
        "tuning_seeds": 1,
        "epochs": 2,
        "steps_per_epoch": 5,
    },
}


def run_into(folder: Path, suite: dict[str, Any]) -> Path:
    """Run it all, two at a time."""
    catalogue = Catalogue.present()
    place = ExecutorChoice(catalogue.executors["local"].item, jobs=2)
    run_suite(
        check_suite(suite, "diagnosed", catalogue),
        catalogue,
        Store(folder),
        place,
        watch=lambda *_: None,
    )
    return folder


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The results of two cells at two seeds, rates searched."""
    return run_into(tmp_path_factory.mktemp("diagnosed"), SUITE)


def test_a_trial_is_diagnosed_before_and_after_training(run: Path) -> None:
    """Only evaluations are; both moments are there, and training has moved them."""
    for result in Store(run).read():
        assert isinstance(result.trial, LearningTrial)
        assert result.learning
        if result.trial.phase == "tuning":
            assert result.learning.diagnoses == {}
            continue
        assert set(result.learning.diagnoses) == {"memory-capacity", "gradient-lag"}
        for diagnosed in result.learning.diagnoses.values():
            assert diagnosed.fresh
            assert diagnosed.trained
            assert diagnosed.fresh.y != diagnosed.trained.y


@pytest.mark.draws
def test_the_report_shows_both_over_seeds(run: Path, tmp_path: Path) -> None:
    """A curve a cell, diagnostic and moment, a figure a diagnostic, a line in the table."""
    findings = find(Store(run).read())
    (condition,) = findings.conditions
    assert [(c.name, c.when) for c in condition.arms[0].diagnostics] == list(
        product(("gradient-lag", "memory-capacity"), ("fresh", "trained"))
    )
    assert condition.arms[0].diagnostics[2].figures["memory capacity"].n == 2
    files = [
        file.name for file in Catalogue.present().reports["html"].item.load()(findings, tmp_path)
    ]
    task = condition.task
    assert {f"gradient-lag-{task}.png", f"memory-capacity-{task}.png"} <= set(files)
    assert "memory capacity" in (tmp_path / "index.html").read_text()


def test_diagnostics_leave_the_figures_of_training_alone(run: Path, tmp_path: Path) -> None:
    """The same suite without them gives the same bits."""
    run_into(tmp_path, {**SUITE, "diagnostics": []})

    def curves(folder: Path) -> list[Any]:
        found = [r for r in Store(folder).read() if isinstance(r.trial, LearningTrial)]
        return sorted(
            (r.trial.cell.name, r.trial.seed, r.trial.learning_rate, r.learning.curve)
            for r in found
        )  # type: ignore[union-attr]

    assert curves(run) == curves(tmp_path)


def test_an_unknown_diagnostic_is_told_well() -> None:
    """With the nearest name."""
    with pytest.raises(
        rnnbench.RnnbenchError,
        match=r"no diagnostic called 'gradient-lak'\. Did you mean 'gradient-lag'",
    ):
        check_suite({**SUITE, "diagnostics": ["gradient-lak"]}, "s.toml", Catalogue.present())


def test_a_diagnostic_that_draws_leaves_the_training_what_it_would_have_drawn() -> None:
    """Torch's generator and the mode of the model are as before."""
    trial = learning_trial(task="recall-first", dials={"horizon": 4})
    task = Catalogue.present().tasks["recall-first"].item(**trial.dials)  # type: ignore[arg-type]
    feed = open_feed(task, trial, {})
    model = Model(
        lambda i, h: nn.GRU(i, h, batch_first=True), task, trial.recipe, feed.example(), 5
    )

    def draws(cell: nn.Module, x_BTI: Tensor, rng: np.random.Generator) -> rnnbench.Diagnosis:
        assert not cell.training
        return rnnbench.Diagnosis(x_name="x", y_name="y", x=(0.0,), y=(float(torch.rand(())),))

    def breaks(cell: nn.Module, x_BTI: Tensor, rng: np.random.Generator) -> rnnbench.Diagnosis:
        raise ValueError("no such luck\nat all")

    before = torch.get_rng_state()
    found = diagnose({"draws": draws, "breaks": breaks}, model, task, feed, trial)
    assert torch.equal(torch.get_rng_state(), before)
    assert model.training
    assert isinstance(found["draws"], rnnbench.Diagnosis)
    assert found["breaks"] == "it raised ValueError: no such luck"


def test_outputs_that_overflow_have_no_memory_capacity() -> None:
    """They are refused with a reason, and no fit is tried."""
    with pytest.raises(rnnbench.Refused, match="not finite over 1900 steps"):
        memory_capacity(Leaky(1.5), torch.randn(4, 10, 3), rng())


def test_the_signal_has_the_size_of_the_inputs_along_its_direction() -> None:
    """Features of unlike means do not make it louder."""
    heard: list[Tensor] = []

    class Hears(DelayLine):
        def forward(self, x: Tensor, state: Any = None) -> tuple[Tensor, None]:
            heard.append(x)
            return super().forward(x, state)

    memory_capacity(
        Hears(2).double(),
        torch.randn(400, 10, 2, dtype=torch.float64) + torch.tensor([0.0, 100.0]),
        rng(),
    )
    spread = (heard[0][0] - heard[0][0].mean(0)).square().sum(1).mean().sqrt()
    assert spread.item() == pytest.approx(1, abs=0.05)
