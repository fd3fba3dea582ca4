"""What a tuned simple model reaches on the generated series: where the targets of `lorenz`,
`mackey-glass` and `narma-10` come from, and what the target of `irregular-sine` is held against.

Ridge regression on the last steps before each answer and the products of up to three of their
values; degree, number of steps and penalty are chosen on validation data. Steps before a sequence
are zeros. Training, validation and test data are drawn afresh. The target is the higher of the two
errors, rounded up. Run: python benchmarks/targets_dynamics.py [TASK...]
"""

import sys
from collections.abc import Iterator
from itertools import product
from math import comb
from typing import NamedTuple

import numpy as np
from sklearn.linear_model import Ridge
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import PolynomialFeatures, StandardScaler

from rnnbench import Batch, GeneratedTask, score
from rnnbench_tasks import dynamics

DEGREES = (1, 2, 3)
STEPS = (3, 4, 6, 8, 12, 16, 24, 40)
PENALTIES = 10.0 ** np.arange(-10, 3, 2)
MOST_FEATURES = 1_000
TRAIN, VALIDATION, TEST = 2_000, 500, 1_000
"""Sequences; each has 9 to 21 answers at the default horizons."""


class Tried(NamedTuple):
    """A model, and its score on validation data."""

    error: float
    degree: int
    steps: int
    penalty: float
    model: Pipeline


def windows(batch: Batch, steps: int) -> np.ndarray:
    """The last steps up to each question, (N, steps * I)."""
    assert batch.mask is not None
    before = np.zeros((len(batch), steps - 1, batch.inputs.shape[2]), np.float32)
    padded = np.concatenate([before, batch.inputs], axis=1)
    seen = np.lib.stride_tricks.sliding_window_view(padded, steps, axis=1)
    return seen[batch.mask].reshape(int(batch.mask.sum()), -1).astype(np.float64)


def error_of(task: GeneratedTask, model: Pipeline, batch: Batch, steps: int) -> float:
    """The NRMSE of a model on a batch."""
    assert batch.mask is not None
    outputs = np.zeros(batch.targets.shape)
    outputs[batch.mask] = model.predict(windows(batch, steps)).reshape(-1, task.output_size)
    return score(task.metrics, outputs, batch)["nrmse"]


def tried(task: GeneratedTask, train: Batch, validation: Batch) -> Iterator[Tried]:
    """Models of each degree, number of steps up to the horizon, and penalty."""
    targets = train.targets[train.mask]
    for degree, steps in product(DEGREES, STEPS):
        features = comb(steps * train.inputs.shape[2] + degree, degree)
        if steps > task.horizon or features > MOST_FEATURES:
            continue
        expansion = make_pipeline(PolynomialFeatures(degree), StandardScaler())
        inputs = expansion.fit_transform(windows(train, steps))
        for penalty in PENALTIES:
            model = make_pipeline(expansion, Ridge(alpha=penalty).fit(inputs, targets))
            yield Tried(
                error_of(task, model, validation, steps), degree, steps, float(penalty), model
            )


def report(task: GeneratedTask) -> None:
    """The best model of each degree by validation data, and its scores."""
    rng = np.random.default_rng(0)
    train, validation, test = (task.generate(rng, n) for n in (TRAIN, VALIDATION, TEST))
    assert train.mask is not None
    assert test.mask is not None
    found = list(tried(task, train, validation))
    print(f"{task}: {train.mask.sum()} answers for training, {test.mask.sum()} for test")
    for degree in DEGREES:
        best = min((one for one in found if one.degree == degree), key=lambda one: one.error)
        tested = error_of(task, best.model, test, best.steps)
        print(
            f"  degree {degree}, {best.steps} steps, penalty {best.penalty:g}:"
            f" validation {best.error:.4g}, test {tested:.4g}"
        )
    print(f"  trivial {task.trivial(train, test)['nrmse']:.4g}, target {task.target}", flush=True)


if __name__ == "__main__":
    for kind in dynamics.TASKS:
        if issubclass(kind, GeneratedTask) and kind.name in (sys.argv[1:] or [kind.name]):
            report(kind())  # type: ignore[call-arg]
