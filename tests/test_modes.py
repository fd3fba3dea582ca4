"""Sequences with padding, streams, free running, frames: each against the plain form of what it
should be."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import groupby, product
from typing import ClassVar

import msgspec
import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

import rnnbench
from rnnbench.contracts import Array, Batch
from rnnbench.errors import Refused, RnnbenchError
from rnnbench.model import Model, Needs, Size, tensor
from rnnbench.records import Recipe
from rnnbench.training import open_feed, train
from rnnbench.training.answers import best_path, generate, padded, references
from rnnbench.training.contract import check_batch
from rnnbench.training.evaluation import evaluate
from rnnbench.training.losses import ctc, loss_of, on_device
from rnnbench.training.windows import folded, windows
from tests.builders.modes import build, lstm
from tests.builders.records import learning_trial
from tests.builders.training import SMALL

CPU = torch.device("cpu")
SYMBOLS = 6
END = 5


@dataclass(frozen=True)
class Lengths(rnnbench.GeneratedTask):
    """Sequences of several lengths, asked at the last real step.  answer: the sum"""

    horizon: int = 7
    name: ClassVar[str] = "lengths"
    loss: ClassVar[rnnbench.Loss] = "squared-error"
    metrics: ClassVar[tuple[rnnbench.Metric, ...]] = (rnnbench.MSE,)
    target: ClassVar[float] = 0.01
    trivial_forecast: ClassVar[str] = "zero"

    @property
    def output_size(self) -> int:
        return 2

    def generate(self, rng: np.random.Generator, count: int) -> Batch:
        lengths = rng.integers(1, self.horizon + 1, count)
        inputs = rng.normal(size=(count, self.horizon, 2)).astype(np.float32)
        real = np.arange(self.horizon)[:, None] < lengths[:, None, None]
        return Batch(
            np.where(real, inputs, 99.0).astype(np.float32),
            (inputs * real).sum(axis=1),
            lengths=lengths,
        )

    def trivial(self, train: Batch, test: Batch) -> Mapping[str, float]:
        return {"mse": float(np.mean(test.targets**2))}

    def elsewhere(self) -> Mapping[str, rnnbench.GeneratedTask]:
        return {"2x": replace(self, horizon=2 * self.horizon)}


@dataclass(frozen=True)
class Masked(Lengths):
    """The same, asked at every other real step.  answer: the running sum"""

    name: ClassVar[str] = "masked"
    readout: ClassVar[rnnbench.Readout] = "every-step"

    def generate(self, rng: np.random.Generator, count: int) -> Batch:
        made = super().generate(rng, count)
        targets = np.cumsum(made.inputs, axis=1, dtype=np.float32)
        mask = np.broadcast_to(np.arange(self.horizon) % 2 == 0, (count, self.horizon))
        return replace(made, targets=targets, mask=mask.copy())

    def elsewhere(self) -> Mapping[str, rnnbench.GeneratedTask]:
        return {}


@dataclass(frozen=True)
class Written(rnnbench.GeneratedTask):
    """The answer stands behind the question: the question again.

    tokens:  1 3 4(go) 1 3   answer from 4 on: 1 3 5(end)
    """

    horizon: int = 4
    name: ClassVar[str] = "written"
    loss: ClassVar[rnnbench.Loss] = "cross-entropy"
    readout: ClassVar[rnnbench.Readout] = "every-step"
    mode: ClassVar[rnnbench.Mode] = "decode"
    metrics: ClassVar[tuple[rnnbench.Metric, ...]] = (rnnbench.EXACT_MATCH,)
    target: ClassVar[float] = 0.9
    trivial_forecast: ClassVar[str] = "nothing"
    end_token: ClassVar[int] = END
    longest_answer: ClassVar[int] = 6
    features: bool = False

    @property
    def vocabulary(self) -> int:
        return SYMBOLS

    @property
    def output_size(self) -> int:
        return SYMBOLS

    def generate(self, rng: np.random.Generator, count: int) -> Batch:
        sizes = rng.integers(1, self.horizon + 1, count)
        steps = 2 * self.horizon + 1
        tokens = np.zeros((count, steps), np.int64)
        targets = np.zeros((count, steps), np.int64)
        mask = np.zeros((count, steps), bool)
        for row, size in enumerate(sizes):
            word = rng.integers(0, 4, size)
            tokens[row, : 2 * size + 1] = [*word, 4, *word]
            targets[row, size : 2 * size + 1] = [*word, END]
            mask[row, size : 2 * size + 1] = True
        found = Batch(tokens, targets, lengths=2 * sizes + 1, mask=mask, prompt=sizes + 1)
        if not self.features:
            return found
        given = np.where(np.arange(steps)[:, None] < found.prompt[:, None, None], 1.0, 0.0)  # type: ignore[index]
        return replace(found, inputs=given.astype(np.float32), tokens=tokens)

    def trivial(self, train: Batch, test: Batch) -> Mapping[str, float]:
        return {"exact match": 0.0}


@dataclass(frozen=True)
class Text(rnnbench.RecordedTask):
    """A long text, read on and on.  answer at each step: the next symbol"""

    horizon: int = 5
    name: ClassVar[str] = "text"
    loss: ClassVar[rnnbench.Loss] = "cross-entropy"
    readout: ClassVar[rnnbench.Readout] = "every-step"
    mode: ClassVar[rnnbench.Mode] = "stream"
    metrics: ClassVar[tuple[rnnbench.Metric, ...]] = (
        rnnbench.BITS_PER_CHARACTER,
        rnnbench.PERPLEXITY,
    )
    target: ClassVar[float] = 1.0
    trivial_forecast: ClassVar[str] = "uniform"

    @property
    def vocabulary(self) -> int:
        return SYMBOLS

    @property
    def output_size(self) -> int:
        return SYMBOLS

    def load(self, archives: object) -> rnnbench.Splits:
        rng = np.random.default_rng(0)
        texts = [rng.integers(0, SYMBOLS, (1, size)) for size in (331, 101, 87)]
        return rnnbench.Splits(*(Batch(text[:, :-1], text[:, 1:]) for text in texts))

    def trivial(self, train: Batch, test: Batch) -> Mapping[str, float]:
        return {"bits per character": math.log2(SYMBOLS), "perplexity": SYMBOLS}


class Stateless(nn.Module):
    """Means of all inputs so far, without a state."""

    def __init__(self, inputs: int, hidden: int) -> None:
        super().__init__()
        self.linear = nn.Linear(inputs, hidden)

    def forward(self, x: Tensor, state: object = None) -> tuple[Tensor, None]:
        counts = torch.arange(1, x.shape[1] + 1)[:, None]
        return torch.tanh(self.linear(x)).cumsum(1) / counts, None


def examples(task: rnnbench.GeneratedTask, count: int = 9) -> Batch:
    return task.generate(np.random.default_rng(1), count)


@pytest.mark.parametrize("recipe", [{}, {"layers": 2, "backbone": "residual"}])
def test_a_padded_sequence_is_read_at_its_last_real_step(recipe: dict[str, object]) -> None:
    """The answer is that of the sequence alone, without its padding."""
    data = examples(Lengths())
    model = build(Lengths(), data, **recipe)
    here = on_device(data, CPU)
    together = model(here.inputs, here.tokens, here.lengths)
    assert data.lengths is not None
    for row, length in enumerate(data.lengths):
        torch.testing.assert_close(together[row], model(here.inputs[row : row + 1, :length])[0])


def test_padding_that_no_example_needs_is_cut_off() -> None:
    """From everything that has steps, and from nothing else."""
    data = replace(
        examples(Masked(), 3), lengths=np.array([2, 4, 3]), extra={"kept": np.zeros((3, 7))}
    )
    cut = data.trimmed(targets=True)
    assert cut.inputs.shape == (3, 4, 2)
    assert cut.targets.shape == (3, 4, 2)
    assert cut.mask is not None
    assert cut.mask.shape == (3, 4)
    assert cut.extra["kept"].shape == (3, 7)
    assert data.trimmed(targets=False).targets.shape == (3, 7, 2)


def test_the_loss_sees_only_asked_real_steps() -> None:
    """Against a plain loop; what stands elsewhere may be anything."""
    data = examples(Masked())
    here = on_device(data, CPU)
    outputs = torch.randn(9, 7, 2)
    errors = []
    for b, length in enumerate(data.lengths):  # type: ignore[arg-type]
        for t in range(0, int(length), 2):
            errors.append((outputs[b, t] - here.targets[b, t]).square().mean())
    torch.testing.assert_close(loss_of(Masked(), outputs, here), torch.stack(errors).mean())
    outputs[~here.asked] = float("nan")
    assert torch.isfinite(loss_of(Masked(), outputs, here))


def test_the_metric_sees_only_asked_real_steps() -> None:
    """The score of a model equals that of its outputs step by step."""
    data = examples(Masked(), 300)
    model = build(Masked(), data)
    with torch.inference_mode():
        outputs = model(torch.from_numpy(data.inputs)).numpy()
    asked = data.asked
    assert asked is not None
    expected = float(np.mean((outputs[asked].astype(np.float64) - data.targets[asked]) ** 2))
    assert evaluate(model, Masked(), data, CPU).scores["mse"] == pytest.approx(expected, rel=1e-6)
    assert rnnbench.score((rnnbench.MSE,), outputs, data)["mse"] == pytest.approx(
        expected, rel=1e-9
    )


def test_other_settings_are_tested_with_the_same_weights_and_named() -> None:
    """Twice as long: its scores stand beside the others, the trivial ones too, and validation knows
    nothing of it."""
    task = Lengths()
    trial = learning_trial(task="lengths", dials={"horizon": 7}, recipe=SMALL)
    feed = open_feed(task, trial, {})
    learning = train(trial, task, build(task, feed.example()), feed, Size(8, None)).learning
    assert set(learning.test) == set(learning.trivial) == {"mse", "mse@2x"}
    assert learning.test["mse"] != learning.test["mse@2x"]
    assert [note.name for note in learning.metrics] == ["mse", "mse@2x"]
    assert set(learning.curve[0].validation) == {"mse"}
    _, far = feed.test_sets()["@2x"]
    assert far.steps == 14
    assert not np.array_equal(far.inputs[:, :7], feed.test.inputs)


def collapse(path: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(label for label, _ in groupby(path) if label)


def test_ctc_is_the_sum_over_all_paths() -> None:
    """Against the enumeration of every path of a small example, padding left out."""
    outputs = torch.randn(2, 4, 3, dtype=torch.float64)
    targets = torch.tensor([[1, 2], [1, 0]])
    lengths = torch.tensor([4, 3])
    losses = []
    for row, labels in enumerate([(1, 2), (1,)]):
        steps = int(lengths[row])
        chances = functional.softmax(outputs[row, :steps], dim=-1)
        paths = [path for path in product(range(3), repeat=steps) if collapse(path) == labels]
        total = sum(
            math.prod(float(chances[t, label]) for t, label in enumerate(path)) for path in paths
        )
        losses.append(-math.log(total) / len(labels))
    assert float(ctc(outputs, targets, lengths)) == pytest.approx(np.mean(losses))


def test_a_sequence_that_is_too_short_for_its_labels_has_no_loss_and_no_gradient() -> None:
    """Two equal labels need a blank between them, so three steps: with two the loss would be
    infinite, and its gradient would spoil the whole batch."""
    outputs = torch.randn(2, 4, 3, requires_grad=True)
    targets = torch.tensor([[1, 1], [1, 2]])
    loss = ctc(outputs, targets, torch.tensor([2, 4]))
    loss.backward()
    assert outputs.grad is not None
    assert bool(torch.isfinite(loss))
    assert bool((outputs.grad[0] == 0).all())
    assert bool((outputs.grad[1] != 0).any())


def test_the_best_path_merges_repeats_and_drops_blanks_and_padding() -> None:
    """Graves et al. 2006: a blank between two equal labels keeps both."""
    paths = torch.tensor([[1, 1, 0, 1, 2, 2], [0, 2, 0, 1, 1, 2], [0, 0, 0, 0, 0, 0]])
    outputs = functional.one_hot(paths, 3).float()
    assert best_path(outputs, None).tolist() == [[1, 1, 2], [2, 1, 2], [-1, -1, -1]]
    assert best_path(outputs, torch.tensor([2, 4, 1])).tolist() == [[1, -1], [2, 1], [-1, -1]]


@pytest.mark.parametrize("cell", [lstm, Stateless])
@pytest.mark.parametrize(("features", "at_once"), [(False, 256), (True, 256), (False, 2)])
def test_writing_on_equals_reading_all_again_at_each_step(
    cell: object, features: bool, at_once: int
) -> None:
    """Step by step with a carried state, prompts of several lengths; against each example alone,
    read whole."""
    task = Written(features=features)
    data = examples(task, 12)
    model = build(task, data, cell).eval()
    with torch.inference_mode():
        written = generate(model, task, data, CPU, at_once)
        for row in range(len(data)):
            assert data.prompt is not None
            prompt = int(data.prompt[row])
            inputs = torch.from_numpy(data.inputs[row : row + 1, :prompt])
            tokens = (
                torch.from_numpy(data.tokens[row : row + 1, :prompt])
                if data.tokens is not None
                else None
            )
            answer: list[int] = []
            while len(answer) < task.longest_answer:
                chosen = int(model(inputs, tokens)[0, -1].argmax())
                if chosen == END:
                    break
                answer.append(chosen)
                more = torch.tensor([[chosen]])
                if tokens is None:
                    inputs = torch.cat([inputs, more], dim=1)
                else:
                    inputs = torch.cat([inputs, torch.zeros(1, 1, 1)], dim=1)
                    tokens = torch.cat([tokens, more], dim=1)
            assert written[row].tolist() == answer + [-1] * (task.longest_answer - len(answer))


def test_a_model_that_learned_to_repeat_writes_what_it_should() -> None:
    """Teacher forcing in training, free running in evaluation, end to end."""
    task = Written(horizon=2)
    recipe = msgspec.structs.replace(
        SMALL,
        parameters=4000,
        epochs=12,
        steps_per_epoch=60,
        batch_size=32,
        validation_examples=100,
    )
    trial = learning_trial(task="written", dials={"horizon": 2}, recipe=recipe, learning_rate=0.02)
    feed = open_feed(task, trial, {})
    torch.manual_seed(0)
    model = Model(lambda i, h: nn.GRU(i, h, batch_first=True), task, recipe, feed.example(), 32)
    learning = train(trial, task, model, feed, Size(32, None)).learning
    assert learning.test["exact match"] > 0.9
    assert learning.epochs_to_target is not None


def test_references_are_the_asked_targets_without_their_end() -> None:
    """Padded with -1."""
    data = examples(Written(), 5)
    assert data.prompt is not None
    for row, answer in enumerate(references(data, END)):
        size = int(data.prompt[row]) - 1
        assert answer[:size].tolist() == data.inputs[row, :size].tolist()
        assert set(answer[size:].tolist()) <= {-1}


def test_parts_of_different_widths_are_padded_together() -> None:
    """And exact match knows no difference between them."""
    joined = padded([np.array([[1, 2]]), np.array([[3, -1, -1]])])
    assert joined.tolist() == [[1, 2, -1], [3, -1, -1]]
    assert rnnbench.EXACT_MATCH.compute(joined, np.array([[1, 2], [3, 3]]), {}) == 0.5


def test_a_stream_is_folded_without_a_gap() -> None:
    """Parallel streams, one after the other the whole text; windows follow on each other."""
    text = np.arange(23)[None]
    data = folded(Batch(text, text + 1), 4)
    assert data.inputs.tolist() == [list(range(5 * k, 5 * k + 5)) for k in range(4)]
    assert np.array_equal(data.targets, data.inputs + 1)
    cut = list(windows(data, 2))
    assert [window.steps for window in cut] == [2, 2, 1]
    assert np.array_equal(np.concatenate([window.inputs for window in cut], axis=1), data.inputs)


@pytest.mark.parametrize("recipe", [{}, {"layers": 2, "backbone": "residual"}])
def test_a_carried_state_makes_windows_equal_to_the_whole(recipe: dict[str, object]) -> None:
    """Outputs over windows, one after the other, against outputs over the whole."""
    splits = Text().load({})
    model = build(Text(), splits.test, **recipe).double()
    tokens = torch.from_numpy(splits.test.inputs)
    whole = model(tokens)
    parts = []
    states = None
    for window in windows(splits.test, 7):
        outputs, states = model.carry_on(torch.from_numpy(window.inputs), None, states)
        parts.append(outputs)
    torch.testing.assert_close(torch.cat(parts, dim=1), whole)


def test_a_stream_is_scored_with_its_state_carried() -> None:
    """Bits per character against the plain loop over parallel streams."""
    splits = Text().load({})
    model = build(Text(), splits.test)
    data = folded(splits.test, 16)
    with torch.inference_mode():
        log_p = functional.log_softmax(model(torch.from_numpy(data.inputs)), dim=-1).numpy()
    chosen = np.take_along_axis(log_p, data.targets[..., None], axis=-1)
    scores = evaluate(model, Text(), splits.test, CPU).scores
    assert scores["bits per character"] == pytest.approx(-chosen.mean() / math.log(2), rel=1e-5)
    assert scores["perplexity"] == pytest.approx(math.exp(-chosen.mean()), rel=1e-5)


def test_training_on_a_stream_carries_the_state_and_cuts_the_gradient() -> None:
    """Truncated backpropagation, against the same loop written by hand: the same weights."""
    recipe = msgspec.structs.replace(SMALL, epochs=1, batch_size=4, clip_norm=0.0, optimiser="sgd")
    trial = learning_trial(task="text", dials={"horizon": 5}, recipe=recipe, learning_rate=0.1)
    feed = open_feed(Text(), trial, {})
    models = [build(Text(), feed.example()) for _ in range(2)]
    train(trial, Text(), models[0], feed, Size(8, None))
    text = Text().load({}).train
    steps = text.steps // 4
    inputs = torch.from_numpy(text.inputs[0, : 4 * steps].reshape(4, steps))
    targets = torch.from_numpy(text.targets[0, : 4 * steps].reshape(4, steps))
    by_hand = torch.optim.SGD(models[1].parameters(), lr=0.1)
    states = None
    cell = models[1].cells[0]
    embed = models[1].encoder
    readout = models[1].readout
    assert feed.steps_per_epoch == -(-steps // 5)
    for start in range(0, steps, 5):
        y, states = cell(embed(inputs[:, start : start + 5]), states)
        loss = nn.CrossEntropyLoss()(
            readout(y).flatten(0, 1), targets[:, start : start + 5].flatten()
        )
        by_hand.zero_grad()
        loss.backward()
        by_hand.step()
        states = tuple(state.detach() for state in states)
    for ours, theirs in zip(models[0].parameters(), models[1].parameters(), strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-5, atol=1e-7)


def test_a_state_of_any_shape_is_detached() -> None:
    """Tuples, named ones, lists, mappings, dataclasses, numbers; a cell may do it in its own
    way."""

    @dataclass(frozen=True)
    class Pair:
        h: Tensor
        count: int

    grown = torch.ones(2, requires_grad=True) * 2
    tree = {
        "a": (grown, [grown, 3]),
        "b": Pair(grown, 5),
        "c": torch.return_types.max((grown, grown)),
        "d": None,
    }
    cut = rnnbench.detach_state(nn.Identity(), tree)
    assert not any(t.requires_grad for t in (cut["a"][0], cut["a"][1][0], cut["b"].h, cut["c"][0]))
    assert (cut["a"][1][1], cut["b"].count, cut["d"]) == (3, 5, None)
    assert type(cut["b"]) is Pair

    class Own(nn.Module):
        def detach_state(self, state: object) -> str:
            return "in its own way"

    assert rnnbench.detach_state(Own(), tree) == "in its own way"


@dataclass(frozen=True)
class Frames(rnnbench.GeneratedTask):
    """Frames of noise.  answer at each step: the frame, one pixel to the right"""

    horizon: int = 3
    name: ClassVar[str] = "frames"
    loss: ClassVar[rnnbench.Loss] = "binary-cross-entropy"
    readout: ClassVar[rnnbench.Readout] = "every-step"
    metrics: ClassVar[tuple[rnnbench.Metric, ...]] = (rnnbench.FRAME_BCE, rnnbench.FRAME_MSE)
    target: ClassVar[float] = 0.1
    trivial_forecast: ClassVar[str] = "one half"

    @property
    def frame_shape(self) -> tuple[int, int, int]:
        return (1, 4, 5)

    @property
    def output_size(self) -> int:
        return 20

    def generate(self, rng: np.random.Generator, count: int) -> Batch:
        frames = rng.random((count, self.horizon, 1, 4, 5), dtype=np.float32)
        return Batch(frames, np.roll(frames, 1, axis=-1).reshape(count, self.horizon, 20))

    def trivial(self, train: Batch, test: Batch) -> Mapping[str, float]:
        return {"frame bce": math.log(2), "frame mse": 0.25}


class ConvCell(nn.Module):
    """h_t = tanh(conv([x_t, h_{t-1}])): the least cell over frames."""

    def __init__(self, shape: tuple[int, int, int], hidden: int) -> None:
        super().__init__()
        self.hidden = hidden
        self.conv = nn.Conv2d(shape[0] + hidden, hidden, 3, padding=1)

    def forward(self, x: Tensor, state: Tensor | None = None) -> tuple[Tensor, Tensor]:
        h = x.new_zeros(len(x), self.hidden, *x.shape[3:]) if state is None else state
        outputs = []
        for frame in x.unbind(1):
            h = torch.tanh(self.conv(torch.cat([frame, h], dim=1)))
            outputs.append(h)
        return torch.stack(outputs, dim=1), h


@pytest.mark.parametrize("over_frames", [False, True])
def test_frames_go_to_cells_over_frames_as_they_are_and_to_others_flat(over_frames: bool) -> None:
    """Both answer with a frame at each step, and train."""
    task = Frames()
    trial = learning_trial(task="frames", dials={"horizon": 3}, recipe=SMALL)
    feed = open_feed(task, trial, {})
    cell = ConvCell if over_frames else lstm
    model = Model(cell, task, SMALL, feed.example(), 6, Needs(over_frames=over_frames))
    assert model(torch.from_numpy(feed.test.inputs)).shape == (16, 3, 20)
    assert model.state_floats == (6 * 4 * 5 if over_frames else 2 * 6)
    learning = train(trial, task, model, feed, Size(6, None)).learning
    assert set(learning.test) == {"frame bce", "frame mse"}


@pytest.mark.parametrize("encoder", ["auto", "linear"])
def test_a_model_over_frames_has_no_parameters_that_it_does_not_use(encoder: str) -> None:
    """Frames go past the encoder, so that no projection of it counts against a budget."""
    recipe = msgspec.structs.replace(SMALL, encoder=encoder)
    data = examples(Frames(), 2)
    model = Model(ConvCell, Frames(), recipe, data, 6, Needs(over_frames=True))
    model(torch.from_numpy(data.inputs)).sum().backward()
    assert [name for name, parameter in model.named_parameters() if parameter.grad is None] == []


def test_a_cell_over_frames_needs_frames() -> None:
    """It is refused with the reason."""
    data = examples(Lengths())
    with pytest.raises(Refused, match="the cell is over frames, and lengths has none"):
        Model(ConvCell, Lengths(), Recipe(), data, 4, Needs(over_frames=True))
    with pytest.raises(Refused, match="a cell over frames has no residual backbone"):
        Model(
            ConvCell,
            Frames(),
            Recipe(backbone="residual"),
            examples(Frames(), 2),
            4,
            Needs(over_frames=True),
        )


def test_the_metrics_of_frames_are_the_plain_formulas() -> None:
    """From logits; against torch's own loss."""
    logits = np.random.default_rng(0).normal(size=(50, 20)) * 9
    targets = np.random.default_rng(1).random((50, 20))
    bce = functional.binary_cross_entropy_with_logits(
        torch.from_numpy(logits), torch.from_numpy(targets)
    )
    mse = functional.mse_loss(torch.sigmoid(torch.from_numpy(logits)), torch.from_numpy(targets))
    assert rnnbench.FRAME_BCE.compute(logits, targets, {}) == pytest.approx(float(bce))
    assert rnnbench.FRAME_MSE.compute(logits, targets, {}) == pytest.approx(float(mse))


