"""Simple readers, to see whether a task says more than it should: a constant answer, and a linear
one of few steps."""

import warnings

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression, Ridge

from rnnbench.contracts import Array, Batch, Task, score
from rnnbench.testing.outcome import NotApplicable

PARTS = 10
"""Parts of the test data whose scores tell how much a score may vary."""


def constant_scores(task: Task, train: Batch, test: Batch) -> tuple[float, float]:
    """Score by the deciding metric of the best constant answer, and its standard error."""
    _refuse_other_answers(task)
    return _scored(task, _constant(task, train), test)


def blind_reader_score(task: Task, train: Batch, test: Batch, steps: int) -> tuple[float, float]:
    """Score of logistic or ridge regression on the last `steps` steps, and its standard error."""
    _refuse_other_answers(task)
    if task.readout != "last-step":
        raise NotApplicable("its answers stand at every step")
    if task.loss == "cross-entropy":
        if len(np.unique(train.targets)) < 2:
            raise NotApplicable("all its answers are one")
        model = LogisticRegression(max_iter=40)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            model.fit(_last(task, train, steps), train.targets)
        outputs = np.full((len(test), task.output_size), -np.inf)
        outputs[:, model.classes_] = model.predict_log_proba(_last(task, test, steps))
    else:
        ridge = Ridge().fit(_last(task, train, steps), train.targets)
        outputs = ridge.predict(_last(task, test, steps)).reshape(len(test), -1)
    return _scored(task, outputs, test)


def _refuse_other_answers(task: Task) -> None:
    if (
        task.mode != "sequence"
        or task.loss not in ("cross-entropy", "squared-error")
        or task.frame_shape is not None
    ):
        raise NotApplicable(f"it answers in mode '{task.mode}' with loss '{task.loss}'")


def _constant(task: Task, train: Batch) -> Array:
    """Outputs of one answer: the mean, or the logarithms of how often each class stands there."""
    asked = (
        train.targets
        if train.asked is None or task.readout != "every-step"
        else train.targets[train.asked]
    )
    if task.loss == "squared-error":
        return np.asarray(asked.reshape(-1, task.output_size).mean(axis=0))
    return np.asarray(np.log(np.bincount(asked.ravel(), minlength=task.output_size) + 1e-9))


def _scored(task: Task, answer: Array, test: Batch) -> tuple[float, float]:
    """The score on all test data, and the standard error from that on its parts."""

    def on(part: Batch, places: Array) -> float:
        shape = part.targets.shape[: 2 if task.readout == "every-step" else 1]
        outputs = (
            answer[places]
            if answer.ndim > 1
            else np.broadcast_to(answer, (*shape, task.output_size))
        )
        return score(task.metrics, outputs, part)[task.metric.name]

    everything = np.arange(len(test))
    parts = [
        on(test.take(places), places)
        for places in np.array_split(everything, min(PARTS, len(test)))
    ]
    return on(test, everything), (
        float(np.std(parts, ddof=1) / np.sqrt(len(parts))) if len(parts) > 1 else np.inf
    )


def _last(task: Task, batch: Batch, steps: int) -> Array:
    """The last real steps of each sequence, flattened, tokens one-hot."""
    lengths = np.full(len(batch), batch.steps) if batch.lengths is None else batch.lengths
    places = np.maximum(lengths[:, None] - steps + np.arange(steps), 0)
    rows = np.arange(len(batch))[:, None]
    seen = batch.inputs[rows, places]
    if task.vocabulary is not None and batch.tokens is None:
        seen = np.eye(task.vocabulary, dtype=np.float32)[seen]
    return np.asarray(seen.reshape(len(batch), -1))
