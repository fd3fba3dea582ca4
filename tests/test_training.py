"""Training: common randomness, stopping rules, clipping, the same bits."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import msgspec
import numpy as np
import pytest
import torch
from torch import nn

import rnnbench
from rnnbench.contracts import Batch
from rnnbench.model import Model
from rnnbench.records import CellUse, Epoch, Learning, LearningTrial, Recipe
from rnnbench.runner import run_trial
from rnnbench.training import Outcome, open_feed, train
from rnnbench.training.optimiser import clip_gradient
from rnnbench_tasks.images.digits import DigitsRows
from rnnbench_tasks.long_range.adding import Adding
from rnnbench_tasks.recall.recall_first import RecallFirst
from tests.builders.records import learning_trial
from tests.builders.training import SIZE, SMALL, small_model


def stream(trial: LearningTrial, task: rnnbench.Task, epochs: int = 2) -> list[np.ndarray]:
    feed = open_feed(task, trial, {})
    inputs: list[np.ndarray] = []
    for _ in range(epochs):
        inputs += [batch.inputs for batch in feed.epoch()]
    return [*inputs, feed.validation.inputs, feed.test.inputs]


@pytest.mark.parametrize("task", [Adding(10), DigitsRows()])
def test_all_cells_see_the_same_batches_in_the_same_order(task: rnnbench.Task) -> None:
    """The stream depends on task, dials and seed; not on cell, learning rate, or size of the
    model."""
    trial = learning_trial(task=task.name, recipe=SMALL)
    other_cell = learning_trial(
        task=task.name,
        recipe=msgspec.structs.replace(SMALL, parameters=900, optimiser="sgd"),
        cell=CellUse(name="lstm"),
        learning_rate=0.5,
    )
    other_seed = learning_trial(task=task.name, recipe=SMALL, seed=1)
    ours = stream(trial, task)
    assert all(np.array_equal(a, b) for a, b in zip(ours, stream(other_cell, task), strict=True))
    assert not np.array_equal(ours[0], stream(other_seed, task)[0])


def test_training_validation_and_test_data_are_different() -> None:
    """Three streams, none of which repeats another."""
    batches = stream(learning_trial(recipe=SMALL), Adding(10))
    rows = np.concatenate(batches).reshape(-1, 20)
    assert len(np.unique(rows, axis=0)) == len(rows)


def test_an_epoch_of_recorded_data_is_one_pass() -> None:
    """Every training image once, in another order each epoch, the last batch smaller."""
    feed = open_feed(
        DigitsRows(), learning_trial(task="digits-rows", recipe=Recipe(batch_size=64)), {}
    )
    first, second = (list(feed.epoch()) for _ in range(2))
    assert len(first) == feed.steps_per_epoch == 18
    assert sum(map(len, first)) == 1100
    assert not np.array_equal(first[0].inputs, second[0].inputs)
    images = [
        np.sort(np.concatenate([b.inputs for b in e]).reshape(1100, -1), axis=0)
        for e in (first, second)
    ]
    assert np.array_equal(*images)


@pytest.mark.parametrize("norm", [0.5, 3.0])
def test_gradients_above_the_norm_are_really_cut(norm: float) -> None:
    """After `clip_gradient` the norm over all parameters is the one asked for; below it nothing
    changes; 0 is off."""
    model = nn.Sequential(nn.Linear(4, 4), nn.Linear(4, 4))

    def total() -> float:
        return math.sqrt(
            sum(p.grad.square().sum().item() for p in model.parameters() if p.grad is not None)
        )

    (1000 * model(torch.ones(2, 4))).sum().backward()
    before = total()
    clip_gradient(model, 0.0)
    assert total() == before > norm
    clip_gradient(model, norm)
    assert total() == pytest.approx(norm, rel=1e-4)
    clip_gradient(model, 10 * norm)
    assert total() == pytest.approx(norm, rel=1e-4)


def test_clipping_takes_effect_between_backward_and_the_step() -> None:
    """With plain SGD the first step moves the weights by at most rate x norm."""
    recipe = msgspec.structs.replace(
        SMALL, optimiser="sgd", clip_norm=0.01, epochs=1, steps_per_epoch=1, stop_when_solved=False
    )
    moved = []
    for clip in (0.01, 0.0):
        trial = learning_trial(
            recipe=msgspec.structs.replace(recipe, clip_norm=clip), learning_rate=1.0
        )
        feed = open_feed(Adding(10), trial, {})
        torch.manual_seed(0)
        model = small_model(Adding(10), feed)
        before = [p.detach().clone() for p in model.parameters()]
        train(trial, Adding(10), model, feed, SIZE)
        moved.append(
            math.sqrt(
                sum(
                    (p - b).square().sum().item()
                    for p, b in zip(model.parameters(), before, strict=True)
                )
            )
        )
    assert moved[0] == pytest.approx(0.01, rel=1e-3)
    assert moved[1] > 0.02


@dataclass(frozen=True)
class Scripted(rnnbench.GeneratedTask):
    """A task whose validation scores are written down beforehand.  answer: none"""

    horizon: int = 4
    script: tuple[float, ...] = ()
    name: ClassVar[str] = "scripted"
    loss: ClassVar[rnnbench.Loss] = "squared-error"
    target: ClassVar[float] = 0.9
    trivial_forecast: ClassVar[str] = "nothing"
    calls: ClassVar[list[int]] = []

    @property
    def metrics(self) -> tuple[rnnbench.Metric, ...]:  # type: ignore[override]
        return (rnnbench.Metric("scripted", "", "higher", lambda *_: self._next()),)

    def _next(self) -> float:
        self.calls.append(1)
        return self.script[len(self.calls) - 1]

    @property
    def output_size(self) -> int:
        return 1

    def generate(self, rng: np.random.Generator, count: int) -> Batch:
        return Batch(
            rng.random((count, self.horizon, 1), dtype=np.float32), np.zeros((count, 1), np.float32)
        )

    def trivial(self, train: Batch, test: Batch) -> Mapping[str, float]:
        return {"scripted": 0.5}


class Untargeted(Scripted):
    """The same without a target."""

    target: ClassVar[float | None] = None  # type: ignore[assignment]


def follow(
    script: tuple[float, ...],
    *,
    stop: bool = True,
    epochs: int = 6,
    futility: int = 0,
    kind: type[Scripted] = Scripted,
) -> Outcome:
    """Train along a script of validation scores; the test score comes after the last of them."""
    return follow_with_model(script, stop=stop, epochs=epochs, futility=futility, kind=kind)[0]


def follow_with_model(
    script: tuple[float, ...],
    *,
    stop: bool = True,
    epochs: int = 6,
    futility: int = 0,
    kind: type[Scripted] = Scripted,
) -> tuple[Outcome, Model]:
    """The same, with the model as training leaves it."""
    torch.manual_seed(0)
    Scripted.calls.clear()
    task = kind(script=script)
    recipe = msgspec.structs.replace(
        SMALL, epochs=epochs, stop_when_solved=stop, futility_epochs=futility
    )
    trial = learning_trial(recipe=recipe)
    feed = open_feed(task, trial, {})
    model = small_model(task, feed)
    return train(trial, task, model, feed, SIZE), model


@pytest.mark.parametrize(
    ("script", "epochs_to_target", "epochs_run"),
    [
        ((0.1, 0.9, 0.95, 0.1, 0.1, 0.1), 2, 3),
        ((0.1, 0.9, 0.1, 0.9, 0.9, 0.1), 4, 5),
        ((0.9, 0.1, 0.9, 0.1, 0.9, 0.1), None, 6),
        ((0.1, 0.1, 0.1, 0.1, 0.1, 0.9), None, 6),
        ((0.9, 0.9, 0.1, 0.1, 0.1, 0.1), 1, 2),
    ],
)
def test_solved_means_twice_in_a_row(
    script: tuple[float, ...], epochs_to_target: int | None, epochs_run: int
) -> None:
    """The first of two evaluations in a row at the target; a single one, or the last alone, is
    right-censored."""
    learning = (
        follow((*script, 0.7)).learning if epochs_to_target is None else follow(script).learning
    )
    assert learning.epochs_to_target == epochs_to_target
    assert learning.epochs_run == epochs_run
    assert ("epochs_to_target" in learning.absent) == (epochs_to_target is None)


def test_without_a_target_training_lasts_for_the_budget() -> None:
    """Whatever the scores: nothing stops at a target that nobody set, and the best epoch is the
    first of equal ones. That there are no epochs to target has a reason."""
    script = (0.1, 0.95, 0.99, 0.99, 0.99, 0.2)
    outcome = follow((*script, 0.7), kind=Untargeted)
    learning = outcome.learning
    assert (outcome.status, outcome.reason) == ("ok", "")
    assert (learning.epochs_run, learning.chosen_epoch, learning.target) == (6, 3, None)
    assert learning.epochs_to_target is None
    assert learning.absent == {"epochs_to_target": "the task has no target"}
    assert follow((*script, 0.7)).learning.epochs_run == 3


def test_without_a_target_a_plateau_completes_a_training() -> None:
    """With a target, the same training is given up and counts as unsolved."""
    script = (0.1, 0.5, 0.4, 0.3, 0.2)
    for kind, status in ((Untargeted, "ok"), (Scripted, "stopped")):
        outcome = follow(script, kind=kind, futility=2)
        assert outcome.status == status
        assert bool(outcome.reason) == (status == "stopped")
        assert (outcome.learning.epochs_run, outcome.learning.chosen_epoch) == (4, 2)


def test_without_stopping_the_first_solution_is_kept() -> None:
    """The whole budget runs, and epochs to target stay those of the first time."""
    learning = follow((0.9, 0.9, 0.1, 0.95, 0.96, 0.97, 0.6), stop=False).learning
    assert (learning.epochs_to_target, learning.epochs_run, learning.chosen_epoch) == (1, 6, 6)
    assert learning.test == {"scripted": 0.6}


def test_the_test_data_are_scored_once_with_the_weights_of_the_best_epoch() -> None:
    """The chosen epoch is the first of the best on validation data."""
    learning = follow((0.1, 0.5, 0.3, 0.5, 0.2, 0.2, 0.42)).learning
    assert learning.chosen_epoch == 2
    assert learning.test == {"scripted": 0.42}
    assert len(Scripted.calls) == 7


def test_the_weights_that_are_tested_are_those_of_the_chosen_epoch() -> None:
    """Six epochs of which the second was best leave the weights of two epochs, and not those of
    six."""
    _, chosen = follow_with_model((0.1, 0.5, 0.3, 0.2, 0.2, 0.2, 0.4))
    _, short = follow_with_model((0.1, 0.5, 0.4), epochs=2)
    _, last = follow_with_model((0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.4))
    for name, weight in chosen.state_dict().items():
        assert torch.equal(weight, short.state_dict()[name])
        assert not torch.equal(weight, last.state_dict()[name])


@pytest.mark.parametrize("task", [Adding(10), RecallFirst(10)])
@pytest.mark.parametrize(
    "optimiser", [torch.optim.SGD, torch.optim.Adam, torch.optim.AdamW, torch.optim.RMSprop]
)
def test_training_equals_the_same_loop_written_by_hand(
    task: rnnbench.GeneratedTask, optimiser: type[torch.optim.Optimizer]
) -> None:
    """The same batches, loss, clipping and optimiser give the same weights, to rounding."""
    recipe = msgspec.structs.replace(
        SMALL, optimiser=optimiser.__name__.lower(), clip_norm=0.3, epochs=1
    )
    trial = learning_trial(task=task.name, recipe=recipe, learning_rate=0.05)
    models = []
    for _ in range(2):
        torch.manual_seed(0)
        models.append(small_model(task, open_feed(task, trial, {})))
    train(trial, task, models[0], open_feed(task, trial, {}), SIZE)
    by_hand = optimiser(models[1].parameters(), lr=0.05)  # type: ignore[call-arg]
    for batch in open_feed(task, trial, {}).epoch():
        outputs = models[1](torch.from_numpy(batch.inputs))
        targets = torch.from_numpy(batch.targets)
        loss = (
            ((outputs - targets) ** 2).mean()
            if task.vocabulary is None
            else nn.CrossEntropyLoss()(outputs, targets)
        )
        by_hand.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(models[1].parameters(), 0.3)
        by_hand.step()
    for ours, theirs in zip(models[0].parameters(), models[1].parameters(), strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-6, atol=1e-7)


def test_evaluation_switches_dropout_off_and_training_on_again() -> None:
    """Seen from inside a cell: in training mode on training batches, in evaluation mode on the
    others, of which the three sequences that the result shows are the last."""
    seen = []

    class Watching(nn.GRU):
        def forward(self, x: torch.Tensor, state: object = None) -> object:  # type: ignore[override]
            seen.append((len(x), self.training))
            return super().forward(x)

    trial = learning_trial(
        recipe=msgspec.structs.replace(SMALL, epochs=2, validation_examples=17, test_examples=19)
    )
    feed = open_feed(Adding(10), trial, {})
    model = small_model(Adding(10), feed, Watching)
    seen.clear()
    train(trial, Adding(10), model, feed, SIZE)
    assert seen == [*[(8, True)] * 4, (17, False)] * 2 + [(19, False), (3, False)]


def test_a_score_that_is_not_a_number_ends_in_divergence() -> None:
    """It is a result: status, epoch, the curve so far, and no test score."""
    outcome = follow((0.1, 0.2, math.nan))
    assert outcome.status == "diverged"
    assert [epoch.epoch for epoch in outcome.learning.curve] == [1, 2]
    assert outcome.learning.test == {}
    assert (
        outcome.learning.absent["test"]
        == "validation scripted is not finite in epoch 3: came out as nan"
    )


def precision(outputs: np.ndarray, targets: np.ndarray, extra: Mapping[str, np.ndarray]) -> float:
    """Of the calls of a class that nothing is called in the first two evaluations."""
    PRECISION_CALLS.append(len(targets))
    return math.nan if len(PRECISION_CALLS) <= 2 else 0.25


def raising(outputs: np.ndarray, targets: np.ndarray, extra: Mapping[str, np.ndarray]) -> float:
    """0 / 0, as plain Python says it."""
    return float(len(targets) / 0)


PRECISION_CALLS: list[int] = []


class Rare(Adding):
    """A task with metrics beside the one that decides."""

    metrics: ClassVar[tuple[rnnbench.Metric, ...]] = (
        rnnbench.MSE,
        rnnbench.Metric("precision", "share of the calls", "higher", precision),
        rnnbench.Metric("ratio", "share", "higher", raising),
    )


def test_only_the_metric_that_decides_must_be_finite() -> None:
    """Another one is absent in the epochs in which it has no value, with the reason, and the trial
    goes on."""
    PRECISION_CALLS.clear()
    trial = learning_trial(recipe=SMALL)
    feed = open_feed(Rare(10), trial, {})
    outcome = train(trial, Rare(10), small_model(Rare(10), feed), feed, SIZE)
    learning = outcome.learning
    assert (outcome.status, len(learning.curve)) == ("ok", 3)
    assert [sorted(epoch.validation) for epoch in learning.curve] == [
        ["mse"],
        ["mse"],
        ["mse", "precision"],
    ]
    assert learning.curve[0].absent == {
        "precision": "came out as nan",
        "ratio": "raised ZeroDivisionError: division by zero",
    }
    assert learning.test["precision"] == 0.25
    assert learning.absent["test ratio"] == "raised ZeroDivisionError: division by zero"
    assert msgspec.json.decode(msgspec.json.encode(learning), type=Learning) == learning


def test_a_deciding_metric_that_raises_is_an_error() -> None:
    """There is nothing to choose an epoch by."""

    class Undecided(Adding):
        metrics: ClassVar[tuple[rnnbench.Metric, ...]] = (
            rnnbench.Metric("ratio", "share", "higher", raising),
        )

    trial = learning_trial(recipe=SMALL)
    feed = open_feed(Undecided(10), trial, {})
    with pytest.raises(ZeroDivisionError):
        train(trial, Undecided(10), small_model(Undecided(10), feed), feed, SIZE)


def test_an_epoch_that_was_stored_before_has_nothing_absent() -> None:
    """The field came later."""
    before = b'{"epoch":1,"step":2,"train_loss":0.5,"validation":{"mse":0.25}}'
    assert msgspec.json.decode(before, type=Epoch).absent == {}


def test_a_test_score_that_is_not_finite_is_absent_with_a_reason() -> None:
    """NaN is not a figure."""
    learning = follow((0.1, 0.2, 0.3, 0.1, 0.1, 0.1, math.inf)).learning
    assert learning.test == {}
    assert learning.absent["test scripted"] == "came out as inf"


@pytest.mark.parametrize(
    ("cell", "task"), [("rnn", "adding"), ("gru", "recall-first"), ("lstm", "digits-rows")]
)
def test_the_same_trial_gives_the_same_bits(cell: str, task: str) -> None:
    """Every learning figure, to the last bit; another seed gives others."""
    options = {
        "rnn": {"nonlinearity": "tanh"},
        "gru": {},
        "lstm": {"forget_bias": 1.0, "chrono": 0.0},
    }[cell]
    dials: dict[str, object] = {"horizon": 6} if task != "digits-rows" else {}
    trial = learning_trial(
        cell=CellUse(name=cell, options=options),
        task=task,
        dials=dials,
        recipe=SMALL,
        learning_rate=0.01,
    )
    one = run_trial(trial)
    two = run_trial(trial)
    assert one.status == two.status == "ok", one.reason
    assert msgspec.json.encode(one.learning) == msgspec.json.encode(two.learning)
    other = run_trial(msgspec.structs.replace(trial, seed=1))
    assert other.learning != one.learning


def test_options_of_a_cell_reach_it() -> None:
    """Another forget bias, chrono or nonlinearity is another trial with other figures."""
    uses = [
        CellUse(name="lstm", options={"forget_bias": 1.0, "chrono": 0.0}),
        CellUse(name="lstm", options={"forget_bias": -3.0, "chrono": 0.0}),
        CellUse(name="lstm", options={"forget_bias": 1.0, "chrono": 30.0}),
        CellUse(name="rnn", options={"nonlinearity": "tanh"}),
        CellUse(name="rnn", options={"nonlinearity": "relu"}),
        CellUse(name="rnn", options={"nonlinearity": "gelu"}),
    ]
    results = [
        run_trial(learning_trial(cell=use, recipe=SMALL, learning_rate=0.01)) for use in uses
    ]
    assert {result.status for result in results} == {"ok"}
    assert len({result.learning.test["mse"] for result in results if result.learning}) == len(uses)


def test_the_seed_moves_the_weights_and_not_only_the_data(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the data of seed 0, seed 1 still gives other figures."""
    trial = learning_trial(recipe=SMALL, learning_rate=0.01)
    of_zero = run_trial(trial)
    monkeypatch.setattr(
        "rnnbench.runner.data.open_feed",
        lambda task, _, archives: open_feed(task, trial, archives),
    )
    of_one = run_trial(msgspec.structs.replace(trial, seed=1))
    assert of_zero.learning
    assert of_one.learning
    assert of_zero.learning.trivial == of_one.learning.trivial
    assert of_zero.learning.test != of_one.learning.test


