"""Diagnostics of a trial: measurements of the model's first cell, before and after training."""

import math
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
import numpy as np
import torch
from torch import Tensor

from rnnbench import seeds
from rnnbench.contracts import Diagnostic, Task
from rnnbench.errors import Refused, RnnbenchError, describe, first_line
from rnnbench.model import Model, tensor
from rnnbench.records import Diagnosed, Diagnosis, LearningTrial
from rnnbench.training.feed import Feed

Measure = Callable[[Any, Any, Any], Diagnosis]
"""A measurement: takes a cell, its inputs (B, T, I) and a random generator."""
NO_DIAGNOSTICS: Mapping[str, Measure] = {}
SEQUENCES = 64
"""The most sequences of the validation data on which diagnostics are measured."""


class DiagnosticFailed(RnnbenchError):
    """A diagnostic that raised; the message names its distribution."""


def from_plugin(diagnostic: Diagnostic, origin: str) -> Measure:
    """Return the measurement of a plugin, which is imported when it is first called.

    The measurement raises DiagnosticFailed with the distribution of the plugin, `origin`, whatever
    is raised in it, except for Refused.
    """

    def measure(cell: Any, x_BTI: Any, rng: Any) -> Diagnosis:
        try:
            return _checked(diagnostic.load()(cell, x_BTI, rng))
        except Refused:
            raise
        except BaseException as error:
            raise DiagnosticFailed(
                f"the diagnostic of {origin} raised {describe(error)}"
            ) from error

    return measure


def diagnose(
    diagnostics: Mapping[str, Measure], model: Model, task: Task, feed: Feed, trial: LearningTrial
) -> dict[str, Diagnosis | str]:
    """Return what each diagnostic gives for the model with its present weights, or why it failed.

    A diagnostic changes neither the random generators nor the mode of the model, and whatever it
    raises does not end the training.
    """
    if not diagnostics:
        return {}
    x_BTI = _encoded(model, feed)
    diagnoses: dict[str, Diagnosis | str] = {}
    was_training = model.training
    model.eval()
    for name, measure in diagnostics.items():
        rng = seeds.generator(trial.seed, "diagnostic", name)
        # cuDNN has no backward pass in evaluation mode
        with torch.random.fork_rng(), torch.backends.cudnn.flags(enabled=False):
            try:
                diagnoses[name] = _checked(measure(model.cells[0], x_BTI, rng))
            except Refused as refusal:
                diagnoses[name] = f"not for {task.name}: {first_line(refusal)}"
            except DiagnosticFailed as failure:
                diagnoses[name] = first_line(failure)
            except BaseException as error:
                diagnoses[name] = f"it raised {describe(error)}"
    model.train(was_training)
    return diagnoses


def paired(
    fresh: Mapping[str, Diagnosis | str], chosen: Mapping[str, Diagnosis | str], missing: str
) -> dict[str, Diagnosed]:
    """Return the diagnoses of the fresh and of the chosen weights, in pairs by diagnostic.

    missing: the reason for a diagnostic that `chosen` does not have.
    """
    pairs = {}
    for name, first in fresh.items():
        second = chosen.get(name, missing)
        reasons = [diagnosis for diagnosis in (first, second) if isinstance(diagnosis, str)]
        pairs[name] = Diagnosed(
            fresh=None if isinstance(first, str) else first,
            trained=None if isinstance(second, str) else second,
            reason=reasons[0] if reasons else "",
        )
    return pairs


@torch.no_grad()
def _encoded(model: Model, feed: Feed) -> Tensor:
    """The inputs of the first cell for the longest validation sequences.

    Validation data of a single sequence, a stream, are replaced by windows of the training data.
    """
    data = feed.validation if len(feed.validation) > 1 else feed.example()
    lengths = data.lengths
    longest = np.arange(len(data)) if lengths is None else np.flatnonzero(lengths == lengths.max())
    batch = data.take(longest[:SEQUENCES])
    device = next(model.parameters()).device
    inputs = tensor(batch.inputs).to(device)
    tokens = None if batch.tokens is None else tensor(batch.tokens).to(device)
    return inputs if model.over_frames else model.encoder(inputs, tokens)


def _checked(diagnosis: object) -> Diagnosis:
    """The finite part of what a diagnostic returned.

    Raises TypeError or ValueError where it is not a Diagnosis with fields of the declared types.
    """
    if not isinstance(diagnosis, Diagnosis):
        raise TypeError(
            f"it returned {type(diagnosis).__name__}, and should return rnnbench.Diagnosis"
        )
    return msgspec.convert(msgspec.to_builtins(_finite(diagnosis)), Diagnosis)


def _finite(diagnosis: Diagnosis) -> Diagnosis:
    """The finite points and figures; each figure that is not finite is absent with the reason."""
    points = [
        (float(x), float(y))
        for x, y in zip(diagnosis.x, diagnosis.y, strict=True)
        if math.isfinite(x) and math.isfinite(y)
    ]
    figures = {}
    absent = {**diagnosis.absent}
    for name, value in diagnosis.figures.items():
        if math.isfinite(value):
            figures[name] = float(value)
        else:
            absent[name] = f"came out as {value}"
    return Diagnosis(
        x_name=diagnosis.x_name,
        y_name=diagnosis.y_name,
        x=tuple(x for x, _ in points),
        y=tuple(y for _, y in points),
        figures=figures,
        absent=absent,
        log_y=diagnosis.log_y,
    )
