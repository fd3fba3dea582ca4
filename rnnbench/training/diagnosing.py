"""Diagnostics of a trial: measurements of the model's first cell, as initialised and as chosen."""

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
NO_DIAGNOSTICS: Mapping[str, Measure] = {}
SEQUENCES = 64
"""Sequences of the validation data that are looked at."""


class DiagnosticFailed(RnnbenchError):
    """A measurement that gave nothing; the message names its distribution."""


def from_plugin(diagnostic: Diagnostic, origin: str) -> Measure:
    """A measurement of a plugin, imported when it is first taken. What goes wrong in it names the
    distribution."""

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
    """What each measurement gives for the model as it is now, or why it gives nothing."""
    if not diagnostics:
        return {}
    x_BTI = _encoded(model, feed)
    found: dict[str, Diagnosis | str] = {}
    was_training = model.training
    model.eval()
    for name, measure in diagnostics.items():
        rng = seeds.generator(trial.seed, "diagnostic", name)
        with (
            torch.random.fork_rng(),
            torch.backends.cudnn.flags(enabled=False),
        ):  # it has no backward in evaluation
            try:
                found[name] = _checked(measure(model.cells[0], x_BTI, rng))
            except Refused as refusal:
                found[name] = f"not for {task.name}: {first_line(refusal)}"
            except DiagnosticFailed as failure:
                found[name] = first_line(failure)
            except (
                BaseException
            ) as error:  # a measurement beside the training must not cost its figures, nor end it
                found[name] = f"it raised {describe(error)}"
    model.train(was_training)
    return found


def paired(
    fresh: Mapping[str, Diagnosis | str], chosen: Mapping[str, Diagnosis | str], why: str
) -> dict[str, Diagnosed]:
    """Both measurements by name; `why` there is no second one."""
    made = {}
    for name, first in fresh.items():
        second = chosen.get(name, why)
        reasons = [said for said in (first, second) if isinstance(said, str)]
        made[name] = Diagnosed(
            fresh=None if isinstance(first, str) else first,
            trained=None if isinstance(second, str) else second,
            reason=reasons[0] if reasons else "",
        )
    return made


@torch.no_grad()
def _encoded(model: Model, feed: Feed) -> Tensor:
    """What the first cell is given for the longest validation sequences; of a stream, for windows
    of it."""
    data = feed.validation if len(feed.validation) > 1 else feed.example()
    lengths = data.lengths
    longest = np.arange(len(data)) if lengths is None else np.flatnonzero(lengths == lengths.max())
    some = data.take(longest[:SEQUENCES])
    device = next(model.parameters()).device
    inputs = tensor(some.inputs).to(device)
    tokens = None if some.tokens is None else tensor(some.tokens).to(device)
    return inputs if model.over_frames else model.encoder(inputs, tokens)


def _checked(diagnosis: object) -> Diagnosis:
    """What a measurement returned, finite and of the right types. Raises TypeError or ValueError
    where it is not."""
    if not isinstance(diagnosis, Diagnosis):
        raise TypeError(
            f"it returned {type(diagnosis).__name__}, and should return rnnbench.Diagnosis"
        )
    return msgspec.convert(msgspec.to_builtins(_finite(diagnosis)), Diagnosis)


def _finite(diagnosis: Diagnosis) -> Diagnosis:
    """The finite part of a curve and of its figures; what is not finite is no figure."""
    points = [
        (x, y)
        for x, y in zip(diagnosis.x, diagnosis.y, strict=True)
        if math.isfinite(x) and math.isfinite(y)
    ]
    lost = {
        name: f"came out as {value}"
        for name, value in diagnosis.figures.items()
        if not math.isfinite(value)
    }
    return Diagnosis(
        x_name=diagnosis.x_name,
        y_name=diagnosis.y_name,
        x=tuple(float(x) for x, _ in points),
        y=tuple(float(y) for _, y in points),
        figures={
            name: float(value) for name, value in diagnosis.figures.items() if name not in lost
        },
        absent={**diagnosis.absent, **lost},
        log_y=diagnosis.log_y,
    )