def test_the_other_metrics_are_the_plain_formulas() -> None:
    """Cross-entropy against torch's, scaled accuracy and NRMSE against their definitions."""
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(40, 5))
    labels = rng.integers(0, 5, 40)
    expected = functional.cross_entropy(torch.from_numpy(logits), torch.from_numpy(labels))
    assert rnnbench.CROSS_ENTROPY.compute(logits, labels, {}) == pytest.approx(float(expected))
    chance = {"chance": np.full((40, 1), 0.2)}
    accuracy = float(np.mean(logits.argmax(-1) == labels))
    assert rnnbench.SCALED_ACCURACY.compute(logits, labels, chance) == pytest.approx(
        (accuracy - 0.2) / 0.8
    )
    outputs = rng.normal(size=(40, 2))
    targets = rng.normal(size=(40, 2))
    assert rnnbench.NRMSE.compute(outputs, targets, {}) == pytest.approx(
        math.sqrt(np.mean((outputs - targets) ** 2) / np.var(targets))
    )


def mistaken(task: rnnbench.GeneratedTask, **changes: Array | None) -> Batch:
    return replace(examples(task, 3), **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("task", "changes", "said"),
    [
        (Lengths(), {"lengths": np.array([0, 1, 2])}, "lengths should be from 1 to 7, got 0 to 2"),
        (
            Lengths(),
            {"lengths": np.array([1.0, 1, 2])},
            r"lengths should be int64 \(B,\), got float64",
        ),
        (Lengths(), {"mask": np.ones((3, 7), bool)}, "the task does not ask at steps"),
        (Masked(), {"mask": np.zeros((3, 7), bool)}, "leaves no real step"),
        (
            Masked(),
            {"targets": np.zeros((3, 2), np.float32)},
            r"targets should be float32 \(B, T, output_size\)",
        ),
        (
            Lengths(),
            {"tokens": np.zeros((3, 7), np.int64)},
            "there are tokens, and the task has no vocabulary",
        ),
        (
            Written(),
            {"prompt": None},
            "decoding needs a vocabulary, cross-entropy, a mask and a prompt",
        ),
        (Written(), {"prompt": np.array([0, 1, 1])}, "prompt should be from 1 to 9, got 0 to 1"),
        (
            Written(features=True),
            {"tokens": np.full((3, 9), SYMBOLS)},
            "tokens should be from 0 to 5, got 6 to 6",
        ),
        (
            Frames(),
            {"inputs": np.zeros((3, 3, 4, 5), np.float32)},
            r"inputs should be float32 \(B, T, C, H, W\)",
        ),
    ],
)
def test_mistakes_in_batches_are_told_in_the_words_of_the_contract(
    task: rnnbench.GeneratedTask, changes: dict[str, Array | None], said: str
) -> None:
    """Task, part, what it should be, what was found."""
    check_batch(task, examples(task, 3))
    with pytest.raises(RnnbenchError, match=f"{task.name}: .*{said}"):
        check_batch(task, mistaken(task, **changes))


