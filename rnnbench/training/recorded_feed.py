"""The feeds of recorded tasks: shuffled batches of examples, or windows of streams."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from zipfile import Path as ZipPath

import numpy as np

from rnnbench.contracts import Batch, RecordedTask
from rnnbench.records import LearningTrial
from rnnbench.training.feed import SHOWN, Feed, data_stream
from rnnbench.training.windows import folded, windows


class RecordedFeed(Feed):
    """Shuffled batches of recorded examples; an epoch has as many as all training data give.

    A smaller training share is passed several times in an epoch.
    """

    def __init__(
        self, task: RecordedTask, trial: LearningTrial, archives: Mapping[str, ZipPath]
    ) -> None:
        self._task = task
        self._splits = task.load(archives)
        self._examples_per_epoch = len(self._splits.train)
        share = trial.recipe.training_share
        if share < 1:
            part = part_of(self._splits.train, share, data_stream(trial, "training share"))
            self._splits = replace(self._splits, train=part)
        self.splits = (self._splits.train, self._splits.validation, self._splits.test)
        self._batch_size = trial.recipe.batch_size
        self.stream = data_stream(trial, "train")
        self.steps_per_epoch = -(-self._examples_per_epoch // self._batch_size)

    def epoch(self) -> Iterator[Batch]:
        size = len(self._splits.train)
        count = -(-self._examples_per_epoch // size)
        passes = [self.stream.permutation(size) for _ in range(count)]
        order = np.concatenate(passes)[: self._examples_per_epoch]
        for start in range(0, len(order), self._batch_size):
            batch = self._splits.train.take(order[start : start + self._batch_size])
            yield batch.trimmed(targets=self._task.asks_at_steps)

    def example(self) -> Batch:
        count = min(2, len(self._splits.train))
        return self._splits.train.take(np.arange(count))

    def trivial(self) -> dict[str, float]:
        return dict(self._task.trivial(self._splits.train, self.test))

    @property
    def validation(self) -> Batch:
        return self._splits.validation

    @property
    def test(self) -> Batch:
        return self._splits.test

    @property
    def shown(self) -> Batch:
        """The first sequences of the test data, which do not depend on the seed."""
        return self.test.take(np.arange(min(SHOWN, len(self.test))))


def part_of(train: Batch, share: float, rng: np.random.Generator) -> Batch:
    """Return this share of the examples, at least one, drawn at random.

    With generators in the same state, a smaller part is contained in a larger one.
    """
    count = max(1, round(share * len(train)))
    return train.take(rng.permutation(len(train))[:count])


class StreamFeed(RecordedFeed):
    """Consecutive windows of parallel streams; they are the same in every epoch."""

    def __init__(
        self, task: RecordedTask, trial: LearningTrial, archives: Mapping[str, ZipPath]
    ) -> None:
        super().__init__(task, trial, archives)
        self._folded = folded(self._splits.train, self._batch_size)
        self.steps_per_epoch = -(-self._folded.steps // task.horizon)

    def epoch(self) -> Iterator[Batch]:
        yield from windows(self._folded, self._task.horizon)

    def example(self) -> Batch:
        window = next(windows(self._folded, self._task.horizon))
        return window.take(np.arange(len(self._folded)))
