"""The checks of a task, in their order, and the functions that run them."""

from collections.abc import Iterator

import numpy as np

from rnnbench import text
from rnnbench.contracts import Array, Batch, GeneratedTask, Task, score
from rnnbench.records import Outcome
from rnnbench.testing.blind import blind_reader_score, constant_scores
from rnnbench.testing.outcome import Check, NotApplicable, fail
from rnnbench.testing.task_subject import Oracle, TaskUnderTest, read, under_test
from rnnbench.training import check_batch

SIZES = (1, 2, 7)
ERRORS_ALLOWED = 4.0
"""Standard errors by which a measured score may beat the score that the task states."""


def keeps_the_form(subject: TaskUnderTest) -> str:
    """Batches of every size have the form that `rnnbench.Batch` describes."""
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
    """Equal generators give equal examples, whatever else is random; recorded data are equal when
    read twice."""
    first = _read_after_seeding(subject, 1)
    second = _read_after_seeding(subject, 2)
    for name in ("inputs", "targets", "tokens", "lengths", "mask", "prompt"):
        if not _equal(getattr(first, name), getattr(second, name)):
            fail(
                f"read twice with the same generator, {name} differ: is there another source of"
                " randomness, or a clock?"
            )
    if isinstance(subject.task, GeneratedTask):
        other = subject.examples(4)
        if np.array_equal(first.inputs, other.inputs):
            fail("two generators give the same inputs: the generator is not used")
    return ""


def _read_after_seeding(subject: TaskUnderTest, seed: int) -> Batch:
    """Return the same examples, after numpy's global generator was seeded with this seed."""
    np.random.seed(seed)
    if isinstance(subject.task, GeneratedTask):
        return subject.examples(3)
    return read(subject.task).train


def _equal(first: Array | None, second: Array | None) -> bool:
    if first is None or second is None:
        return first is second
    return np.array_equal(first, second)


def has_true_chance(subject: TaskUnderTest) -> str:
    """The trivial forecast misses the target, if there is one, and no constant answer beats that
    forecast."""
    task = subject.task
    train = subject.examples(0)
    test = subject.examples(1)
    name = task.metric.name
    scores = task.trivial(train, test)
    if name not in scores:
        fail(f"the trivial forecast has no score by {name}, which decides")
    trivial = scores[name]
    _demand_short_of_target(task, trivial, "")
    if subject.splits is not None:
        validation = task.trivial(train, subject.splits.validation)
        where = " on validation data, where the target is watched"
        _demand_short_of_target(task, validation[name], where)
    constant, error = constant_scores(task, train, test)
    lead = _lead(task, constant, trivial)
    if lead > ERRORS_ALLOWED * error:
        fail(
            f"a constant answer scores {text.rounded(constant, 4)} by {name}, and the task states"
            f" {text.rounded(trivial, 4)} for the trivial forecast:"
            f" {lead / max(error, 1e-12):.0f} standard errors of {text.rounded(error, 2)} better"
        )
    return f"trivial {text.rounded(trivial, 4)}, best constant answer {text.rounded(constant, 4)}"


def _lead(task: Task, measured: float, stated: float) -> float:
    """By how much the measured score is better than the stated one; negative where it is worse."""
    return (measured - stated) * (1 if task.metric.direction == "higher" else -1)


def _demand_short_of_target(task: Task, trivial: float, where: str) -> None:
    target_here = task.target_here
    if target_here is not None and not task.metric.better(target_here, trivial):
        target = f"which is the target of {text.setting(target_here)} or better"
        scored = f"{text.rounded(trivial, 4)} by {task.metric.name}"
        fail(f"the trivial forecast scores {scored}{where}, {target}")


def hides_the_answer(subject: TaskUnderTest) -> str:
    """A simple reader of fewer than `horizon` last steps scores no better than the task's
    `blind_score`."""
    task = subject.task
    notes = []
    for steps in sorted({task.horizon // 2, task.horizon - 1} - {0}):
        stated = task.blind_score(steps)
        if stated is None:
            continue
        train = subject.examples(0)
        measured, error = blind_reader_score(task, train, subject.examples(1), steps)
        lead = _lead(task, measured, stated)
        if lead > ERRORS_ALLOWED * error:
            fail(
                f"a linear reader of the last {steps} steps scores {text.rounded(measured, 4)}"
                f" where blind_score says {text.rounded(stated, 4)},"
                f" {lead / max(error, 1e-12):.0f} standard errors of {text.rounded(error, 2)}"
                " better: the answer leaks"
            )
        notes.append(f"{steps} steps: {text.rounded(measured)} of {text.rounded(stated)}")
    if not notes:
        raise NotApplicable("it has no blind_score")
    return "; ".join(notes)


def keeps_splits_apart(subject: TaskUnderTest) -> str:
    """No sequence is in two splits."""
    if subject.splits is None:
        raise NotApplicable("its examples are generated")
    if subject.task.mode == "stream":
        raise NotApplicable("each split is one long sequence")
    split_of: dict[bytes, str] = {}
    for name in ("train", "validation", "test"):
        part: Batch = getattr(subject.splits, name)
        for row in range(len(part)):
            key = part.inputs[row].tobytes()
            if part.tokens is not None:
                key += part.tokens[row].tobytes()
            first = split_of.setdefault(key, name)
            if first != name:
                fail(f"sequence {row} of the {name} data is in the {first} data too")
    return f"{len(split_of)} different sequences"


def can_be_solved(subject: TaskUnderTest) -> str:
    """The author's oracle reaches the target; without one, it beats the trivial forecast."""
    if subject.oracle is None:
        raise NotApplicable("no oracle is given")
    task = subject.task
    test = subject.examples(1)
    name = task.metric.name
    reached = score(task.metrics, subject.oracle(test), test)[name]
    scored = text.rounded(reached, 4)
    target_here = task.target_here
    if target_here is None:
        trivial = task.trivial(subject.examples(0), test)[name]
        if not task.metric.better(reached, trivial):
            stated = text.rounded(trivial, 4)
            fail(f"the oracle scores {scored} by {name}, and the trivial forecast {stated}")
    elif task.metric.better(target_here, reached):
        target = text.setting(target_here)
        fail(f"the oracle scores {scored} by {name}, and the target is {target}")
    return f"the oracle scores {scored}"


TASK_CHECKS: tuple[Check[TaskUnderTest], ...] = (
    Check("form", keeps_the_form),
    Check("function", is_a_function),
    Check("chance", has_true_chance),
    Check("blind", hides_the_answer),
    Check("splits", keeps_splits_apart),
    Check("oracle", can_be_solved),
)


def check_task(task: Task, oracle: Oracle | None = None) -> Iterator[Outcome]:
    """Run the checks of a task one by one. Raises DataUnavailable where its data cannot be read."""
    subject = under_test(task, oracle)
    for check in TASK_CHECKS:
        yield check.outcome(task.name, lambda: subject)
