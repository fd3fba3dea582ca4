"""What is said, by whom and how fast: the clips of synthetic speech, in the order in which they are
said."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

RATE_HZ = 22050
WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
ACCENTS = (
    "en",
    "en-gb-x-rp",
    "en-gb-scotland",
    "en-gb-x-gbclan",
    "en-gb-x-gbcwmd",
    "en-us",
    "en-us-nyc",
    "en-029",
)
"""British, received pronunciation, Scotland, Lancaster, West Midlands, American, New York City,
Caribbean."""
TRAIN = ("m1", "m2", "m3", "m4", "m5", "f1", "f2", "f3", "Andy", "Annie", "belinda", "max")
VALIDATION = ("m6", "m8", "f4", "aunty")
TEST = ("m7", "Alex", "f5", "steph")
VOICES = TRAIN + VALIDATION + TEST
"""Variants of eSpeak NG; none is made by its Klatt synthesiser, whose noise comes from the
platform's C library."""
WORDS_PER_MINUTE = (130, 175, 220)
FEWEST_DIGITS, MOST_DIGITS = 3, 7
STRINGS_EACH = 5
STRINGS_SEED = 20261125


class Clip(NamedTuple):
    """Some digits, said by a voice with an accent."""

    voice: str
    accent: str
    words_per_minute: int
    digits: tuple[int, ...]

    @property
    def voice_name(self) -> str:
        """As eSpeak NG calls it."""
        return f"{self.accent}+{self.voice}"

    @property
    def text(self) -> str:
        """The digits in words."""
        return " ".join(WORDS[digit] for digit in self.digits)


def clips() -> list[Clip]:
    """All clips, single digits first."""
    return [*single_digits(), *strings()]


def single_digits() -> list[Clip]:
    """Each digit once by each voice in each accent at each speed: 4,800."""
    return [Clip(*speaker, (digit,)) for speaker in _speakers() for digit in range(10)]


def strings() -> list[Clip]:
    """Five strings of 3 to 7 digits, one of each length, by each voice in each accent at each
    speed: 2,400.

    No string is said twice.
    """
    rng = np.random.default_rng(STRINGS_SEED)
    speakers = _speakers()
    drawn = [_different(rng, size, len(speakers)) for size in range(FEWEST_DIGITS, MOST_DIGITS + 1)]
    return [
        Clip(*speaker, digits)
        for speaker, group in zip(speakers, zip(*drawn, strict=True), strict=True)
        for digits in group
    ]


def _speakers() -> Sequence[tuple[str, str, int]]:
    return [
        (voice, accent, speed)
        for voice in VOICES
        for accent in ACCENTS
        for speed in WORDS_PER_MINUTE
    ]


def _different(rng: np.random.Generator, size: int, count: int) -> list[tuple[int, ...]]:
    """So many different strings of this length."""
    numbers = rng.choice(10**size, count, replace=False)
    return [tuple(int(letter) for letter in f"{number:0{size}d}") for number in numbers]
