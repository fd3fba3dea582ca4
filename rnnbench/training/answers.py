"""Answers that are sequences of their own: written on symbol by symbol, or read off a best path."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from rnnbench.contracts import Array, Batch, Task
from rnnbench.model import Model
from rnnbench.state import tensors_of
from rnnbench.training.losses import Tensors, on_device

ABSENT = -1
"""Stands behind the last token of an answer."""


def write_on(model: Model, task: Task, data: Batch, device: torch.device, at_once: int) -> Array:
    """What the model writes behind each prompt, the likeliest token at each step, (B, L) padded
    with -1.

    Prompts are grouped by their exact length, so that no padding ever touches a state, and groups
    are cut into parts of `at_once`. The state is carried from step to step; a model one of whose
    cells has none reads its whole prefix again instead.
    """
    assert data.prompt is not None
    answers = np.full((len(data), task.longest_answer), ABSENT, dtype=np.int64)
    for length in np.unique(data.prompt):
        group = np.flatnonzero(data.prompt == length)
        for rows in np.array_split(group, -(-len(group) // at_once)):
            prompt = on_device(data.take(rows), device)
            answers[rows] = _write(model, task, prompt, int(length)).cpu().numpy()
    return answers


def _write(model: Model, task: Task, given: Tensors, length: int) -> Tensor:
    """The answers behind prompts of one length."""
    inputs = given.inputs[:, :length]
    tokens = None if given.tokens is None else given.tokens[:, :length]
    outputs, states = model.carry_on(inputs, tokens, None)
    carries = all(tensors_of(state) for state in states)
    answers = torch.full(
        (len(inputs), task.longest_answer), ABSENT, dtype=torch.int64, device=inputs.device
    )
    ended = torch.zeros(len(inputs), dtype=torch.bool, device=inputs.device)
    for position in range(task.longest_answer):
        chosen = outputs[:, -1].argmax(dim=-1)
        ended = ended | (chosen == task.end_token)
        answers[:, position] = torch.where(ended, ABSENT, chosen)
        if bool(ended.all()):
            break
        step_inputs, step_tokens = _next(chosen, inputs, tokens)
        if carries:
            outputs, states = model.carry_on(step_inputs, step_tokens, states)
        else:
            inputs = torch.cat([inputs, step_inputs], dim=1)
            tokens = (
                None
                if tokens is None or step_tokens is None
                else torch.cat([tokens, step_tokens], dim=1)
            )
            outputs, _ = model.carry_on(inputs, tokens, None)
    return answers


def _next(chosen: Tensor, inputs: Tensor, tokens: Tensor | None) -> tuple[Tensor, Tensor | None]:
    """One step that shows the token just written; its features, where there are some, are zeros."""
    if tokens is None:
        return chosen[:, None], None
    return inputs.new_zeros(len(inputs), 1, *inputs.shape[2:]), chosen[:, None]


def references(data: Batch, end_token: int) -> Array:
    """The right answers of a batch in mode "decode": the targets at the asked steps without the
    end, (B, L)."""
    assert data.asked is not None
    rows = [
        targets[asked & (targets != end_token)]
        for targets, asked in zip(data.targets, data.asked, strict=True)
    ]
    return _stacked(rows)


def best_path(outputs: Tensor, lengths: Tensor | None) -> Tensor:
    """Labels of the likeliest path, repeats merged and blanks removed, (B, L) padded with -1.

    source: Graves et al. 2006, section 3.2, "best path decoding".
    """
    path = outputs.argmax(dim=-1)
    if lengths is not None:
        path = torch.where(
            torch.arange(path.shape[1], device=path.device) < lengths[:, None], path, 0
        )
    before = torch.nn.functional.pad(path[:, :-1], (1, 0), value=0)
    kept = (path != before) & (path != 0)
    rows = [row[keep].cpu().numpy() for row, keep in zip(path, kept, strict=True)]
    return torch.from_numpy(_stacked(rows))


def padded(parts: Sequence[Array]) -> Array:
    """Parts of different widths, (B_i, L_i), as one array padded with -1."""
    return _stacked([row for part in parts for row in part])


def _stacked(rows: Sequence[Array]) -> Array:
    width = max((len(row) for row in rows), default=0)
    stacked = np.full((len(rows), max(width, 1)), ABSENT, dtype=np.int64)
    for position, row in enumerate(rows):
        stacked[position, : len(row)] = row
    return stacked
