"""Questions and answers as one sequence: the question, the token GO, the answer, the token END."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

import rnnbench
from rnnbench_tasks.sequence_metrics import ABSENT

END = 0
GO = 1
FIRST_SYMBOL = 2
"""The first token that is a symbol of a question or an answer."""
Tokens = Sequence[int]
Example = tuple[Tokens, Sequence[Tokens]]
"""A question and its right answers."""
Array = NDArray[Any]


def take(examples: Sequence[Example], positions: Sequence[int]) -> list[Example]:
    """Return the examples at these positions, in this order."""
    return [examples[position] for position in positions]


def to_learn(pairs: Sequence[Example]) -> rnnbench.Batch:
    """Return a batch with an example for each right answer to each question."""
    examples = []
    for question, answers in pairs:
        examples += [(question, answer) for answer in answers]
    return _batch(examples)


def to_ask(pairs: Sequence[Example]) -> rnnbench.Batch:
    """Return a batch with an example for each question.

    The sequence has the first right answer; `extra["right"]`, (B, K, L), has all, padded with -1.
    """
    batch = _batch([(question, answers[0]) for question, answers in pairs])
    most = max(len(answers) for _, answers in pairs)
    longest = max(max(map(len, answers)) for _, answers in pairs)
    right = np.full((len(pairs), most, longest), ABSENT, dtype=np.int64)
    for row, (_, answers) in zip(right, pairs, strict=True):
        for place, answer in zip(row, answers, strict=False):
            place[: len(answer)] = answer
    return rnnbench.Batch(
        batch.inputs,
        batch.targets,
        {"right": right},
        lengths=batch.lengths,
        mask=batch.mask,
        prompt=batch.prompt,
    )


def _batch(examples: Sequence[tuple[Tokens, Tokens]]) -> rnnbench.Batch:
    prompt = np.array([len(question) + 1 for question, _ in examples])
    lengths = prompt + np.array([len(answer) for _, answer in examples])
    inputs = np.full((len(examples), int(lengths.max())), END, dtype=np.int64)
    targets = np.full_like(inputs, END)
    for (question, answer), length, line, following in zip(
        examples, lengths, inputs, targets, strict=True
    ):
        line[:length] = [*question, GO, *answer]
        following[:length] = [*question[1:], GO, *answer, END]
    step = np.arange(inputs.shape[1])
    mask = (step >= prompt[:, None] - 1) & (step < lengths[:, None])
    return rnnbench.Batch(inputs, targets, lengths=lengths, mask=mask, prompt=prompt)


def questions(batch: rnnbench.Batch) -> list[list[int]]:
    """Return the symbols of each question."""
    assert batch.prompt is not None
    return [
        line[: prompt - 1].tolist() for line, prompt in zip(batch.inputs, batch.prompt, strict=True)
    ]


def answers(batch: rnnbench.Batch) -> list[list[int]]:
    """Return the symbols of the answer in each sequence."""
    assert batch.prompt is not None
    assert batch.lengths is not None
    rows = zip(batch.inputs, batch.prompt, batch.lengths, strict=True)
    return [line[prompt:length].tolist() for line, prompt, length in rows]


def as_outputs(rows: Sequence[Tokens]) -> Array:
    """Return answers as a model gives them: (B, L), padded with -1."""
    longest = max(1, *(len(row) for row in rows))
    outputs = np.full((len(rows), longest), ABSENT, dtype=np.int64)
    for line, row in zip(outputs, rows, strict=True):
        line[: len(row)] = row
    return outputs


def split_groups(
    groups: Sequence[str], held_out: int, seed: int
) -> tuple[list[int], list[int], list[int]]:
    """Return positions for training, validation and test, where groups stay together.

    Validation and test get at least `held_out` positions each. `seed` determines the draw.
    """
    members: dict[str, list[int]] = {}
    for position, group in enumerate(groups):
        members.setdefault(group, []).append(position)
    validation: list[int] = []
    test: list[int] = []
    train: list[int] = []
    for group in np.random.default_rng(seed).permutation(list(members)):
        if len(validation) < held_out:
            validation += members[group]
        elif len(test) < held_out:
            test += members[group]
        else:
            train += members[group]
    return train, validation, test
