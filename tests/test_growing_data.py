"""Training on a share of the data, and claims about what changes as the data grow."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import Any, ClassVar
from zipfile import Path as ZipPath

import numpy as np
import pytest

import rnnbench
from rnnbench.catalogue import Catalogue
from rnnbench.cli import preview
from rnnbench.errors import RnnbenchError
from rnnbench.findings import find
from rnnbench.findings.claims.growth import slope
from rnnbench.findings.claims.records import ClaimFinding
from rnnbench.plan import known, plan
from rnnbench.records import (
    CellUse,
    Epoch,
    Learning,
    LearningTrial,
    Machine,
    MetricNote,
    Provenance,
    Recipe,
    Result,
    Status,
    Suite,
    trial_id,
)
from rnnbench.suite import Choices, check_suite
from rnnbench.training import open_feed

WHERE = Provenance(
    machine=Machine(processor="abacus", cores=2, memory_bytes=1, system="none"), versions={}
)
SHARES = [1.0, 0.0625, 0.125, 0.25, 0.5]


@dataclass(frozen=True)
class Numbered(rnnbench.RecordedTask):
    """Forty examples, each of which carries its number."""

    horizon: int = 2
    name: ClassVar[str] = "numbered"
    loss: ClassVar[rnnbench.Loss] = "squared-error"
    metrics: ClassVar[tuple[rnnbench.Metric, ...]] = (rnnbench.MSE,)
    target: ClassVar[float] = 0.01
    trivial_forecast: ClassVar[str] = "none"

    @property
    def output_size(self) -> int:
        return 1

    def load(self, archives: Mapping[str, ZipPath]) -> rnnbench.Splits:
        numbers = np.arange(40, dtype=np.float32)[:, None]
        batch = rnnbench.Batch(np.repeat(numbers[:, :, None], 2, axis=1), numbers)
        return rnnbench.Splits(batch, batch, batch)

    def trivial(self, train: rnnbench.Batch, test: rnnbench.Batch) -> Mapping[str, float]:
        return {"mse": 1.0}


def numbered(recipe: Recipe, cell: str = "gru", seed: int = 0) -> LearningTrial:
    """A trial on that task."""
    return LearningTrial(
        suite="s",
        suite_version=1,
        task="numbered",
        dials={"horizon": 2},
        recipe=recipe,
        cell=CellUse(name=cell),
        seed=seed,
        learning_rate=1e-3,
    )


def seen(share: float, cell: str = "gru", seed: int = 0) -> list[list[int]]:
    """Numbers of the examples of an epoch, a list a batch."""
    recipe = Recipe(training_share=share, batch_size=16)
    feed = open_feed(Numbered(), numbered(recipe, cell, seed), {})
    assert feed.steps_per_epoch == 3
    return [batch.targets[:, 0].astype(int).tolist() for batch in feed.epoch()]


def examples(share: float, cell: str = "gru", seed: int = 0) -> set[int]:
    """Which examples are ever seen."""
    return set(chain.from_iterable(seen(share, cell, seed)))


def test_smaller_parts_of_the_training_data_lie_in_larger_ones() -> None:
    """The same ones for every cell, others at another seed."""
    parts = [examples(share) for share in (0.125, 0.25, 0.5, 1.0)]
    assert [len(part) for part in parts] == [5, 10, 20, 40]
    assert all(small < large for small, large in pairwise(parts))
    assert examples(0.125, "lstm") == parts[0]
    assert examples(0.125, seed=1) != parts[0]


def test_an_epoch_has_as_many_steps_on_a_part_as_on_the_whole() -> None:
    """So that less data are not less training: each example comes as often as any other, give or
    take one pass."""
    batches = seen(0.25)
    assert [len(batch) for batch in batches] == [16, 16, 8]
    counts = np.bincount(np.concatenate(batches), minlength=40)
    assert set(counts.tolist()) == {0, 4}


def test_a_trial_on_all_of_the_data_is_called_as_before() -> None:
    """Stored results stay valid: the key is left out of the hash at its default."""
    assert trial_id(numbered(Recipe(training_share=1.0))) == "numbered.h2.gru.s0.26f0fab30057"
    assert trial_id(numbered(Recipe(training_share=0.5))) != trial_id(numbered(Recipe()))


def suite(**reading: object) -> Suite:
    """One claim with one reading: that the LSTM gains on the GRU as the data grow."""
    whole = {
        "cells": ["lstm", "gru"],
        "figure": "score",
        "metric": "accuracy",
        "at_least": 0.01,
        "training_shares": SHARES,
        "tasks": [{"name": "digits-rows"}],
        **reading,
    }
    raw = {
        "version": 1,
        "summary": "growing data",
        "seeds": 10,
        "recipe": {"tune": False, "epochs": 3},
        "claims": [
            {"name": "some-claim", "sentence": "One gains on the other.", "readings": [whole]}
        ],
    }
    return check_suite(raw, "some.toml", Catalogue.present(), Choices())


def decide(growth: float, level: float, *, lost: float = 0.0) -> ClaimFinding:
    """The verdict where the LSTM is ahead by `level` at all the data, and by `growth` less for each
    halving; at the share `lost` no seed of the LSTM came to an end."""
    whole = suite()
    index: dict[str, Any] = {}
    results = []
    while trials := plan(whole, index, ()):
        for trial in trials:
            assert isinstance(trial, LearningTrial)
            noise = np.random.default_rng(
                [trial.seed, int(1000 * trial.recipe.training_share)]
            ).normal(0, 0.002)
            ahead = level + growth * np.log2(trial.recipe.training_share) + noise
            learning = Learning(
                metrics=(MetricNote("accuracy", "", "higher"),),
                target=0.97,
                hidden_size=8,
                parameters=100,
                state_floats=8,
                epochs_run=3,
                steps_per_epoch=35,
                curve=tuple(Epoch(n, 35 * n, 1.0, {"accuracy": 0.5}) for n in (1, 2, 3)),
                chosen_epoch=3,
                epochs_to_target=None,
                test={"accuracy": 0.7 + (ahead if trial.cell.row == "lstm" else 0.0)},
                trivial={"accuracy": 0.1},
                trivial_forecast="majority class",
            )
            status: Status = (
                "timeout"
                if trial.recipe.training_share == lost and trial.cell.row == "lstm"
                else "ok"
            )
            result = Result(
                trial=trial,
                status=status,
                provenance=WHERE,
                started="2026-01-01",
                learning=learning,
            )
            index[trial_id(trial)] = known(result)
            results.append(result)
    assert len(results) == 2 * 10 * len(SHARES)
    return find(results, whole.claims).claims[0]


@pytest.mark.parametrize(
    ("growth", "level", "verdict"),
    [
        (
            0.02,
            0.0,
            "supported",
        ),  # behind on little data, level on all of it: the gap grows all the same
        (0.0, 0.2, "refuted"),  # far ahead, on little data as on much
        (-0.02, 0.2, "refuted"),
        (0.01, 0.0, "undecided"),
    ],
)
def test_what_is_tested_is_growth_and_not_the_lead(
    growth: float, level: float, verdict: str
) -> None:
    """The effect is the slope of the paired difference over doublings of the data."""
    found = decide(growth, level)
    effect = found.readings[0].judged[0].effect
    assert effect is not None
    assert effect.centre == pytest.approx(growth, abs=0.002)
    assert found.verdict == verdict
    assert found.readings[0].judged[0].facets["training data"] == "0.0625 to 1 of it"
    assert (
        "by how much that grows with each doubling of the training data"
        in found.readings[0].summary
    )


def test_a_preview_names_each_model_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts of the training data make no other model."""
    monkeypatch.setattr(preview, "_sized", lambda trials: [trial_id(trial) for trial in trials])
    sizes = list(preview._sizes(suite(), Catalogue.present()))
    assert len(sizes) > len(set(sizes)) == 2


