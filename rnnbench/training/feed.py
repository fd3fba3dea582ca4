"""The feed of a trial: its batches depend on task, dials and seed, and never on the cell."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping

import msgspec
import numpy as np

from rnnbench import seeds
from rnnbench.contracts import Batch, Task
from rnnbench.records import LearningTrial


class Feed(ABC):
    """Training batches by epoch, validation data, and test data, which are made on first use."""

    steps_per_epoch: int
    stream: np.random.Generator
    """The generator of the training batches; its state is all that a feed keeps between epochs."""

    @abstractmethod
    def epoch(self) -> Iterator[Batch]:
        """Yield the training batches of the next epoch."""

    @abstractmethod
    def example(self) -> Batch:
        """Return a few examples with the shapes of the data; `stream` does not advance."""

    @abstractmethod
    def trivial(self) -> dict[str, float]:
        """Return the scores of the trivial forecast on the test data."""

    @property
    @abstractmethod
    def validation(self) -> Batch:
        """The data on which the best epoch is chosen."""

    @property
    @abstractmethod
    def test(self) -> Batch:
        """The data on which the chosen weights are scored, once."""

    @property
    @abstractmethod
    def shown(self) -> Batch:
        """The few sequences that results show, the same for all cells and seeds."""

    @property
    def settings(self) -> Mapping[str, Task]:
        """The tasks on which the model is tested: "" for the task itself, "@2x" for another."""
        return {"": self._task}

    def test_sets(self) -> dict[str, tuple[Task, Batch]]:
        """Return the task and the test data of each setting."""
        return {"": (self._task, self.test)}

    _task: Task


SHOWN = 3
"""The most sequences that results show."""


def data_stream(trial: LearningTrial, purpose: str) -> np.random.Generator:
    """Return the random generator of a trial's data for a purpose, such as "train"."""
    dials = msgspec.json.encode(trial.dials, order="sorted").decode()
    return seeds.generator(trial.seed, "data", trial.task, dials, purpose)
