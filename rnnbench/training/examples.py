"""Examples of a trained model: a few sequences, what is right, and what the model answers."""

import math
from collections.abc import Iterator

import numpy as np
import torch
from msgspec import convert, to_builtins
from msgspec.structs import replace

from rnnbench.contracts import Array, Batch, Task
from rnnbench.errors import describe
from rnnbench.model import Model
from rnnbench.records import Example, LearningTrial
from rnnbench.records.result import EXAMPLES
from rnnbench.training.feed import Feed
from rnnbench.training.losses import on_device

LONGEST = 300
"""Characters; a longer text of a task is cut."""


def examples(
    trial: LearningTrial, task: Task, model: Model, feed: Feed, absent: dict[str, str]
) -> tuple[Example, ...]:
    """Return what the model's present weights answer to the few sequences that results show.

    There are none for streams, answers that the model writes by itself and CTC, where the task has
    none, and in the learning-rate search. Whatever the task raises does not end the trial; the
    reason is added to `absent`. To be called after all figures: a task or a cell may draw from the
    global random generators.
    """
    if task.mode != "sequence" or task.loss == "ctc" or trial.phase == "tuning":
        return ()
    try:
        batch = feed.shown.trimmed(targets=task.asks_at_steps)
        outputs = _outputs(model, batch, torch.device(trial.device))
        return tuple(_described(task, batch, outputs))
    except Exception as error:
        absent[EXAMPLES] = f"the examples of {task.name} raised {describe(error)}"
        return ()


def _outputs(model: Model, batch: Batch, device: torch.device) -> Array:
    model.eval()
    tensors = on_device(batch, device)
    with torch.inference_mode():
        outputs = model(tensors.inputs, tensors.tokens, tensors.lengths)
    answers: Array = outputs.cpu().numpy()
    return answers


def _described(task: Task, batch: Batch, outputs: Array) -> Iterator[Example]:
    """Yield the example of each sequence that has one, unless outputs are not finite."""
    if not np.isfinite(outputs).all():
        return
    for position in range(len(batch)):
        one = batch.take(np.array([position])).trimmed(targets=task.asks_at_steps)
        answers = outputs[position : position + 1]
        if answers.ndim == 3:
            answers = answers[:, : one.steps]
        example = task.example(one, answers)
        if example is not None:
            yield _checked(example)


def _checked(example: Example) -> Example:
    """The example with texts of a bearable length.

    Raises ValidationError where fields have other types, ValueError for an error that is not
    finite.
    """
    checked = convert(to_builtins(example), Example)
    if checked.error is not None and not math.isfinite(checked.error):
        raise ValueError(f"the error of an example is {checked.error}")
    return replace(
        checked,
        inputs=_cut(checked.inputs),
        target=_cut(checked.target),
        answer=_cut(checked.answer),
    )


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
