"""Simple readers that show whether a task leaks its answer: a constant, and a linear model."""

import warnings

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression, Ridge

from rnnbench.contracts import Array, Batch, Task, score
from rnnbench.testing.outcome import NotApplicable

PARTS = 10
"""Parts of the test data whose scores give the standard error of a score."""


def constant_scores(task: Task, train: Batch, test: Batch) -> tuple[float, float]:
    """Score of the best constant answer by the deciding metric, and its standard error."""
    _refuse_other_answers(task)
    return _score_with_error(task, _constant_answer(task, train), test)


def blind_reader_score(task: Task, train: Batch, test: Batch, steps: int) -> tuple[float, float]:
    """Score of logistic or ridge regression on the last `steps` steps, and its standard error."""
    _refuse_other_answers(task)
    if task.readout != "last-step":
        raise NotApplicable("its answers stand at every step")
    train_features = _last_steps(task, train, steps)
    test_features = _last_steps(task, test, steps)
    if task.loss == "cross-entropy":
        outputs = _classify(task, train_features, train.targets, test_features)
    else:
        ridge = Ridge().fit(train_features, train.targets)
        outputs = ridge.predict(test_features).reshape(len(test), -1)
    return _score_with_error(task, outputs, test)


def _refuse_other_answers(task: Task) -> None:
    simple_loss = task.loss in ("cross-entropy", "squared-error")
    if task.mode != "sequence" or not simple_loss or task.frame_shape is not None:
        raise NotApplicable(f"it answers in mode '{task.mode}' with loss '{task.loss}'")


def _classify(task: Task, train: Array, targets: Array, test: Array) -> Array:
    """Log-probabilities of each class by logistic regression, -inf for classes not trained on."""
    if len(np.unique(targets)) < 2:
        raise NotApplicable("all its answers are one")
    model = LogisticRegression(max_iter=40)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(train, targets)
    outputs = np.full((len(test), task.output_size), -np.inf)
    outputs[:, model.classes_] = model.predict_log_proba(test)
    return outputs


def _constant_answer(task: Task, train: Batch) -> Array:
    """Outputs of the best constant: the mean target, or the log-frequencies of the classes."""
    targets = train.targets
    if train.asked is not None and task.readout == "every-step":
        targets = targets[train.asked]
    if task.loss == "squared-error":
        return np.asarray(targets.reshape(-1, task.output_size).mean(axis=0))
    counts = np.bincount(targets.ravel(), minlength=task.output_size)
    return np.asarray(np.log(counts + 1e-9))


def _score_with_error(task: Task, outputs: Array, test: Batch) -> tuple[float, float]:
    """Score on all test data, and its standard error estimated from the scores on its parts."""
    everything = np.arange(len(test))
    parts = np.array_split(everything, min(PARTS, len(test)))
    scores = [_score(task, outputs, test.take(places), places) for places in parts]
    error = np.inf
    if len(scores) > 1:
        error = float(np.std(scores, ddof=1) / np.sqrt(len(scores)))
    return _score(task, outputs, test, everything), error


def _score(task: Task, outputs: Array, part: Batch, places: Array) -> float:
    """Deciding score on a part of the data; one-dimensional outputs hold for every example."""
    if outputs.ndim > 1:
        chosen = outputs[places]
    else:
        axes = 2 if task.readout == "every-step" else 1
        chosen = np.broadcast_to(outputs, (*part.targets.shape[:axes], task.output_size))
    return score(task.metrics, chosen, part)[task.metric.name]


def _last_steps(task: Task, batch: Batch, steps: int) -> Array:
    """The last real steps of each sequence, flattened to one row; tokens are one-hot encoded."""
    lengths = np.full(len(batch), batch.steps) if batch.lengths is None else batch.lengths
    places = np.maximum(lengths[:, None] - steps + np.arange(steps), 0)
    rows = np.arange(len(batch))[:, None]
    features = batch.inputs[rows, places]
    if task.vocabulary is not None and batch.tokens is None:
        features = np.eye(task.vocabulary, dtype=np.float32)[features]
    return np.asarray(features.reshape(len(batch), -1))
