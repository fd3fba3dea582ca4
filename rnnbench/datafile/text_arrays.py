"""Texts of a user's file as codes of characters or words, numbered by the training part."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, pairwise

import numpy as np

from rnnbench.datafile.dataset import Dataset, Part
from rnnbench.datafile.examined import Text, Texts
from rnnbench.datafile.preparation import Preparation
from rnnbench.datafile.sequence_arrays import codes_of
from rnnbench.datafile.table import Array
from rnnbench.datafile.windows import PARTS
from rnnbench.datafile.words import most_frequent

MOST_SYMBOLS = 1_999
"""Known words or characters; perplexities are comparable at equal numbers alone."""


def text_arrays(text: Text) -> Dataset:
    """Each part as one stream of codes, and the same codes one symbol later."""
    length = text.inspection.windows.length
    assert length is not None
    parts = [text.symbols[begin:end] for begin, end in pairwise((0, *text.borders))]
    preparation = Preparation(
        kind=text.inspection.kind,
        vocabulary=most_frequent(parts[0], MOST_SYMBOLS),
        unit=text.unit,
        window=length,
    )
    arrays = []
    for symbols in parts:
        stream = encoded(preparation, symbols)[None]
        arrays.append(Part(inputs=stream[:, :-1], targets=stream[:, 1:]))
    train, validation, test = arrays
    return Dataset(text.inspection, preparation, train, validation, test)


def texts_arrays(texts: Texts, most_steps: int) -> Dataset:
    """The last `most_steps` words of each text, padded on the right by zeros, and its class."""
    words = [of[-most_steps:] or [""] for of in texts.words]
    roles = {column.role: column.name for column in texts.inspection.columns}
    train = chain.from_iterable(words[one] for one in np.flatnonzero(texts.part == 0))
    preparation = Preparation(
        kind=texts.inspection.kind,
        classes=tuple(sorted(set(texts.labels))),
        vocabulary=most_frequent(train, MOST_SYMBOLS),
        unit="word",
        window=most_steps,
        label=roles["label"],
        text=roles["text"],
    )
    codes = codes_of(preparation.classes, texts.labels)
    parts = []
    for part in range(len(PARTS)):
        chosen = np.flatnonzero(texts.part == part)
        inputs, lengths = padded_codes(preparation, [words[one] for one in chosen])
        parts.append(
            Part(
                inputs=inputs,
                targets=codes[chosen],
                lengths=lengths,
                lines=texts.lines[chosen],
            )
        )
    train_part, validation, test = parts
    return Dataset(texts.inspection, preparation, train_part, validation, test)


def encoded(preparation: Preparation, symbols: Iterable[str]) -> Array:
    """The codes of symbols, (N,) int64; 0 for those that the training part lacks."""
    codes = _codes(preparation)
    return np.array([codes.get(symbol, 0) for symbol in symbols], dtype=np.int64)


def padded_codes(
    preparation: Preparation, texts: Sequence[Sequence[str]]
) -> tuple[Array, Array | None]:
    """Codes (B, T) int64 of words, with zeros behind the ends, and lengths (B,); None if equal."""
    codes = _codes(preparation)
    lengths = np.array([len(words) for words in texts], dtype=np.int64)
    inputs = np.zeros((len(texts), int(lengths.max())), dtype=np.int64)
    for row, words in zip(inputs, texts, strict=True):
        row[: len(words)] = [codes.get(word, 0) for word in words]
    return inputs, None if (lengths == lengths.max()).all() else lengths


def _codes(preparation: Preparation) -> Mapping[str, int]:
    return {symbol: code for code, symbol in enumerate(preparation.vocabulary, start=1)}
