"""Words of texts, and the vocabulary of the most frequent ones."""

import re
from collections import Counter
from collections.abc import Iterable
from itertools import chain
from typing import Literal

WORD = re.compile(r"\w+(?:[’'-]\w+)*|[^\w\s]")  # noqa: RUF001


def words_of(text: str) -> list[str]:
    """Words in lower case, with each punctuation mark as a word of its own."""
    return WORD.findall(text.lower())


def symbols_of(text: str, unit: Literal["character", "word"]) -> list[str]:
    """The symbols of a text in order: words, or characters with a line end behind each line."""
    lines = text.splitlines()
    if unit == "word":
        return list(chain.from_iterable(map(words_of, lines)))
    return list(chain.from_iterable(f"{line}\n" for line in lines))


def most_frequent(symbols: Iterable[str], most: int) -> tuple[str, ...]:
    """The most frequent symbols, at most so many; ties in alphabetical order."""
    ranked = sorted(Counter(symbols).items(), key=lambda item: (-item[1], item[0]))
    return tuple(symbol for symbol, _ in ranked[:most])