@pytest.mark.parametrize("task", [DigitsRows()])
def test_recorded_data_come_in_their_own_splits(task: DigitsRows) -> None:
    """Training batches from training data, validation from validation, test from test."""
    splits = task.load({})
    feed = open_feed(task, learning_trial(task=task.name), {})
    assert np.array_equal(feed.validation.inputs, splits.validation.inputs)
    assert np.array_equal(feed.test.inputs, splits.test.inputs)
    trained = np.concatenate([batch.inputs for batch in feed.epoch()]).reshape(
        len(splits.train), -1
    )
    assert np.array_equal(
        np.sort(trained, axis=0), np.sort(splits.train.inputs.reshape(len(trained), -1), axis=0)
    )


@dataclass(frozen=True)
class Odd(Scripted):
    """A task with a mistake.  answer: none"""

    name: ClassVar[str] = "odd"
    mistake: str = ""

    def generate(self, rng: np.random.Generator, count: int) -> Batch:
        inputs = rng.random((count, 4, 1), dtype=np.float32)
        targets = np.zeros((count, 1), np.float32)
        return {  # type: ignore[return-value]
            "a tuple": (inputs, targets),
            "float64": Batch(inputs.astype(np.float64), targets),
            "no features": Batch(inputs[..., 0], targets),
            "flat targets": Batch(inputs, targets[:, 0]),
            "not a number": Batch(inputs * np.nan, targets),
            "lists": Batch(inputs.tolist(), targets),
            "nothing": Batch(inputs[:0], targets[:0]),
            "its own dice": Batch(np.random.rand(count, 4, 1).astype(np.float32), targets),
        }[self.mistake]