def test_a_seed_that_lacks_one_of_the_parts_says_nothing() -> None:
    """A slope needs both cells on each part."""
    found = decide(0.02, 0.0, lost=0.25).readings[0].judged[0]
    assert found.state == "open"
    assert found.lost == ("10 seeds lost: timeout",)


def test_a_slope_is_that_of_least_squares() -> None:
    """Against numpy's fit of a line."""
    rng = np.random.default_rng(3)
    doublings = np.array([0.0, -4, -2, -1])
    ours = rng.random(4)
    theirs = rng.random(4)
    figures = tuple(np.stack([ours, theirs], axis=1).ravel().tolist())
    assert slope(figures, doublings) == pytest.approx(np.polyfit(doublings, ours - theirs, 1)[0])


@pytest.mark.parametrize(
    ("reading", "message"),
    [
        (
            {"figure": "epochs", "metric": "", "at_least": 1.1},
            "training_shares: needs the `score` of two cells",
        ),
        (
            {"cells": ["lstm"]},
            "training_shares: needs the `score` of two cells on two shares or more",
        ),
        ({"training_shares": [0.5, 0.5]}, "on two shares or more"),
        (
            {"tasks": [{"name": "parity"}]},
            "parity: training on a share of the data needs separate recorded examples",
        ),
        (
            {"metric": "", "tasks": [{"name": "char-lm"}]},
            "char-lm: training on a share of the data needs separate recorded examples",
        ),
        (
            {
                "training_shares": [],
                "tasks": [{"name": "parity", "recipe": {"training_share": 0.5}}],
            },
            "parity: training on a share of the data needs separate recorded examples",
        ),
    ],
)
def test_shares_of_what_has_none_are_refused(reading: dict[str, object], message: str) -> None:
    """With the task, where that is the reason."""
    with pytest.raises(RnnbenchError) as caught:
        suite(**reading)
    assert message in str(caught.value)
