"""Sentiment of film reviews, of one sentence or of hundreds of words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import ClassVar, Literal
from zipfile import Path as ZipPath

import numpy as np

import rnnbench
from rnnbench_tasks.text.review_texts import REVIEWS, read_reviews, without_repeats, words_of
from rnnbench_tasks.text.vocabulary import frequent

RUN = 50
"""Neighbouring reviews that share a split: reviews of one film are neighbours, rarely over 40."""
SHARES = (0.8, 0.9)
SPLIT_SEED = 20261125


@dataclass(frozen=True)
class _Reviews(rnnbench.RecordedTask):
    """The base of both tasks: the reading, splits, vocabulary and trivial forecast."""

    words: int = 2_000
    reviews: int = 0
    held_out: int = 1_000
    keep: Literal["end", "start"] = "end"
    source: ClassVar[str]
    loss: ClassVar[rnnbench.Loss] = "cross-entropy"
    metrics: ClassVar[tuple[rnnbench.Metric, ...]] = (rnnbench.ACCURACY,)
    trivial_forecast: ClassVar[str] = "majority class"
    archives: ClassVar[tuple[rnnbench.Archive, ...]] = (REVIEWS,)

    def __post_init__(self) -> None:
        super().__post_init__()
        for dial, least in (("words", 2), ("reviews", 0), ("held_out", 1)):
            value = getattr(self, dial)
            if value < least:
                raise ValueError(f"{dial} must be at least {least}, got {value}")

    @property
    def vocabulary(self) -> int:
        """The number of known words, plus the unknown one."""
        return self.words

    @property
    def output_size(self) -> int:
        """Two classes: negative and positive."""
        return 2

    def load(self, archives: Mapping[str, ZipPath]) -> rnnbench.Splits:
        """Return inputs (B, T) of tokens, padded on the right; targets (B,); lengths (B,)."""
        reviews = without_repeats(read_reviews(archives[REVIEWS.package], self.source))
        train, validation, test = split_in_runs([label for _, label in reviews])
        if not len(validation) or not len(test):
            raise rnnbench.DataUnavailable(
                f"{self.name}: {len(reviews)} reviews are too few for three splits"
            )
        chosen = (train[: self.reviews or None], validation[: self.held_out], test[: self.held_out])
        texts = []
        labels = []
        for part in chosen:
            texts.append([self._kept(words_of(reviews[index][0])) for index in part])
            labels.append(np.array([reviews[index][1] for index in part]))
        codes = frequent(list(chain.from_iterable(texts[0])), self.words)
        batches = [_batch(words, of, codes) for words, of in zip(texts, labels, strict=True)]
        train_part, validation_part, test_part = batches
        words = np.array([rnnbench.shortened(each) for each in texts[-1]])
        test_part = replace(test_part, extra={"words": words})
        return rnnbench.Splits(train_part, validation_part, test_part)

    def _kept(self, words: list[str]) -> list[str]:
        """Return `horizon` words at most, from one end; one unknown word for an empty text."""
        kept = words[-self.horizon :] if self.keep == "end" else words[: self.horizon]
        return kept or [""]

    def example(self, one: rnnbench.Batch, outputs: np.ndarray) -> rnnbench.Example:
        """Return the first and the last words of a review, and whether the film was liked."""
        read = [str(one.extra["words"][0])]
        return rnnbench.example_of(one, outputs, read=read, classes=("not liked", "liked"))

    def trivial(self, train: rnnbench.Batch, test: rnnbench.Batch) -> Mapping[str, float]:
        """Return the measured accuracy of the more frequent class of the training data."""
        majority = np.bincount(train.targets, minlength=2).argmax()
        return {"accuracy": float(np.mean(test.targets == majority))}


@dataclass(frozen=True)
class Sentiment(_Reviews):
    """Was the film liked? One sentence of a review, word by word.

    words:  things really get weird though not particularly scary ...
    answer at the last step: no

    There are 8,530 single sentences (8,528 without repeats) of at most 51 words. A draw that is the
    same for every seed takes 80 % for training, 10 % for validation and 10 % for the test. Half are
    positive: chance is 1/2. The vocabulary is the `words` - 1 most frequent words of the training
    split and the unknown word. `reviews` limits the training sentences (0: all).

    The target is the accuracy of logistic regression on the words that occur, with a penalty chosen
    on validation data, rounded down. That accuracy is 0.759 on validation and 0.719 on test data,
    measured 2026-11-25 by benchmarks/targets_text.py.

    source: Pang & Lee 2005, doi:10.3115/1219840.1219855. Accuracies are not comparable with
    published ones, because the split is another one.
    """

    horizon: int = 60
    name: ClassVar[str] = "sentiment"
    source: ClassVar[str] = "rotten_tomatoes"
    target: ClassVar[float] = 0.75


@dataclass(frozen=True)
class LongDocument(_Reviews):
    """Was the film liked? Whole reviews, hundreds to thousands of words.

    words:  i rented i am curious yellow from my video store ... really doesn't have much of a plot
    answer at the last step: no

    There are 25,000 reviews of IMDB (24,901 without repeats), of 235 words on average and up to
    2,503. Half are positive: chance is 1/2. The last `horizon` words of each are read, or the first
    (keep = "start"). The vocabulary and the dial `reviews` are as in `sentiment`.

    The file is sorted by label, and reviews of one film follow each other: 50 neighbours go to one
    split together (80, 10, 10 %). If reviews were drawn one by one, films known from training would
    raise logistic regression from 86.7 to 87.8 % (2026-11-25).

    The target is the accuracy of logistic regression on the words that occur, with a penalty chosen
    on validation data, rounded down. At the default dials, that accuracy is 0.856 on validation and
    0.816 on test data, measured 2026-11-25 by benchmarks/targets_text.py. With all reviews and
    horizon 1,000, it reaches 0.889 and 0.855.

    source: Maas et al. 2011, aclanthology.org/P11-1015. Accuracies are not comparable with
    published ones, because the split is another one.
    """

    horizon: int = 200
    reviews: int = 4_000
    name: ClassVar[str] = "long-document"
    source: ClassVar[str] = "imdb"
    target: ClassVar[float] = 0.85

    @property
    def target_here(self) -> float:
        """The target for these dials: with all reviews and 1,000 words, 0.889 is reached."""
        return self.target if self.reviews or self.horizon < 1_000 else 0.88


def _batch(
    texts: Sequence[Sequence[str]], labels: np.ndarray, codes: Mapping[str, int]
) -> rnnbench.Batch:
    lengths = np.array([len(words) for words in texts])
    tokens = np.zeros((len(texts), int(lengths.max())), dtype=np.int64)
    for words, line in zip(texts, tokens, strict=True):
        line[: len(words)] = [codes.get(word, 0) for word in words]
    return rnnbench.Batch(tokens, labels, lengths=lengths)


def split_in_runs(labels: Sequence[int]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return positions for training (80 %), validation (10 %) and test (10 %), in random order.

    The draw is the same for every seed. Within each label, positions are cut into runs of RUN
    neighbours, and a run goes to one split as a whole.
    """
    rng = np.random.default_rng(SPLIT_SEED)
    parts: list[list[np.ndarray]] = [[], [], []]
    for label in (0, 1):
        positions = np.flatnonzero(np.array(labels) == label)
        runs_needed = -(-len(positions) // RUN)
        runs = np.array_split(positions, max(runs_needed, 1))
        order = rng.permutation(len(runs))
        borders = [int(share * len(runs)) for share in SHARES]
        for part, chosen in zip(parts, np.split(order, borders), strict=True):
            part += [runs[index] for index in chosen]
    none = np.array([], dtype=int)
    train, validation, test = (rng.permutation(np.concatenate([*part, none])) for part in parts)
    return train, validation, test
