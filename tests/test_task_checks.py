"""The checks of tasks: each fails on a task that breaks its law, and all pass on the installed ones
that are sound."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest

import rnnbench
from rnnbench.catalogue import Catalogue
from rnnbench.testing import TASK_CHECKS, check_task
from tests.builders.matrix import each

CLOCK = iter(range(10**6))


@dataclass(frozen=True)
class First(rnnbench.GeneratedTask):
    """Name the first of `horizon` tokens."""

    horizon: int = 6
    name: ClassVar[str] = "first"
    loss: ClassVar[rnnbench.Loss] = "cross-entropy"
    metrics: ClassVar[tuple[rnnbench.Metric, ...]] = (rnnbench.ACCURACY, rnnbench.CROSS_ENTROPY)
    target: ClassVar[float] = 0.99
    trivial_forecast: ClassVar[str] = "any token"

    @property
    def vocabulary(self) -> int:
        return 4

    @property
    def output_size(self) -> int:
        return 4

    def generate(self, rng: np.random.Generator, count: int) -> rnnbench.Batch:
        tokens = rng.integers(0, 4, (count, self.horizon))
        return rnnbench.Batch(tokens, tokens[:, 0])

    def trivial(self, train: rnnbench.Batch, test: rnnbench.Batch) -> Mapping[str, float]:
        return {"accuracy": 0.25, "cross-entropy": np.log(4)}

    def blind_score(self, steps: int) -> float:
        return 0.25


def oracle(batch: rnnbench.Batch) -> np.ndarray:
    """The right answers."""
    return np.eye(4)[batch.inputs[:, 0]]


class Short(First):
    def generate(self, rng: np.random.Generator, count: int) -> rnnbench.Batch:
        return super().generate(rng, max(1, count - 1))


class Clocked(First):
    def generate(self, rng: np.random.Generator, count: int) -> rnnbench.Batch:
        return super().generate(np.random.default_rng(next(CLOCK)), count)


class Stuck(First):
    def generate(self, rng: np.random.Generator, count: int) -> rnnbench.Batch:
        return super().generate(np.random.default_rng(0), count)

    def blind_score(self, steps: int) -> None:  # type: ignore[override]
        return None


class Skewed(First):
    """Two thirds of its answers are 0, and chance is said to be a quarter."""

    def generate(self, rng: np.random.Generator, count: int) -> rnnbench.Batch:
        tokens = np.maximum(rng.integers(-6, 4, (count, self.horizon)), 0)
        return rnnbench.Batch(tokens, tokens[:, 0])

    def blind_score(self, steps: int) -> None:  # type: ignore[override]
        return None


class Solved(First):
    def trivial(self, train: rnnbench.Batch, test: rnnbench.Batch) -> Mapping[str, float]:
        return {"accuracy": 0.995}


class Leaky(First):
    """The last token is the answer too."""

    def generate(self, rng: np.random.Generator, count: int) -> rnnbench.Batch:
        batch = super().generate(rng, count)
        batch.inputs[:, -1] = batch.inputs[:, 0]
        return batch


@dataclass(frozen=True)
class Recorded(rnnbench.RecordedTask):
    """The same question over recorded data; `shared` sequences of the training data stand in the
    test data too."""

    horizon: int = 6
    shared: int = 0
    name: ClassVar[str] = "recorded-first"
    loss: ClassVar[rnnbench.Loss] = "cross-entropy"
    metrics: ClassVar[tuple[rnnbench.Metric, ...]] = (rnnbench.ACCURACY,)
    target: ClassVar[float] = 0.99
    trivial_forecast: ClassVar[str] = "majority class"

    @property
    def output_size(self) -> int:
        return 2

    def load(self, archives: Mapping[str, object]) -> rnnbench.Splits:
        rng = np.random.default_rng(0)
        inputs = rng.normal(size=(300, self.horizon, 1)).astype(np.float32)
        inputs[200 : 200 + self.shared] = inputs[: self.shared]
        everything = rnnbench.Batch(inputs, (inputs[:, 0, 0] > 0).astype(np.int64))
        return rnnbench.Splits(
            *(everything.take(np.arange(start, start + 100)) for start in (0, 100, 200))
        )

    def trivial(self, train: rnnbench.Batch, test: rnnbench.Batch) -> Mapping[str, float]:
        return {"accuracy": float(np.mean(test.targets == np.bincount(train.targets).argmax()))}


class Watched(Recorded):
    """On validation data, where the target is watched, the trivial forecast is at the target."""

    def trivial(self, train: rnnbench.Batch, test: rnnbench.Batch) -> Mapping[str, float]:
        validation = self.load({}).validation
        return {"accuracy": 1.0 if np.array_equal(test.inputs, validation.inputs) else 0.6}


BROKEN = [
    (Short(), {"form"}, "2 examples were asked for, and 1 came"),
    (Clocked(), {"function"}, "with the same generator, inputs differ"),
    (Stuck(), {"function"}, "the generator is not used"),
    (
        Skewed(),
        {"chance"},
        "a constant answer scores 0.6.*, and the task states 0.25 for the trivial forecast: .* better",
    ),
    (
        Solved(),
        {"chance"},
        "the trivial forecast scores 0.995 by accuracy, which is the target of 0.99 or better",
    ),
    (
        Leaky(),
        {"blind"},
        (
            "a linear reader of the last 3 steps scores 1 where blind_score says 0.25.*: the answer"
            " leaks"
        ),
    ),
    (
        Watched(),
        {"chance"},
        "on validation data, where the target is watched, which is the target of 0.99 or better",
    ),
    (Recorded(shared=1), {"splits"}, "sequence 0 of the test data is in the train data too"),
]


@pytest.mark.parametrize(
    ("task", "laws", "says"), BROKEN, ids=[type(task).__name__ for task, _, _ in BROKEN]
)
def test_a_broken_task_fails_the_check_of_its_law(
    task: rnnbench.Task, laws: set[str], says: str
) -> None:
    """And only that one."""
    failed = {o.check: o.sentence for o in check_task(task) if o.status == "failed"}
    assert failed.keys() == laws, failed
    assert re.search(says, " ".join(failed.values())), failed


def test_an_oracle_that_falls_short_is_told() -> None:
    """The right answers pass, answers of the second token do not."""

    def wrong(batch: rnnbench.Batch) -> np.ndarray:
        return np.eye(4)[batch.inputs[:, 1]]

    outcomes = {o.check: o for o in check_task(First(), oracle)}
    assert {o.status for name, o in outcomes.items() if name != "splits"} == {"passed"}
    assert list(outcomes) == [check.name for check in TASK_CHECKS]
    (last,) = [o for o in check_task(First(), wrong) if o.check == "oracle"]
    assert last.status == "failed"
    assert "and the target is 0.99" in last.sentence


class Untargeted(First):
    """The same without a target."""

    target: ClassVar[float | None] = None  # type: ignore[assignment]


def test_without_a_target_the_oracle_must_beat_the_trivial_forecast() -> None:
    """All other laws hold as they do with a target."""
    outcomes = {o.check: o.status for o in check_task(Untargeted(), oracle)}
    assert {status for name, status in outcomes.items() if name != "splits"} == {"passed"}
    (last,) = [
        o
        for o in check_task(Untargeted(), lambda batch: np.eye(4)[3 - batch.inputs[:, 0]])
        if o.check == "oracle"
    ]
    assert last.status == "failed"
    assert last.sentence.endswith("and the trivial forecast 0.25")


GENERATED = [
    name
    for name, contribution in Catalogue.present().tasks.items()
    if issubclass(contribution.item, rnnbench.GeneratedTask)
]


@pytest.mark.parametrize("name", each([*GENERATED, "digits-rows"], 3))
def test_every_installed_task_without_archives_passes(name: str) -> None:
    """At its default dials."""
    task = Catalogue.present().tasks[name].item()  # type: ignore[call-arg]
    assert {o.check: o.sentence for o in check_task(task) if o.status == "failed"} == {}
