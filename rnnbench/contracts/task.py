"""Tasks: sources of sequences with a question, a metric, a trivial forecast and, where one is
known, a target. Tasks never train.

A task is a frozen dataclass whose fields are its dials. Every task has the dial *horizon*: the
number of last steps that a reader must see to be sure of the answer. A reader of one step less may
lack a fact it needs. Arrays are numpy, so that listing and checking tasks needs no torch; the
harness makes tensors of them.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal
from zipfile import Path as ZipPath

import numpy as np
from msgspec import Struct

from rnnbench.contracts.archive import Archive
from rnnbench.contracts.batch import Array, Batch
from rnnbench.contracts.examples import example_of
from rnnbench.metric import Metric
from rnnbench.records import Example

Loss = Literal["squared-error", "cross-entropy", "binary-cross-entropy", "ctc"]
Readout = Literal["last-step", "every-step"]
Mode = Literal["sequence", "stream", "decode", "closed-loop"]


@dataclass(frozen=True)
class Splits:
    """Finite data in three parts. Test data is used once, at the epoch that validation chose."""

    train: Batch
    validation: Batch
    test: Batch


@dataclass(frozen=True)
class Task(ABC):
    """What every task declares. Subclass `GeneratedTask` or `RecordedTask` instead of this
    class."""

    name: ClassVar[str]
    loss: ClassVar[Loss]
    """"ctc" is the loss of Graves et al. 2006: O outputs at every step, the first for the blank."""
    readout: ClassVar[Readout] = "last-step"
    """Where answers are asked for and read out. The last step is the last real one."""
    mode: ClassVar[Mode] = "sequence"
    """How the harness trains and asks.

    sequence: whole sequences, each from the initial state.
    stream:   each split is a few very long sequences, read in windows of `horizon` steps with the
              state carried over and the gradient cut between them. Metrics get the
              log-probabilities of the targets, (N,).
    decode:   the answer is part of the sequence itself, behind a prompt. Training shows the right
              symbols; in evaluation the model writes on by itself, the likeliest symbol at each
              step, until `end_token`. Metrics get tokens, (B, L) padded with -1, the end left out.
    closed-loop:
              each target is the next input, (B, T, O). Training shows the right values; in
              evaluation the model reads its own outputs behind a prompt, which has one length for
              all sequences. A setting of `elsewhere` may have this mode where its task has not.
    """
    metrics: ClassVar[tuple[Metric, ...]]
    """The first metric decides: it selects the epoch and is compared with the target."""
    target: ClassVar[float | None]
    """The score of the first metric at which the task counts as solved, at the default dials.

    None where nobody knows what score is reachable. Trainings then last for the whole budget, or
    until the validation score improves no more, and cells are ranked by their test scores.
    """
    trivial_forecast: ClassVar[str]
    """Description of the trivial forecast, in words."""
    archives: ClassVar[tuple[Archive, ...]] = ()
    former_dials: ClassVar[Mapping[str, str]] = {}
    """Dials of earlier versions, each with a clause that says what to write instead."""
    shortest_horizon: ClassVar[int] = 1
    end_token: ClassVar[int] = 0
    """The token that ends an answer, in mode "decode"."""
    longest_answer: ClassVar[int] = 0
    """Largest number of tokens that a model may write, in mode "decode"."""
    horizon: int

    def __post_init__(self) -> None:
        if self.horizon < self.shortest_horizon:
            raise ValueError(
                f"horizon must be at least {self.shortest_horizon}, got {self.horizon}"
            )

    @property
    def vocabulary(self) -> int | None:
        """Number of tokens for tasks over tokens; None for tasks over features or frames alone."""
        return None

    @property
    def frame_shape(self) -> tuple[int, int, int] | None:
        """(C, H, W) for tasks over frames."""
        return None

    @property
    @abstractmethod
    def output_size(self) -> int:
        """O: classes, numbers, or labels with the blank; C x H x W for tasks whose answers are
        frames."""

    @property
    def target_here(self) -> float | None:
        """The target at these dials, which may differ from `target`; None without one. It is
        compared on validation data."""
        return self.target

    @property
    def own_files(self) -> tuple[Path, ...]:
        """Files of the user's own that the data are read from; results depend on their content."""
        return ()

    @property
    def data_files(self) -> Mapping[str, Path]:
        """Other files that the data are read from, of a package, or made by a machine for itself.

        Each has a name that is the same on every machine; results record their hashes.
        """
        return {}

    @property
    def preparation(self) -> Struct | None:
        """How a new file becomes inputs of a trained model; None where data are no user's file."""
        return None

    @property
    def asks_at_steps(self) -> bool:
        """Whether targets have a time axis, with one or more numbers at each step."""
        return self.readout == "every-step" and self.loss != "ctc"

    @property
    def metric(self) -> Metric:
        """The metric that decides."""
        return self.metrics[0]

    @abstractmethod
    def trivial(self, train: Batch, test: Batch) -> Mapping[str, float]:
        """Return scores by metric name of a forecast without learning: by formula, or measured on
        `test`."""

    def blind_score(self, steps: int) -> float | None:
        """Return the score of the best reader of only the last `steps` < horizon steps.

        It is the score by the deciding metric; None where there is no formula for it.
        """
        del steps
        return None

    def example(self, one: Batch, outputs: Array) -> Example | None:
        """Return a sequence and a model's answer in short texts; None where these say nothing.

        one:     a batch of a single sequence without padding.
        outputs: (1, O) at the last step, or (1, T, O) at every step, as the model returns them.

        By default, numbers have three digits, tokens and classes are called by their numbers, and
        tasks over frames have no example. The method is called in mode "sequence" alone, and never
        where the loss is "ctc". `rnnbench.example_of` takes names of tokens and classes.
        """
        if self.frame_shape is not None:
            return None
        if self.loss == "binary-cross-entropy":
            outputs = 1 / (1 + np.exp(-outputs))
        return example_of(one, outputs)


@dataclass(frozen=True)
class GeneratedTask(Task):
    """A task with unlimited data: each training step gets fresh examples."""

    @abstractmethod
    def generate(self, rng: np.random.Generator, count: int) -> Batch:
        """Generate `count` fresh examples; equal generator states give equal examples."""

    def elsewhere(self) -> "Mapping[str, GeneratedTask]":
        """Return other settings of this task on which the trained model is tested too, by name.

        An example is longer sequences. Their scores are called `metric@name`. Settings called `2x`,
        `4x`, `1.5x` are so many times as long as the longest sequence of training, and are drawn as
        a curve over their length.
        """
        return {}


@dataclass(frozen=True)
class RecordedTask(Task):
    """A task over finite data: an epoch is one pass over the training split."""

    @abstractmethod
    def load(self, archives: Mapping[str, ZipPath]) -> Splits:
        """Return the three splits. `archives` maps the package names in `self.archives` to their
        root folders.

        The splits never depend on the seed of a trial. Raises `DataUnavailable` where the data
        cannot be read.
        """
