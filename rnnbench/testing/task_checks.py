"""The checks of a task, in their order, and the run of them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from rnnbench.archives import open_archives
from rnnbench.contracts import Array, Batch, GeneratedTask, RecordedTask, Splits, Task, score
from rnnbench.records import Outcome
from rnnbench.testing.blind import blind_reader_score, constant_scores
from rnnbench.testing.outcome import Check, NotApplicable, fail
from rnnbench.training import check_batch

Oracle = Callable[[Batch], Array]
"""Written by the task's author: from a batch to the right answers, in the form that the task's
metrics take."""
EXAMPLES = 2000
SIZES = (1, 2, 7)
ERRORS_ALLOWED = 4.0
"""Standard errors by which a measured score may beat the one that the task says."""


@dataclass(frozen=True)
class TaskUnderTest:
    """A task at one setting of its dials, with its data where it is over recorded ones."""

    task: Task
    oracle: Oracle | None = None
    splits: Splits | None = None

    def examples(self, seed: int, count: int = EXAMPLES) -> Batch:
        """Fresh ones, or those of a split: training data for seed 0, test data otherwise."""
        if isinstance(self.task, GeneratedTask):
            return self.task.generate(np.random.default_rng(seed), count)
        assert self.splits is not None
        return self.splits.train if seed == 0 else self.splits.test


def read(task: Task) -> Splits:
    """The data of a recorded task."""
    assert isinstance(task, RecordedTask)
    return task.load(open_archives(type(task)))


def keeps_the_form(subject: TaskUnderTest) -> str:
    """Batches of every size are what `rnnbench.Batch` says."""
    if isinstance(subject.task, GeneratedTask):
        for size in SIZES:
            batch = subject.examples(0, size)
            check_batch(subject.task, batch)
            if len(batch) != size:
                fail(f"{size} examples were asked for, and {len(batch)} came")
        return ""
    assert subject.splits is not None
    for part in (subject.splits.train, subject.splits.validation, subject.splits.test):
        check_batch(subject.task, part)
    return ""


def is_a_function(subject: TaskUnderTest) -> str:
    """The same generator gives the same bits, whatever else is random; data are read the same
    twice."""
    np.random.seed(1)
    one = (
        subject.examples(3) if isinstance(subject.task, GeneratedTask) else read(subject.task).train
    )
    np.random.seed(2)
    other = (
        subject.examples(3) if isinstance(subject.task, GeneratedTask) else read(subject.task).train
    )
    for name in ("inputs", "targets", "tokens", "lengths", "mask", "prompt"):
        a, b = getattr(one, name), getattr(other, name)
        if (a is None) != (b is None) or (a is not None and not np.array_equal(a, b)):
            fail(
                f"read twice with the same generator, {name} differ: is there another source of"
                " randomness, or a clock?"
            )
    if isinstance(subject.task, GeneratedTask) and np.array_equal(
        one.inputs, subject.examples(4).inputs
    ):
        fail("two generators give the same inputs: the generator is not used")
    return ""


def has_true_chance(subject: TaskUnderTest) -> str:
    """The trivial forecast is short of the target, and no constant answer beats it."""
    task, train, test = subject.task, subject.examples(0), subject.examples(1)
    name = task.metric.name
    said = task.trivial(train, test)
    if name not in said:
        fail(f"the trivial forecast has no score by {name}, which decides")
    _demand_short_of_target(task, said[name], "")
    if subject.splits is not None:
        validation = task.trivial(train, subject.splits.validation)
        _demand_short_of_target(
            task, validation[name], " on validation data, where the target is watched"
        )
    constant, error = constant_scores(task, train, test)
    ahead = (constant - said[name]) * (1 if task.metric.direction == "higher" else -1)
    if ahead > ERRORS_ALLOWED * error:
        fail(
            f"a constant answer scores {constant:.4g} by {name} and the trivial forecast is said to"
            f" score {said[name]:.4g}: {ahead / max(error, 1e-12):.0f} standard errors of"
            f" {error:.2g} better"
        )
    return f"trivial {said[name]:.4g}, best constant answer {constant:.4g}"


def _demand_short_of_target(task: Task, scored: float, where: str) -> None:
    if not task.metric.better(task.target_here, scored):
        target = f"which is the target of {task.target_here:g} or better"
        fail(f"the trivial forecast scores {scored:.4g} by {task.metric.name}{where}, {target}")


def hides_the_answer(subject: TaskUnderTest) -> str:
    """A simple reader of fewer than `horizon` last steps scores no better than the task's
    `blind_score` says."""
    task = subject.task
    notes = []
    for steps in sorted({task.horizon // 2, task.horizon - 1} - {0}):
        said = task.blind_score(steps)
        if said is None:
            continue
        seen, error = blind_reader_score(task, subject.examples(0), subject.examples(1), steps)
        ahead = (seen - said) * (1 if task.metric.direction == "higher" else -1)
        if ahead > ERRORS_ALLOWED * error:
            fail(
                f"a linear reader of the last {steps} steps scores {seen:.4g} where blind_score"
                f" says {said:.4g}, {ahead / max(error, 1e-12):.0f} standard errors of {error:.2g}"
                " better: the answer leaks"
            )
        notes.append(f"{steps} steps: {seen:.3g} of {said:.3g}")
    if not notes:
        raise NotApplicable("it has no blind_score")
    return "; ".join(notes)


def keeps_splits_apart(subject: TaskUnderTest) -> str:
    """No sequence stands in two splits."""
    if subject.splits is None:
        raise NotApplicable("its examples are generated")
    if subject.task.mode == "stream":
        raise NotApplicable("each split is one long sequence")
    seen: dict[bytes, str] = {}
    for name in ("train", "validation", "test"):
        part: Batch = getattr(subject.splits, name)
        for row in range(len(part)):
            key = part.inputs[row].tobytes() + (
                b"" if part.tokens is None else part.tokens[row].tobytes()
            )
            if seen.setdefault(key, name) != name:
                fail(f"sequence {row} of the {name} data stands in the {seen[key]} data too")
    return f"{len(seen)} different sequences"


def can_be_solved(subject: TaskUnderTest) -> str:
    """The author's oracle reaches the target."""
    if subject.oracle is None:
        raise NotApplicable("no oracle is given")
    test, metric = subject.examples(1), subject.task.metric
    reached = score(subject.task.metrics, subject.oracle(test), test)[metric.name]
    if metric.better(subject.task.target_here, reached):
        fail(
            f"the oracle scores {reached:.4g} by {metric.name}, and the target is"
            f" {subject.task.target_here:g}"
        )
    return f"the oracle scores {reached:.4g}"


TASK_CHECKS: tuple[Check[TaskUnderTest], ...] = (
    Check("form", keeps_the_form),
    Check("function", is_a_function),
    Check("chance", has_true_chance),
    Check("blind", hides_the_answer),
    Check("splits", keeps_splits_apart),
    Check("oracle", can_be_solved),
)


def under_test(task: Task, oracle: Oracle | None = None) -> TaskUnderTest:
    """The task with its data. Raises DataUnavailable where they cannot be had."""
    return TaskUnderTest(task, oracle, read(task) if isinstance(task, RecordedTask) else None)


def check_task(task: Task, oracle: Oracle | None = None) -> Iterator[Outcome]:
    """The outcome of each check, as it is had. Raises DataUnavailable where the task's data cannot
    be read."""
    subject = under_test(task, oracle)
    for check in TASK_CHECKS:
        yield check.outcome(task.name, lambda: subject)
