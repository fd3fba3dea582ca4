"""The lines of the forest plot: claims, their readings and conditions, one below the other, with
their places."""

from collections.abc import Iterator
from dataclasses import dataclass
from textwrap import wrap

import rnnbench
from rnnbench_reports.claim_words import BY_THEMSELVES, heading

LINE = 0.17
"""Inches from one line of text to the next."""
BEFORE_A_CLAIM = 0.13
SENTENCE_CHARACTERS, HEADING_CHARACTERS, CONDITION_CHARACTERS = 100, 65, 62
"""What fits on a line of each kind."""


@dataclass(frozen=True)
class ConditionLine:
    """A condition. `top` and `middle` of its text are in inches from the top of the figure, as in
    all lines."""

    text: str
    top: float
    middle: float
    judged: rnnbench.Judged


@dataclass(frozen=True)
class ReadingBlock:
    """A reading with its conditions, which reach from `top` to `bottom`."""

    text: str
    middle: float
    top: float
    bottom: float
    reading: rnnbench.ReadingFinding
    conditions: tuple[ConditionLine, ...]


@dataclass(frozen=True)
class ClaimBlock:
    """A claim with its readings."""

    text: str
    top: float
    middle: float
    bottom: float
    claim: rnnbench.ClaimFinding
    readings: tuple[ReadingBlock, ...]


def claim_blocks(claims: tuple[rnnbench.ClaimFinding, ...], top: float) -> Iterator[ClaimBlock]:
    """The claims that have conditions, from this height downwards."""
    for claim in claims:
        if not any(reading.judged for reading in claim.readings):
            continue
        begin = top + BEFORE_A_CLAIM
        sentence = wrap(claim.sentence, SENTENCE_CHARACTERS)
        at = begin + LINE * len(sentence)
        readings = []
        for reading in claim.readings:
            readings.append(_reading(reading, at))
            at = readings[-1].bottom
        middle = begin + LINE * len(sentence) / 2
        yield ClaimBlock("\n".join(sentence), begin, middle, at, claim, tuple(readings))
        top = at


def _reading(reading: rnnbench.ReadingFinding, top: float) -> ReadingBlock:
    untested = f"; untested: {', '.join(reading.missing)}" if reading.missing else ""
    text = wrap(heading(reading) + untested, HEADING_CHARACTERS)
    at = begin = top + LINE * len(text)
    conditions = []
    for judged in reading.judged:
        lines = wrap(_facets(judged), CONDITION_CHARACTERS) or [""]
        height = LINE * len(lines)
        conditions.append(ConditionLine("\n".join(lines), at, at + height / 2, judged))
        at += height
    return ReadingBlock(
        "\n".join(text), top + LINE * len(text) / 2, begin, at, reading, tuple(conditions)
    )


def _facets(judged: rnnbench.Judged) -> str:
    """What tells a condition from others, in few words."""
    words = []
    for name, value in judged.facets.items():
        short = value.removesuffix(" to the target")
        words.append(short if name in (*BY_THEMSELVES, "threshold") else f"{name} {value}")
    return ", ".join(words)
