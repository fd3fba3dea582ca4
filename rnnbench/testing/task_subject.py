"""The task under test, with its data and the oracle of its author."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from rnnbench.archives import open_archives
from rnnbench.contracts import Array, Batch, GeneratedTask, RecordedTask, Splits, Task

Oracle = Callable[[Batch], Array]
"""Function of the task's author: from a batch to the right answers, in the form that the metrics of
the task take."""
EXAMPLES = 2000


@dataclass(frozen=True)
class TaskUnderTest:
    """A task at one setting of its dials; a recorded task comes with its data."""

    task: Task
    oracle: Oracle | None = None
    splits: Splits | None = None

    def examples(self, seed: int, count: int = EXAMPLES) -> Batch:
        """Return fresh examples, or those of a split: training data for seed 0, else test data."""
        if isinstance(self.task, GeneratedTask):
            return self.task.generate(np.random.default_rng(seed), count)
        assert self.splits is not None
        return self.splits.train if seed == 0 else self.splits.test


def read(task: Task) -> Splits:
    """Read the data of a recorded task."""
    assert isinstance(task, RecordedTask)
    return task.load(open_archives(type(task)))


def under_test(task: Task, oracle: Oracle | None = None) -> TaskUnderTest:
    """Return the task with its data. Raises DataUnavailable where they cannot be read."""
    return TaskUnderTest(task, oracle, read(task) if isinstance(task, RecordedTask) else None)
