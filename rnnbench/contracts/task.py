"""Tasks: a source of sequences with a question, a metric, a trivial forecast and a target. Never a
trainer.

A task is a frozen dataclass whose fields are its dials. All of them have one dial in common, the
*horizon*: the number of last steps that a reader must see to be sure of the answer (a reader of one
step less may lack a fact it needs). Arrays are numpy, so that listing and checking tasks needs no
torch; the harness makes tensors of them.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal
from zipfile import Path as ZipPath

import numpy as np

from rnnbench.contracts.archive import Archive
from rnnbench.contracts.batch import Batch
from rnnbench.metric import Metric

Loss = Literal["squared-error", "cross-entropy", "binary-cross-entropy", "ctc"]
Readout = Literal["last-step", "every-step"]
Mode = Literal["sequence", "stream", "decode"]


@dataclass(frozen=True)
class Splits:
    """Finite data in its three parts. Test data is touched once, at the epoch that validation
    chose."""

    train: Batch
    validation: Batch
    test: Batch


@dataclass(frozen=True)
class Task(ABC):
    """What every task declares. Subclass `GeneratedTask` or `RecordedTask`, not this."""

    name: ClassVar[str]
    loss: ClassVar[Loss]
    """"ctc" is the loss of Graves et al. 2006: O outputs at every step, the first for the blank."""
    readout: ClassVar[Readout] = "last-step"
    """Where the question is put, and the model's answer read out. The last step is the last real
    one."""
    mode: ClassVar[Mode] = "sequence"
    """How the harness trains and asks.

    sequence: whole sequences, each from the initial state.
    stream:   each split is a few very long sequences, read in windows of `horizon` steps with the
              state carried over and the gradient cut between them. Metrics get the
              log-probabilities of the targets, (N,).
    decode:   the answer stands in the sequence itself, behind a prompt. Training shows the right
              symbols; in evaluation the model writes on by itself, the likeliest symbol at each
              step, until `end_token`. Metrics get tokens, (B, L) padded with -1, the end left out.
    """
    metrics: ClassVar[tuple[Metric, ...]]
    """The first one decides: it selects the epoch and is held against the target."""
    target: ClassVar[float]
    """The score of the first metric at which the task counts as solved, at the default dials."""
    trivial_forecast: ClassVar[str]
    """What the trivial forecast does, in words."""
    archives: ClassVar[tuple[Archive, ...]] = ()
    shortest_horizon: ClassVar[int] = 1
    end_token: ClassVar[int] = 0
    """The token that ends an answer, in mode "decode"."""
    longest_answer: ClassVar[int] = 0
    """How many tokens a model may write, in mode "decode"."""
    horizon: int

    def __post_init__(self) -> None:
        if self.horizon < self.shortest_horizon:
            raise ValueError(
                f"horizon must be at least {self.shortest_horizon}, got {self.horizon}"
            )

    @property
    def vocabulary(self) -> int | None:
        """How many tokens there are, for tasks over tokens; None for tasks over features or frames
        alone."""
        return None

    @property
    def frame_shape(self) -> tuple[int, int, int] | None:
        """(C, H, W) for tasks over frames."""
        return None

    @property
    @abstractmethod
    def output_size(self) -> int:
        """O: classes, numbers, or labels with the blank; C x H x W for tasks over frames that are
        asked for frames."""

    @property
    def target_here(self) -> float:
        """The target at these dials, for tasks on which it is another one than `target`. It is
        watched on validation data."""
        return self.target

    @property
    def own_files(self) -> tuple[Path, ...]:
        """Files of the user's own that the data are read from: results are of their content."""
        return ()

    @property
    def data_files(self) -> Mapping[str, Path]:
        """Other files that the data are read from, which a package ships or a machine makes for
        itself, by a name that is the same on every machine. Their hashes go with the results."""
        return {}

    @property
    def asks_at_steps(self) -> bool:
        """Whether targets stand at steps, one or more numbers to each."""
        return self.readout == "every-step" and self.loss != "ctc"

    @property
    def metric(self) -> Metric:
        """The metric that decides."""
        return self.metrics[0]

    @abstractmethod
    def trivial(self, train: Batch, test: Batch) -> Mapping[str, float]:
        """Scores by metric name of a forecast that needs no learning: by formula, or measured on
        `test`."""

    def blind_score(self, steps: int) -> float | None:
        """What the best reader who sees only the last `steps` < horizon steps scores by the metric
        that decides.

        None where there is no formula for it.
        """
        del steps
        return None


@dataclass(frozen=True)
class GeneratedTask(Task):
    """A task without end: each training step sees fresh examples."""

    @abstractmethod
    def generate(self, rng: np.random.Generator, count: int) -> Batch:
        """`count` fresh examples; the same generator state gives the same examples."""

    def elsewhere(self) -> "Mapping[str, GeneratedTask]":
        """Other settings of this task on which the trained model is tested too, by name: longer
        sequences, say.

        Their scores are called `metric@name`.
        """
        return {}


@dataclass(frozen=True)
class RecordedTask(Task):
    """A task over finite data: an epoch is one pass over the training split."""

    @abstractmethod
    def load(self, archives: Mapping[str, ZipPath]) -> Splits:
        """The three splits. `archives` maps the package names in `self.archives` to their root
        folders.

        The splits never depend on the seed of a trial. Raises `DataUnavailable` where the data
        cannot be read.
        """