@dataclass(frozen=True)
class Labels(Frames):
    """Frames, and a class for each of them.  answer at each step: 0"""

    name: ClassVar[str] = "labels"
    loss: ClassVar[rnnbench.Loss] = "cross-entropy"
    metrics: ClassVar[tuple[rnnbench.Metric, ...]] = (rnnbench.ACCURACY,)

    @property
    def output_size(self) -> int:
        return 7

    def generate(self, rng: np.random.Generator, count: int) -> Batch:
        return replace(
            super().generate(rng, count), targets=np.zeros((count, self.horizon), np.int64)
        )


@pytest.mark.parametrize("over_frames", [False, True])
def test_classes_of_frames_are_read_out_as_many_as_there_are(over_frames: bool) -> None:
    """A convolution answers with frames, and with nothing else."""
    model = Model(
        ConvCell if over_frames else lstm,
        Labels(),
        SMALL,
        examples(Labels(), 2),
        6,
        Needs(over_frames=over_frames),
    )
    assert model(torch.from_numpy(examples(Labels(), 2).inputs)).shape == (2, 3, 7)


def test_probing_a_cell_leaves_it_as_it_was() -> None:
    """Running statistics, training mode and random streams."""

    class Normed(nn.Module):
        def __init__(self, inputs: int, hidden: int) -> None:
            super().__init__()
            self.norm, self.drop, self.linear = (
                nn.BatchNorm1d(inputs),
                nn.Dropout(0.5),
                nn.Linear(inputs, hidden),
            )

        def forward(self, x: Tensor, state: object = None) -> tuple[Tensor, None]:
            return self.drop(
                self.linear(self.norm(x.flatten(0, 1)).unflatten(0, x.shape[:2]))
            ), None

    model = build(Lengths(), examples(Lengths()), Normed)
    (cell,) = model.cells
    assert int(cell.norm.num_batches_tracked) == 0
    assert cell.training
    assert cell.drop.training


