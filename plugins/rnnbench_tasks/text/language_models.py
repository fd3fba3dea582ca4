"""Language models of the King James Bible, by characters and by words."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import ClassVar
from zipfile import Path as ZipPath

import numpy as np

import rnnbench
from rnnbench_tasks.text.bible import BIBLE, read_verses
from rnnbench_tasks.text.vocabulary import frequent, words_of

ALPHABET = "\n !'(),-.:;?[]—’æÆabcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"  # noqa: RUF001
"""The known characters; any other is read as the unknown character, 0."""
VERSE_END = "\n"
TRAIN_SHARE = 0.90
VALIDATION_SHARE = 0.05


@dataclass(frozen=True)
class _Bible(rnnbench.RecordedTask):
    """The base of both tasks: the text, its splits and the n-gram forecast."""

    loss: ClassVar[rnnbench.Loss] = "cross-entropy"
    readout: ClassVar[rnnbench.Readout] = "every-step"
    mode: ClassVar[rnnbench.Mode] = "stream"
    trivial_order: ClassVar[int] = 2
    trivial_forecast: ClassVar[str] = "bigram: the last symbol alone"
    archives: ClassVar[tuple[rnnbench.Archive, ...]] = (BIBLE,)
    characters: int = 500_000

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.characters < 0:
            raise ValueError(
                f"characters must be at least 0 (which means all of them), got {self.characters}"
            )

    @property
    @abstractmethod
    def vocabulary(self) -> int:
        """The number of symbols, including the unknown one."""

    @property
    def output_size(self) -> int:
        """One class for each symbol."""
        return self.vocabulary

    @abstractmethod
    def encode(self, parts: Sequence[Sequence[str]]) -> list[list[int]]:
        """Return the verses of each part as one sequence of symbols.

        The first part is the training split.
        """

    def load(self, archives: Mapping[str, ZipPath]) -> rnnbench.Splits:
        """Return each split as one sequence: inputs (1, N), and targets (1, N) one symbol later."""
        verses = self._beginning(read_verses(archives[BIBLE.package]))
        first = int(len(verses) * TRAIN_SHARE)
        second = int(len(verses) * (TRAIN_SHARE + VALIDATION_SHARE))
        parts = (verses[:first], verses[first:second], verses[second:])
        if not all(parts):
            raise rnnbench.DataUnavailable(
                f"{self.name}: {len(verses)} verses are too few for three splits"
            )
        sequences = [np.array([symbols], dtype=np.int64) for symbols in self.encode(parts)]
        return rnnbench.Splits(*(rnnbench.Batch(s[:, :-1], s[:, 1:]) for s in sequences))

    def _beginning(self, verses: list[str]) -> list[str]:
        """Return the verses that fit in the first `characters`, with a line end after each."""
        if not self.characters:
            return verses
        ends = accumulate(len(verse) + len(VERSE_END) for verse in verses)
        fitting = sum(end <= self.characters for end in ends)
        return verses[:fitting]

    def trivial(self, train: rnnbench.Batch, test: rnnbench.Batch) -> Mapping[str, float]:
        """Return the measured score of the bigram model of the training split."""
        return self.ngram_score(train, test, self.trivial_order)

    def ngram_score(
        self, train: rnnbench.Batch, test: rnnbench.Batch, order: int
    ) -> dict[str, float]:
        """Return the score on `test` of an n-gram model that is trained on `train`."""
        train_symbols = _symbols(train)
        test_symbols = _symbols(test)
        logarithms = rnnbench.baselines.log_probabilities(
            train_symbols, test_symbols, self.vocabulary, order
        )
        return {
            metric.name: metric.compute(logarithms, test_symbols[1:], {}) for metric in self.metrics
        }


def _symbols(batch: rnnbench.Batch) -> np.ndarray:
    """Return the whole sequence of a split, (N + 1,)."""
    return np.append(batch.inputs[0, :1], batch.targets[0])


@dataclass(frozen=True)
class CharLm(_Bible):
    """Predict each next character of a long text.

    text:                 I n   t h e   b e g i n n i n
    answer at each step:  n   t h e   b e g i n n i n g

    The text is the King James Bible, one verse a line. Its first `characters` (0: all) are split by
    verses in their order: 90 % for training, 5 % for validation, 5 % for the test. The text is one
    stream whose state is carried on, so that a reader may use all text before. `horizon` is the
    window through which the gradient flows (truncated backpropagation, as in Mikolov et al. 2011,
    doi:10.1109/ICASSP.2011.5947611).

    On the test data, n-gram models of the training split score log2 71 = 6.15 bits (uniform), 4.31
    (unigram) and 3.24 (bigram). The target is the score of an interpolated n-gram model whose order
    (6) is chosen on validation data, rounded up. That score is 1.592 bits on validation and 1.772
    on test data, measured 2026-11-25 by benchmarks/targets_text.py. The target holds for the
    default `characters`; with all of them, the same model reaches 1.92 and 1.85.
    """

    horizon: int = 64
    name: ClassVar[str] = "char-lm"
    metrics: ClassVar[tuple[rnnbench.Metric, ...]] = (rnnbench.BITS_PER_CHARACTER,)
    target: ClassVar[float] = 1.60

    @property
    def target_here(self) -> float:
        """The target for this dial: with all characters, the n-gram model reaches 1.92."""
        return self.target if self.characters else 1.93

    @property
    def vocabulary(self) -> int:
        """The number of characters, including the unknown one."""
        return len(ALPHABET) + 1

    def encode(self, parts: Sequence[Sequence[str]]) -> list[list[int]]:
        """Return the characters of each part, with a line end after each verse."""
        codes = {character: code for code, character in enumerate(ALPHABET, start=1)}
        texts = [VERSE_END.join([*verses, ""]) for verses in parts]
        return [_coded(text, codes) for text in texts]


@dataclass(frozen=True)
class WordLm(_Bible):
    """Predict each next word of a long text.

    text:                 in  the       beginning god      created
    answer at each step:  the beginning god       created  the

    Text, splits and window are those of `char-lm`. Words are in lower case; punctuation marks and
    ends of verses are words too. The `words` - 1 most frequent words of the training split are
    known. All others are one unknown word, 5 % of the test data by default. Perplexities are
    comparable only at equal `words`.

    On the test data, n-gram models of the training split score 2,000 (uniform), 196.6 (unigram) and
    59.1 (bigram). The target is the score of an interpolated n-gram model whose order (3) is chosen
    on validation data. That score is 34.0 on validation and 55.5 on test data, measured 2026-11-25
    by benchmarks/targets_text.py. The target holds for the default dials; with all characters, the
    bigram is the best of these models, at 76.3 and 68.4.
    """

    horizon: int = 32
    words: int = 2_000
    name: ClassVar[str] = "word-lm"
    metrics: ClassVar[tuple[rnnbench.Metric, ...]] = (rnnbench.PERPLEXITY,)
    target: ClassVar[float] = 34.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.words < 2:
            raise ValueError(
                f"words must be at least 2 (a known and the unknown one), got {self.words}"
            )

    @property
    def vocabulary(self) -> int:
        """The number of known words, plus the unknown one."""
        return self.words

    def encode(self, parts: Sequence[Sequence[str]]) -> list[list[int]]:
        """Return the codes of words, punctuation marks and ends of verses."""
        parts_of_words = [_words_of_verses(verses) for verses in parts]
        codes = frequent(parts_of_words[0], self.words)
        return [_coded(words, codes) for words in parts_of_words]


def _coded(symbols: Sequence[str], codes: Mapping[str, int]) -> list[int]:
    return [codes.get(symbol, 0) for symbol in symbols]


def _words_of_verses(verses: Sequence[str]) -> list[str]:
    words = []
    for verse in verses:
        words += words_of(verse)
        words.append(VERSE_END)
    return words
