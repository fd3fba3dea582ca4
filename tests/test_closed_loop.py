"""Closed loops: a model that reads its own forecasts, against the same one asked anew at each step;
settings with metrics of their own."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
import pytest
import torch
from torch import Tensor, nn

import rnnbench
from rnnbench import Batch
from rnnbench.contracts import Array
from rnnbench.errors import RnnbenchError
from rnnbench.model import Model, Size
from rnnbench.training import open_feed, train
from rnnbench.training.closed_loop import LARGEST, continued
from rnnbench.training.contract import check_batch
from rnnbench.training.evaluation import evaluate
from tests.builders.modes import build, lstm
from tests.builders.records import learning_trial
from tests.builders.training import SMALL

CPU = torch.device("cpu")
LATE = rnnbench.Metric("late", "squared error of the last step", "lower", lambda o, t, extra: 0.0)
TURN = np.array([[np.cos(0.3), -np.sin(0.3)], [np.sin(0.3), np.cos(0.3)]])


@dataclass(frozen=True)
class Circle(rnnbench.GeneratedTask):
    """A point on a circle, a step of 0.3 ahead.  answer at each step: where it is then"""

    horizon: int = 6
    name: ClassVar[str] = "circle"
    loss: ClassVar[rnnbench.Loss] = "squared-error"
    readout: ClassVar[rnnbench.Readout] = "every-step"
    metrics: ClassVar[tuple[rnnbench.Metric, ...]] = (rnnbench.MSE,)
    target: ClassVar[float] = 0.01
    trivial_forecast: ClassVar[str] = "zero"

    @property
    def output_size(self) -> int:
        return 2

    def generate(self, rng: np.random.Generator, count: int) -> Batch:
        angles = rng.uniform(0, 7, (count, 1)) + 0.3 * np.arange(self.horizon + 5)
        points = np.stack([np.cos(angles), np.sin(angles)], axis=-1).astype(np.float32)
        prompt = np.full(count, self.horizon)
        mask = np.broadcast_to(np.arange(self.horizon + 4) >= self.horizon - 1, (count, 10))
        return Batch(points[:, :-1], points[:, 1:], prompt=prompt, mask=mask.copy())

    def trivial(self, train: Batch, test: Batch) -> Mapping[str, float]:
        return {metric.name: 1.0 for metric in self.metrics}

    def elsewhere(self) -> Mapping[str, rnnbench.GeneratedTask]:
        return {"free": FreeCircle(self.horizon)}


@dataclass(frozen=True)
class FreeCircle(Circle):
    """The same in a closed loop.  answer at each step: where the point is then"""

    mode: ClassVar[rnnbench.Mode] = "closed-loop"
    metrics: ClassVar[tuple[rnnbench.Metric, ...]] = (rnnbench.MSE, LATE)

    def elsewhere(self) -> Mapping[str, rnnbench.GeneratedTask]:
        return {}


class Turning(nn.Module):
    """y = R x: the right answer, without a state."""

    def forward(self, x: Tensor, state: Any = None) -> tuple[Tensor, None]:
        return x @ torch.tensor(TURN.T, dtype=x.dtype), None


class Exploding(nn.Module):
    """h_t = 1e5 (h_{t-1} + x_t), which is no number after a few steps."""

    def forward(self, x: Tensor, state: Tensor | None = None) -> tuple[Tensor, Tensor]:
        h = torch.zeros_like(x[:, 0]) if state is None else state
        outputs = []
        for x_t in x.unbind(1):
            h = 1e5 * (h + x_t)
            outputs.append(h)
        return torch.stack(outputs, 1), h


def data_of(task: rnnbench.GeneratedTask, count: int = 5) -> Batch:
    return task.generate(np.random.default_rng(0), count)


def asked_anew(model: Model, inputs: Tensor, prompt: int) -> Tensor:
    """Every step from the initial state, over what was given and what was forecast so far."""
    seen = inputs[:, :prompt]
    outputs = model(seen)
    for _ in range(prompt, inputs.shape[1]):
        seen = torch.cat([seen, outputs[:, -1:]], dim=1)
        outputs = model(seen)
    return outputs


@pytest.mark.parametrize(
    "cell", [lstm, lambda inputs, hidden: Turning()], ids=["lstm", "stateless"]
)
@pytest.mark.parametrize("prompt", [1, 6, 10])
def test_forecasts_are_read_in_place_of_the_series(cell: Any, prompt: int) -> None:
    """With the state carried on, and without one, it is what the model answers when asked anew; up
    to the prompt, it is what the model answers to the series itself."""
    data = data_of(FreeCircle())
    model = build(FreeCircle(), data, cell)
    inputs = torch.from_numpy(data.inputs)
    with torch.inference_mode():
        outputs = continued(model, inputs, prompt)
        torch.testing.assert_close(outputs, asked_anew(model, inputs, prompt))
        torch.testing.assert_close(outputs[:, :prompt], model(inputs)[:, :prompt])
    assert outputs.shape == data.targets.shape


def test_what_comes_behind_the_prompt_is_not_read() -> None:
    """A score of other inputs there is the same, and that of other inputs before it is not."""
    data = data_of(FreeCircle(), 20)
    model = build(FreeCircle(), data)

    def score(inputs: Array) -> float:
        return evaluate(model, FreeCircle(), replace(data, inputs=inputs), CPU).scores["mse"]

    before, behind = data.inputs.copy(), data.inputs.copy()
    before[:, 5] += 1
    behind[:, 6:] = 99
    assert score(behind) == score(data.inputs)
    assert score(before) != score(data.inputs)


def test_a_perfect_model_stays_right_in_a_closed_loop() -> None:
    """It is asked from the end of the prompt on."""
    data = data_of(FreeCircle())
    model = build(FreeCircle(), data, lambda inputs, hidden: Turning())
    model.readout = nn.Identity()
    assert evaluate(model, FreeCircle(), data, CPU).scores["mse"] < 1e-12


def test_a_loop_that_explodes_has_finite_forecasts() -> None:
    """They are wrong, and have a score."""
    data = data_of(FreeCircle())
    model = build(FreeCircle(), data, lambda inputs, hidden: Exploding())
    model.readout = nn.Identity()
    with torch.inference_mode():
        outputs = continued(model, torch.from_numpy(data.inputs), 1)
        assert not asked_anew(model, torch.from_numpy(data.inputs), 1).isfinite().all()
    assert outputs[:, 1:].abs().max() == LARGEST
    assert evaluate(model, FreeCircle(), data, CPU).scores["mse"] > LARGEST


def test_a_setting_has_metrics_of_its_own() -> None:
    """A training in the mode "sequence" is tested in a closed loop too, by the metrics of that
    setting."""
    task = Circle()
    trial = learning_trial(task="circle", dials={"horizon": 6}, recipe=SMALL)
    feed = open_feed(task, trial, {})
    learning = train(trial, task, build(task, feed.example()), feed, Size(8, None)).learning
    names = ["mse", "mse@free", "late@free"]
    assert [note.name for note in learning.metrics] == names
    assert set(learning.test) == set(learning.trivial) == set(names)
    assert learning.test["mse"] != learning.test["mse@free"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"prompt": None}, "squared errors at every step, and prompts of one length"),
        ({"prompt": np.array([2, 2, 3, 3, 3])}, "prompts of one length"),
        ({"prompt": np.full(5, 11)}, "prompt should be from 1 to 10, got 11"),
        ({"inputs": np.zeros((5, 10, 3), np.float32)}, "as many features as outputs, and no token"),
    ],
)
def test_mistakes_are_told_in_the_words_of_the_contract(
    changes: dict[str, Array | None], said: str
) -> None:
    """Task, what it should be, what was found."""
    check_batch(FreeCircle(), data_of(FreeCircle()))
    with pytest.raises(RnnbenchError, match=f"circle: .*{said}"):
        check_batch(FreeCircle(), replace(data_of(FreeCircle()), **changes))  # type: ignore[arg-type]