def test_a_batch_that_asks_nothing_is_not_taken_for_a_divergence() -> None:
    """It is the task's mistake, in words."""
    data = replace(examples(Masked(), 3), mask=np.zeros((3, 7), bool))
    with pytest.raises(
        RnnbenchError, match="masked: a training batch asks nothing at any real step"
    ):
        loss_of(Masked(), torch.zeros(3, 7, 2), on_device(data, CPU))


def test_a_stream_takes_no_lengths_and_no_mask() -> None:
    """They would be passed over in silence."""
    text = Text().load({}).test
    check_batch(Text(), text)
    with pytest.raises(
        RnnbenchError,
        match="text: a stream needs cross-entropy at every step, and takes no lengths",
    ):
        check_batch(Text(), replace(text, mask=np.ones(text.inputs.shape, bool)))


def test_a_state_that_cannot_be_carried_on_is_not_handed_on() -> None:
    """Where the description says so; each window then begins anew, and a decoder reads its whole
    prefix again."""
    task = Labels()
    model = Model(lstm, task, SMALL, examples(task), 6, Needs(carries_state=False))
    inputs = tensor(examples(task).inputs)
    first, states = model.carry_on(inputs, None, None)
    again, _ = model.carry_on(inputs, None, states)
    assert states == [None]
    torch.testing.assert_close(first, again)


