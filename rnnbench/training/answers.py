"""Answers that are sequences: generated token by token, or read off the best path of CTC."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from rnnbench.contracts import Array, Batch, Task
from rnnbench.model import Model
from rnnbench.state import tensors_of
from rnnbench.training.losses import Tensors, on_device

ABSENT = -1
"""The padding after the last token of an answer."""


def generate(model: Model, task: Task, data: Batch, device: torch.device, batch_size: int) -> Array:
    """Return the model's answer to each prompt, by greedy decoding: (B, L) padded with -1.

    Prompts are grouped by their exact length, so that no padding touches a state, and groups are
    split into batches of at most `batch_size`. The states are carried from step to step; a model
    with a cell that has no state reads the whole prefix again at each step.
    """
    assert data.prompt is not None
    answers = np.full((len(data), task.longest_answer), ABSENT, dtype=np.int64)
    for length in np.unique(data.prompt):
        group = np.flatnonzero(data.prompt == length)
        batches = -(-len(group) // batch_size)
        for rows in np.array_split(group, batches):
            batch = on_device(data.take(rows), device)
            answers[rows] = _answer(model, task, batch, int(length)).cpu().numpy()
    return answers


def _answer(model: Model, task: Task, batch: Tensors, length: int) -> Tensor:
    """The answers to prompts of one length, which are the first steps of the batch."""
    inputs = batch.inputs[:, :length]
    tokens = None if batch.tokens is None else batch.tokens[:, :length]
    outputs, states = model.carry_on(inputs, tokens, None)
    carries_states = all(tensors_of(state) for state in states)
    shape = (len(inputs), task.longest_answer)
    answers = torch.full(shape, ABSENT, dtype=torch.int64, device=inputs.device)
    ended = torch.zeros(len(inputs), dtype=torch.bool, device=inputs.device)
    for position in range(task.longest_answer):
        likeliest = outputs[:, -1].argmax(dim=-1)
        ended = ended | (likeliest == task.end_token)
        answers[:, position] = torch.where(ended, ABSENT, likeliest)
        if bool(ended.all()):
            break
        step_inputs, step_tokens = _next_step(likeliest, inputs, tokens)
        if carries_states:
            outputs, states = model.carry_on(step_inputs, step_tokens, states)
        else:
            inputs = torch.cat([inputs, step_inputs], dim=1)
            if tokens is not None and step_tokens is not None:
                tokens = torch.cat([tokens, step_tokens], dim=1)
            outputs, _ = model.carry_on(inputs, tokens, None)
    return answers


def _next_step(
    token: Tensor, inputs: Tensor, tokens: Tensor | None
) -> tuple[Tensor, Tensor | None]:
    """The inputs and tokens of one step with the generated token; its features are zeros."""
    if tokens is None:
        return token[:, None], None
    return inputs.new_zeros(len(inputs), 1, *inputs.shape[2:]), token[:, None]


def references(data: Batch, end_token: int) -> Array:
    """Return the right answers in mode "decode": (B, L) padded with -1, without the end token.

    They are the targets at the steps at which the task asks for an answer.
    """
    assert data.asked is not None
    rows = []
    for targets, asked in zip(data.targets, data.asked, strict=True):
        rows.append(targets[asked & (targets != end_token)])
    return _padded_rows(rows)


def best_path(outputs: Tensor, lengths: Tensor | None) -> Tensor:
    """Return the labels of the likeliest path: (B, L) padded with -1.

    outputs: (B, T, O), with label 0 as the blank.
    lengths: (B,) real steps of each sequence; None where all steps are real.

    Repeated labels are merged, and blanks removed.

    source: Graves et al. 2006, section 3.2, "best path decoding".
    """
    path = outputs.argmax(dim=-1)
    if lengths is not None:
        is_real = torch.arange(path.shape[1], device=path.device) < lengths[:, None]
        path = torch.where(is_real, path, 0)
    previous = torch.nn.functional.pad(path[:, :-1], (1, 0), value=0)
    kept = (path != previous) & (path != 0)
    rows = [row[keep].cpu().numpy() for row, keep in zip(path, kept, strict=True)]
    return torch.from_numpy(_padded_rows(rows))


def padded(parts: Sequence[Array]) -> Array:
    """Return parts of different widths, (B_i, L_i), as one array padded with -1."""
    rows: list[Array] = []
    for part in parts:
        rows.extend(part)
    return _padded_rows(rows)


def _padded_rows(rows: Sequence[Array]) -> Array:
    longest = max((len(row) for row in rows), default=0)
    table = np.full((len(rows), max(longest, 1)), ABSENT, dtype=np.int64)
    for position, row in enumerate(rows):
        table[position, : len(row)] = row
    return table
