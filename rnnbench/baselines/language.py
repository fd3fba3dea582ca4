"""Baselines of language models: n-gram models of the training part."""

from collections.abc import Iterator

import numpy as np

from rnnbench.baselines.chosen import Setting, best
from rnnbench.baselines.ngrams import LARGEST_CODE, log_probabilities
from rnnbench.baselines.records import BaselineScore
from rnnbench.datafile import Dataset, Part, language_scores
from rnnbench.datafile.table import Array

ORDERS = range(1, 8)
NAMES = {1: "unigram", 2: "bigram"}
"""Of orders; others are called by their number."""


def fit_language(dataset: Dataset) -> tuple[BaselineScore, ...]:
    """The bigram model, and the n-gram model whose order is best on validation data."""
    settings = list(_models(dataset))
    bigram = settings[min(1, len(settings) - 1)]
    return _scored("bigram model", bigram), _scored("n-gram model", best(settings))


def _scored(name: str, setting: Setting) -> BaselineScore:
    validation = language_scores(setting.validation)
    test = language_scores(setting.test)
    return BaselineScore(name, setting.words, validation, test, setting.test)


def _models(dataset: Dataset) -> Iterator[Setting]:
    """The n-gram model of each order whose runs of symbols have codes of 63 bits."""
    symbols = len(dataset.preparation.vocabulary) + 1
    train, validation, test = map(_stream, dataset.parts)
    for order in ORDERS:
        if symbols**order >= LARGEST_CODE:
            return
        held_back = [log_probabilities(train, part, symbols, order) for part in (validation, test)]
        error = float(-np.mean(held_back[0]))
        words = NAMES.get(order, f"{order}-gram")
        yield Setting(words, held_back[0], held_back[1], error)


def _stream(part: Part) -> Array:
    """All symbols of a part, (N + 1,)."""
    return np.append(part.inputs[0, :1], part.targets[0])
