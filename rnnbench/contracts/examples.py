"""The default texts of an example: numbers with three digits, classes and tokens by number."""

from collections.abc import Sequence

import numpy as np

from rnnbench import text
from rnnbench.contracts.batch import Array, Batch
from rnnbench.records import Example

ENDS = 6
"""The most steps that are shown of each end of a sequence."""
MOST_FEATURES = 3
"""Steps with more numbers than this are not shown one by one."""


def example_of(
    one: Batch, outputs: Array, *, read: Sequence[str] = (), classes: Sequence[str] = ()
) -> Example:
    """Return the example of a single sequence, with the answer that these outputs mean.

    one:     a batch of one sequence without padding.
    outputs: (1, O) at the last step, or (1, T, O) at every step. With targets of classes, the
             answer is the class with the largest output. With targets of numbers, it is the
             outputs.
    read:    names of what was read, in order; by default tokens and features by number.
    classes: names of the classes; by default their numbers.
    """
    inputs = shortened(read) if read else _read(one)
    targets = one.targets
    if outputs.ndim == 3:
        asked = np.ones(outputs.shape[:2], dtype=bool) if one.asked is None else one.asked
        outputs = outputs[asked]
        targets = one.targets[asked]
    if targets.dtype.kind == "f":
        return _of_numbers(inputs, targets, outputs)
    return _of_classes(inputs, targets, outputs.argmax(axis=-1), classes)


def shortened(parts: Sequence[str]) -> str:
    """Return the parts with a blank between them; of many, the first and the last, and how many."""
    if len(parts) <= 2 * ENDS:
        return _joined(parts)
    return f"{_joined(parts)} ({len(parts):,} steps)"


def with_mistakes(parts: Sequence[str], right: Array) -> str:
    """Return an answer at several steps as `shortened` does, and at how many of them it is wrong.

    right: (N,) bool.
    """
    wrong = int((~right).sum())
    if len(right) == 1 or not wrong:
        return shortened(parts)
    return f"{_joined(parts)} ({wrong:,} of {len(right):,} wrong)"


def _joined(parts: Sequence[str]) -> str:
    if len(parts) > 2 * ENDS:
        parts = [*parts[:ENDS], "…", *parts[-ENDS:]]
    return " ".join(parts)


def _of_classes(inputs: str, targets: Array, answers: Array, names: Sequence[str]) -> Example:
    right = answers == targets
    return Example(
        inputs=inputs,
        target=shortened(_named(targets, names)),
        answer=with_mistakes(_named(answers, names), right),
        right=bool(right.all()),
    )


def _of_numbers(inputs: str, targets: Array, outputs: Array) -> Example:
    difference = outputs.astype(np.float64) - targets
    return Example(
        inputs=inputs,
        target=shortened(_steps(targets)),
        answer=shortened(_steps(outputs)),
        error=float(np.mean(np.abs(difference))),
    )


def _read(one: Batch) -> str:
    """The tokens or features that were read; of wide features, how many and in which range."""
    steps = one.inputs[0] if one.tokens is None else one.tokens[0]
    if steps.ndim == 1:
        return shortened([str(token) for token in steps])
    width = steps[0].size
    if width <= MOST_FEATURES:
        return shortened(_steps(steps))
    ends = f"from {_number(steps.min())} to {_number(steps.max())}"
    return f"{text.counted(len(steps), 'step')} of {width:,} numbers {ends}"


def _named(codes: Array, names: Sequence[str]) -> list[str]:
    return [names[code] if names else str(code) for code in codes]


def _steps(steps: Array) -> list[str]:
    """The texts of steps with one or more numbers each, (T, O)."""
    return [_step(numbers) for numbers in steps]


def _step(numbers: Array) -> str:
    if len(numbers) == 1:
        return _number(numbers[0])
    if len(numbers) <= 2 * ENDS:
        parts = [_number(value) for value in numbers]
    else:
        first = [_number(value) for value in numbers[:ENDS]]
        last = [_number(value) for value in numbers[-ENDS:]]
        parts = [*first, "…", *last]
    return f"({', '.join(parts)})"


def _number(value: float) -> str:
    """Three digits; the sum turns -0 into 0."""
    return text.number(float(value) + 0.0)