@pytest.mark.parametrize(
    ("mistake", "complaint"),
    [
        ("a tuple", r"odd: data should come as rnnbench.Batch, got tuple"),
        ("float64", r"odd: inputs should be float32 \(B, T, I\), got float64 \(2, 4, 1\)"),
        ("no features", r"odd: inputs should be float32 \(B, T, I\), got float32 \(2, 4\)"),
        ("flat targets", r"odd: targets should be float32 \(B, output_size\), got float32 \(2,\)"),
        ("not a number", "odd: inputs hold numbers that are not finite"),
        ("lists", "odd: inputs should be numpy arrays with numbers in them, got list"),
        (
            "nothing",
            r"odd: inputs should be numpy arrays with numbers in them, got shape \(0, 4, 1\)",
        ),
        ("its own dice", "odd: generate draws from more than the generator it is given"),
    ],
)
def test_mistakes_of_a_task_are_told_in_the_words_of_the_contract(
    mistake: str, complaint: str
) -> None:
    """And not by a kernel, nor as a divergence of the cell."""
    with pytest.raises(rnnbench.RnnbenchError, match=complaint):
        open_feed(Odd(mistake=mistake), learning_trial(recipe=SMALL), {})


@dataclass(frozen=True)
class WrongLabels(RecallFirst):
    """Targets or tokens that there are not.  answer: none"""

    where: str = "targets"

    def generate(self, rng: np.random.Generator, count: int) -> Batch:
        good = super().generate(rng, count)
        return (
            Batch(good.inputs + 8, good.targets)
            if self.where == "inputs"
            else Batch(good.inputs, good.targets - 8)
        )


