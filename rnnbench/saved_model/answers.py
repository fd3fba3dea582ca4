"""The answers of a saved model about a new file, as a table of text."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import torch

from rnnbench.contracts import Array
from rnnbench.datafile import Asked, Preparation, Questions, in_units
from rnnbench.errors import RnnbenchError
from rnnbench.model import Model, tensor

AT_ONCE = 256
"""Questions that the model reads at once, as many as in evaluations."""


class Answers(NamedTuple):
    """A line for each question: what it is about, then what the model answers.

    values: the answers as numbers: forecasts (B, O) in units of the target, or probabilities of
            classes (B, K).
    """

    header: tuple[str, ...]
    rows: list[tuple[str, ...]]
    values: Array


def answer(model: Model, preparation: Preparation, asked: Asked) -> Answers:
    """Return forecasts in units of the target, or classes with their probabilities.

    Raises RnnbenchError where the model answers with something else than finite numbers.
    """
    values = np.concatenate(list(_values(model, preparation, asked)))
    if not np.isfinite(values).all():
        raise RnnbenchError("the model answers with numbers that are not finite")
    keys = list(zip(*asked.keys.values(), strict=True))
    names = _names(preparation)
    rows = []
    for key, row in zip(keys, values, strict=True):
        numbers = tuple(repr(float(value)) for value in row)
        if preparation.classes:
            numbers = (preparation.classes[int(row.argmax())], *numbers)
        rows.append((*key, *numbers))
    return Answers((*asked.keys, *names), rows, values)


def _names(preparation: Preparation) -> tuple[str, ...]:
    """The columns of answers."""
    if preparation.answer is not None:
        names = []
        for answer in preparation.answers:
            names += [f"{answer.column}+{step}" for step in range(1, len(answer.offset) + 1)]
        return tuple(names)
    label = preparation.label or "class"
    return (label, *(f"p({name})" for name in preparation.classes))


def _values(model: Model, preparation: Preparation, asked: Asked) -> Iterator[Array]:
    with torch.inference_mode():
        for begin in range(0, len(asked), AT_ONCE):
            questions = asked.read(begin, begin + AT_ONCE)
            outputs = _outputs(model, questions)
            if preparation.answer is None:
                yield torch.softmax(outputs.double(), dim=-1).numpy()
                continue
            assert questions.references is not None
            values = outputs.double().numpy()
            yield in_units(preparation.answers, values, questions.references)


def _outputs(model: Model, questions: Questions) -> torch.Tensor:
    lengths = None if questions.lengths is None else tensor(questions.lengths)
    outputs: torch.Tensor = model(tensor(questions.inputs), None, lengths)
    return outputs
