"""Feeds: the batches that a trial sees. Functions of task, dials and seed, and never of the
cell."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from zipfile import Path as ZipPath

import msgspec
import numpy as np

from rnnbench import seeds
from rnnbench.contracts import Batch, GeneratedTask, RecordedTask, Task
from rnnbench.records import LearningTrial
from rnnbench.training.contract import check_batch, check_repeats
from rnnbench.training.windows import folded, windows


class Feed(ABC):
    """Training batches epoch by epoch, validation data, and test data, which is made when it is
    first asked for."""

    steps_per_epoch: int
    stream: np.random.Generator
    """Where training draws from; its state is all that a feed must remember between epochs."""

    @abstractmethod
    def epoch(self) -> Iterator[Batch]:
        """The training batches of the next epoch."""

    @abstractmethod
    def example(self) -> Batch:
        """A few examples, to learn shapes from; they are not taken out of the stream."""

    @abstractmethod
    def trivial(self) -> dict[str, float]:
        """Scores of the trivial forecast on the test data."""

    @property
    @abstractmethod
    def validation(self) -> Batch:
        """The data that choose the epoch."""

    @property
    @abstractmethod
    def test(self) -> Batch:
        """The data that are touched once."""

    settings: tuple[str, ...] = ("",)
    """Names of the settings on which the trained model is tested: "" for the task itself, then
    "@2x" and such."""

    def test_sets(self) -> dict[str, tuple[Task, Batch]]:
        """Test data of each setting, touched once."""
        return {"": (self._task, self.test)}

    _task: Task


def open_feed(task: Task, trial: LearningTrial, archives: Mapping[str, ZipPath]) -> Feed:
    """The feed of a trial; two trials that differ only in cell, model or learning rate get equal
    ones.

    Raises RnnbenchError where the task's data are not what they should be.
    """
    if isinstance(task, GeneratedTask):
        feed: Feed = _GeneratedFeed(task, trial)
        check_batch(task, feed.example())
        check_repeats(task, feed.example(), feed.example())
        check_batch(task, feed.validation)
        for other in task.elsewhere().values():
            check_batch(other, other.generate(_stream(trial, "example"), 2))
        return feed
    assert isinstance(task, RecordedTask), (
        f"{type(task).__name__} is neither generated nor recorded"
    )
    recorded = (_StreamFeed if task.mode == "stream" else _RecordedFeed)(task, trial, archives)
    for split in recorded.splits:
        check_batch(task, split)
    return recorded


def _stream(trial: LearningTrial, purpose: str) -> np.random.Generator:
    dials = msgspec.json.encode(trial.dials, order="sorted").decode()
    return seeds.generator(trial.seed, "data", trial.task, dials, purpose)


class _GeneratedFeed(Feed):
    _task: GeneratedTask

    def __init__(self, task: GeneratedTask, trial: LearningTrial) -> None:
        self._task, self._trial = task, trial
        self._others = {f"@{name}": other for name, other in task.elsewhere().items()}
        self.settings = ("", *self._others)
        self.stream = _stream(trial, "train")
        self.steps_per_epoch = trial.recipe.steps_per_epoch

    def epoch(self) -> Iterator[Batch]:
        for _ in range(self.steps_per_epoch):
            yield self._task.generate(self.stream, self._trial.recipe.batch_size)

    def example(self) -> Batch:
        return self._task.generate(_stream(self._trial, "example"), 2)

    def trivial(self) -> dict[str, float]:
        found: dict[str, float] = {}
        for where, (task, data) in self.test_sets().items():
            found |= {
                f"{metric}{where}": value
                for metric, value in task.trivial(self.validation, data).items()
            }
        return found

    def test_sets(self) -> dict[str, tuple[Task, Batch]]:
        return {"": (self._task, self.test), **self._other_sets}

    @cached_property
    def _other_sets(self) -> dict[str, tuple[Task, Batch]]:
        count = self._trial.recipe.test_examples
        return {
            where: (other, other.generate(_stream(self._trial, f"test{where}"), count))
            for where, other in self._others.items()
        }

    @cached_property
    def validation(self) -> Batch:
        return self._task.generate(
            _stream(self._trial, "validation"), self._trial.recipe.validation_examples
        )

    @cached_property
    def test(self) -> Batch:
        return self._task.generate(_stream(self._trial, "test"), self._trial.recipe.test_examples)


class _RecordedFeed(Feed):
    def __init__(
        self, task: RecordedTask, trial: LearningTrial, archives: Mapping[str, ZipPath]
    ) -> None:
        self._task = task
        self._splits = task.load(archives)
        self._examples_per_epoch = len(self._splits.train)
        if trial.recipe.training_share < 1:
            part = part_of(
                self._splits.train, trial.recipe.training_share, _stream(trial, "training share")
            )
            self._splits = replace(self._splits, train=part)
        self.splits = (self._splits.train, self._splits.validation, self._splits.test)
        self._batch_size = trial.recipe.batch_size
        self.stream = _stream(trial, "train")
        self.steps_per_epoch = -(-self._examples_per_epoch // self._batch_size)

    def epoch(self) -> Iterator[Batch]:
        size = len(self._splits.train)
        passes = [
            self.stream.permutation(size) for _ in range(-(-self._examples_per_epoch // size))
        ]
        order = np.concatenate(passes)[: self._examples_per_epoch]
        for start in range(0, len(order), self._batch_size):
            chosen = self._splits.train.take(order[start : start + self._batch_size])
            yield chosen.trimmed(targets=self._task.asks_at_steps)

    def example(self) -> Batch:
        return self._splits.train.take(np.arange(min(2, len(self._splits.train))))

    def trivial(self) -> dict[str, float]:
        return dict(self._task.trivial(self._splits.train, self.test))

    @property
    def validation(self) -> Batch:
        return self._splits.validation

    @property
    def test(self) -> Batch:
        return self._splits.test


def part_of(train: Batch, share: float, rng: np.random.Generator) -> Batch:
    """This share of the examples, at least one, drawn at random. With a generator in the same
    state, smaller parts lie in larger ones."""
    return train.take(rng.permutation(len(train))[: max(1, round(share * len(train)))])


class _StreamFeed(_RecordedFeed):
    """Windows of parallel streams, in the order in which they follow on each other; the same in
    every epoch."""

    def __init__(
        self, task: RecordedTask, trial: LearningTrial, archives: Mapping[str, ZipPath]
    ) -> None:
        super().__init__(task, trial, archives)
        self._folded = folded(self._splits.train, self._batch_size)
        self.steps_per_epoch = -(-self._folded.steps // task.horizon)

    def epoch(self) -> Iterator[Batch]:
        yield from windows(self._folded, self._task.horizon)

    def example(self) -> Batch:
        return next(windows(self._folded, self._task.horizon)).take(np.arange(len(self._folded)))