@pytest.mark.parametrize(
    ("where", "found"), [("inputs", "from 0 to 7, got 8 to"), ("targets", "from 0 to 7, got -")]
)
def test_labels_and_tokens_that_there_are_not_are_told(where: str, found: str) -> None:
    """With what there is and what was found."""
    with pytest.raises(rnnbench.RnnbenchError, match=f"recall-first: {where} should be {found}"):
        open_feed(WrongLabels(where=where), learning_trial(recipe=SMALL), {})


@pytest.mark.slow
def test_a_gru_learns_to_add() -> None:
    """The harness trains: horizon 10 within 15 epochs of 50 steps, and the test confirms it."""
    recipe = Recipe(parameters=5000, learning_rate=0.01, steps_per_epoch=50, epochs=15)
    result = run_trial(learning_trial(recipe=recipe, learning_rate=0.01))
    assert isinstance(result.learning, Learning)
    assert result.learning.epochs_to_target is not None
    assert result.learning.test["mse"] < 0.01


@pytest.mark.cuda
@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device here")
@pytest.mark.parametrize("task", ["adding", "recall-first", "digits-rows"])
def test_a_trial_runs_on_cuda(task: str) -> None:
    """Features and tokens, with figures that are finite."""
    dials: dict[str, object] = {"horizon": 6} if task != "digits-rows" else {}
    trial = learning_trial(task=task, dials=dials, recipe=SMALL, learning_rate=0.01, device="cuda")
    result = run_trial(trial)
    assert result.status == "ok", result.reason
    assert result.learning is not None
    assert result.learning.test


def test_the_target_is_that_of_the_dials() -> None:
    """Where a task has another one at some dials, that one is watched and told."""

    @dataclass(frozen=True)
    class Eased(RecallFirst):
        @property
        def target_here(self) -> float:
            return 0.0 if self.horizon == 2 else self.target

    for horizon, target, reached in ((2, 0.0, 1), (3, 0.99, None)):
        trial = learning_trial(
            dials={"horizon": horizon}, recipe=msgspec.structs.replace(SMALL, epochs=2)
        )
        task = Eased(horizon)
        feed = open_feed(task, trial, {})
        learning = train(trial, task, small_model(task, feed), feed, SIZE).learning
        assert (learning.target, learning.epochs_to_target) == (target, reached)
