"""The feed of a generated task."""

from collections.abc import Iterator, Mapping
from functools import cached_property

from msgspec.structs import replace

from rnnbench.contracts import Batch, GeneratedTask, Task
from rnnbench.records import LearningTrial
from rnnbench.training.feed import SHOWN, Feed, data_stream


class GeneratedFeed(Feed):
    """Batches that the task generates, and test data on its other settings."""

    _task: GeneratedTask

    def __init__(self, task: GeneratedTask, trial: LearningTrial) -> None:
        self._task = task
        self._trial = trial
        self._other_tasks = {f"@{name}": other for name, other in task.elsewhere().items()}
        self.stream = data_stream(trial, "train")
        self.steps_per_epoch = trial.recipe.steps_per_epoch

    @property
    def settings(self) -> Mapping[str, Task]:
        return {"": self._task, **self._other_tasks}

    def epoch(self) -> Iterator[Batch]:
        for _ in range(self.steps_per_epoch):
            yield self._task.generate(self.stream, self._trial.recipe.batch_size)

    def example(self) -> Batch:
        return self._task.generate(data_stream(self._trial, "example"), 2)

    def trivial(self) -> dict[str, float]:
        scores: dict[str, float] = {}
        for setting, (task, data) in self.test_sets().items():
            for metric, score in task.trivial(self.validation, data).items():
                scores[f"{metric}{setting}"] = score
        return scores

    def test_sets(self) -> dict[str, tuple[Task, Batch]]:
        return {"": (self._task, self.test), **self._other_test_sets}

    @cached_property
    def _other_test_sets(self) -> dict[str, tuple[Task, Batch]]:
        count = self._trial.recipe.test_examples
        test_sets: dict[str, tuple[Task, Batch]] = {}
        for setting, other in self._other_tasks.items():
            stream = data_stream(self._trial, f"test{setting}")
            test_sets[setting] = (other, other.generate(stream, count))
        return test_sets

    @cached_property
    def validation(self) -> Batch:
        stream = data_stream(self._trial, "validation")
        return self._task.generate(stream, self._trial.recipe.validation_examples)

    @cached_property
    def test(self) -> Batch:
        stream = data_stream(self._trial, "test")
        return self._task.generate(stream, self._trial.recipe.test_examples)

    @property
    def shown(self) -> Batch:
        """Sequences drawn as the test data are, by a seed that is the same for all trials.

        The test data themselves differ from seed to seed.
        """
        return self._task.generate(data_stream(replace(self._trial, seed=0), "shown"), SHOWN)