def test_answers_that_are_no_numbers_have_no_score() -> None:
    """The likeliest class of NaN would be the first one, and score as chance."""
    task = Labels()
    model = Model(lstm, task, SMALL, examples(task), 6)
    with torch.no_grad():
        next(iter(model.parameters())).fill_(torch.nan)
    found = evaluate(model, task, examples(task), torch.device("cpu"))
    assert found.scores == {}
    assert set(found.absent) == {metric.name for metric in task.metrics}


class Transcribed(Lengths):
    """Features, and labels for all of them together."""

    loss: ClassVar[rnnbench.Loss] = "ctc"
    readout: ClassVar[rnnbench.Readout] = "every-step"

    @property
    def output_size(self) -> int:
        return 3


@pytest.mark.parametrize(
    ("labels", "steps", "says"),
    [
        ([[1, 0, 2]], 9, "a label follows a 0"),
        ([[1, 2], [0, 0]], 9, "row 1 has no labels"),
        ([[1, 2, 2]], 3, "row 0 has 3 labels in 3 steps, and needs 4"),
    ],
)
def test_labels_without_a_path_are_told(labels: list[list[int]], steps: int, says: str) -> None:
    """CTC would pass over them in silence."""
    inputs = np.zeros((len(labels), steps, 2), dtype=np.float32)
    with pytest.raises(rnnbench.RnnbenchError, match=says):
        check_batch(Transcribed(), Batch(inputs, np.array(labels)))


def test_prompts_of_one_length_are_written_on_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """In parts of at most so many at once, and no part has two lengths."""
    task = Written()
    data = examples(task, 30)
    model = build(task, data).eval()
    begun: list[tuple[int, int]] = []
    carry_on = model.carry_on

    def recorded(inputs: Tensor, tokens: Tensor | None, states: object) -> object:
        if states is None:
            begun.append((len(inputs), inputs.shape[1]))
        return carry_on(inputs, tokens, states)  # type: ignore[arg-type]

    monkeypatch.setattr(model, "carry_on", recorded)
    with torch.inference_mode():
        generate(model, task, data, CPU, 5)
    assert data.prompt is not None
    for length in set(data.prompt.tolist()):
        number = int((data.prompt == length).sum())
        parts = [count for count, steps in begun if steps == length]
        assert sum(parts) == number
        assert len(parts) == -(-number // 5)
        assert max(parts) <= 5
