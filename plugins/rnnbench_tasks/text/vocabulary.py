"""Words of a text, and codes for the most frequent ones."""

import re
from collections import Counter
from collections.abc import Sequence

WORD = re.compile(r"\w+(?:[’'-]\w+)*|[^\w\s]")  # noqa: RUF001


def words_of(text: str) -> list[str]:
    """Return words in lower case, with each punctuation mark as a word of its own."""
    return WORD.findall(text.lower())


def frequent(words: Sequence[str], size: int) -> dict[str, int]:
    """Return codes from 1 for the `size` - 1 most frequent words, ties in alphabetical order."""
    ranked = sorted(Counter(words).items(), key=lambda item: (-item[1], item[0]))
    return {word: code for code, (word, _) in enumerate(ranked[: size - 1], start=1)}
