"""Examples: one sequence in short texts, and what a trained model answers to it."""

from msgspec import Struct


class Example(Struct, frozen=True, kw_only=True):
    """What a task asked in one sequence, and what a model answered, in short texts.

    inputs: what was read; of a long sequence, its first and its last steps.
    target: the right answer.
    answer: the model's answer.
    right:  whether the whole answer is right; None where answers are numbers.
    error:  mean absolute difference of answer and target where answers are numbers; else None.
    """

    inputs: str
    target: str
    answer: str
    right: bool | None = None
    error: float | None = None
