"""Baselines of classes: of sequences, and of texts by the words that occur in them."""

import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

from rnnbench.baselines.chosen import Setting, best, flat, spaced
from rnnbench.baselines.records import BaselineScore
from rnnbench.datafile import Dataset, Part, classification_scores
from rnnbench.datafile.table import Array
from rnnbench.text import rounded

STRENGTHS = tuple(float(strength) for strength in 10.0 ** np.arange(-3, 3))
"""Inverse penalties of logistic regression."""
ROUNDS = 500
TREES = 100
MOST_NUMBERS = 20_000_000
"""Numbers in the training part of sequences up to which trees are fitted."""


def fit_classes(dataset: Dataset) -> tuple[BaselineScore, ...]:
    """The majority class, logistic regression and, of sequences, gradient-boosted trees."""
    majority = np.bincount(dataset.train.targets).argmax()
    constant = [np.full(len(part), majority) for part in dataset.parts]
    fitted = [
        _scored(dataset, "majority class", Setting("", constant[1], constant[2], 0.0)),
        _scored(dataset, "logistic regression", best(_logistic(dataset))),
    ]
    if dataset.inspection.kind == "classification":
        fitted.append(_trees(dataset))
    return tuple(fitted)


def _scored(dataset: Dataset, name: str, setting: Setting) -> BaselineScore:
    train = dataset.train.targets
    validation = classification_scores(setting.validation, dataset.validation.targets, train)
    test = classification_scores(setting.test, dataset.test.targets, train)
    return BaselineScore(name, setting.words, validation, test, setting.test)


def _setting(dataset: Dataset, words: str, validation: Array, test: Array) -> Setting:
    error = float(np.mean(validation != dataset.validation.targets))
    return Setting(words, validation, test, error)


def _logistic(dataset: Dataset) -> Iterator[Setting]:
    """Logistic regression for each penalty, on padded sequences or on the words that occur."""
    # Deferred: only who fits a baseline waits for scikit-learn.
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    chosen = spaced(len(dataset.train))
    features = _features(dataset, np.nan_to_num)
    for strength in STRENGTHS:
        model = LogisticRegression(C=strength, max_iter=ROUNDS)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            model.fit(features[0][chosen], dataset.train.targets[chosen])
        validation, test = (model.predict(rows) for rows in features[1:])
        yield _setting(dataset, f"penalty {rounded(1 / strength)}", validation, test)


def _trees(dataset: Dataset) -> BaselineScore:
    """Gradient-boosted trees on padded sequences; their number is chosen."""
    name = "gradient-boosted trees"
    numbers = dataset.train.inputs.size
    if numbers > MOST_NUMBERS:
        reason = f"the training part has {numbers:,} numbers, and up to {MOST_NUMBERS:,} are fitted"
        return BaselineScore(name, reason=reason)
    from sklearn.ensemble import HistGradientBoostingClassifier

    features = _features(dataset, None)
    model = HistGradientBoostingClassifier(max_iter=TREES, early_stopping=False, random_state=0)
    model.fit(features[0], dataset.train.targets)
    staged = zip(*(model.staged_predict(rows) for rows in features[1:]), strict=True)
    settings = []
    for trees, (validation, test) in enumerate(staged, start=1):
        settings.append(_setting(dataset, f"{trees} trees", validation, test))
    return _scored(dataset, name, best(settings))


def _features(dataset: Dataset, padding: Any) -> list[Any]:
    """Rows of numbers for each part: which words occur, or sequences padded to one length, that of
    the longest one that trains.

    padding: what is done with numbers behind the end of a sequence, which are NaN.
    """
    if dataset.preparation.vocabulary:
        size = len(dataset.preparation.vocabulary) + 1
        return [occurring(part, size) for part in dataset.parts]
    longest = dataset.train.inputs.shape[1]
    rows = [flat(_to_length(part, longest)) for part in dataset.parts]
    return rows if padding is None else [padding(one) for one in rows]


def _to_length(part: Part, longest: int) -> Array:
    """Inputs (B, `longest`, C), NaN behind the end of each sequence."""
    count, steps, channels = part.inputs.shape
    inputs = np.full((count, longest, channels), np.nan)
    inputs[:, :steps] = part.inputs[:, :longest]
    if part.lengths is not None:
        inputs[np.arange(longest) >= part.lengths[:, None]] = np.nan
    return inputs


def occurring(part: Part, size: int) -> csr_matrix:
    """Which words occur in each text, (B, V)."""
    lengths = part.lengths
    if lengths is None:
        lengths = np.full(len(part), part.inputs.shape[1])
    rows = np.repeat(np.arange(len(part)), lengths)
    columns = part.inputs[np.arange(part.inputs.shape[1]) < lengths[:, None]]
    counts = csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(len(part), size))
    return counts.minimum(counts.sign())
