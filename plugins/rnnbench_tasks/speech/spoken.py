"""The clips of synthetic speech, by digits, voice, accent and speed, in the order of synthesis."""

from collections.abc import Sequence
from itertools import product
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
"""Voices of eSpeak NG; its Klatt synthesiser is left out, as its noise depends on the C library."""
WORDS_PER_MINUTE = (130, 175, 220)
FEWEST_DIGITS = 3
MOST_DIGITS = 7
STRINGS_EACH = 5
STRINGS_SEED = 20261125


class Clip(NamedTuple):
    """Some digits, spoken by a voice in an accent at a speed."""

    voice: str
    accent: str
    words_per_minute: int
    digits: tuple[int, ...]

    @property
    def voice_name(self) -> str:
        """The name of voice and accent in eSpeak NG."""
        return f"{self.accent}+{self.voice}"

    @property
    def text(self) -> str:
        """The digits in words."""
        return " ".join(WORDS[digit] for digit in self.digits)


def clips() -> list[Clip]:
    """Return all clips, single digits first."""
    return [*single_digits(), *strings()]


def single_digits() -> list[Clip]:
    """Return each digit once by each voice in each accent at each speed: 4,800 clips."""
    return [Clip(*speaker, (digit,)) for speaker, digit in product(_speakers(), range(10))]


def strings() -> list[Clip]:
    """Return strings of 3 to 7 digits, one of each length by each voice, accent and speed: 2,400.

    No string comes twice.
    """
    rng = np.random.default_rng(STRINGS_SEED)
    speakers = _speakers()
    sizes = range(FEWEST_DIGITS, MOST_DIGITS + 1)
    drawn = [_different(rng, size, len(speakers)) for size in sizes]
    strings_of_speakers = zip(*drawn, strict=True)
    in_order = []
    for speaker, group in zip(speakers, strings_of_speakers, strict=True):
        in_order += [Clip(*speaker, digits) for digits in group]
    return in_order


def _speakers() -> Sequence[tuple[str, str, int]]:
    return list(product(VOICES, ACCENTS, WORDS_PER_MINUTE))


def _different(rng: np.random.Generator, size: int, count: int) -> list[tuple[int, ...]]:
    """Return `count` different strings of `size` digits."""
    numbers = rng.choice(10**size, count, replace=False)
    written = [f"{number:0{size}d}" for number in numbers]
    return [tuple(map(int, letters)) for letters in written]
