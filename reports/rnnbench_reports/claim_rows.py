"""The layout of the forest plot: lines of text for claims, readings and conditions, with their
heights."""

from collections.abc import Iterator
from dataclasses import dataclass
from textwrap import wrap

import rnnbench
from rnnbench_reports.claim_words import UNNAMED_FACETS, heading
from rnnbench_reports.style import spread

LINE = 0.17
"""Inches from one line of text to the next."""
BEFORE_A_CLAIM = 0.13
SENTENCE_CHARACTERS = 100
HEADING_CHARACTERS = 65
CONDITION_CHARACTERS = 62


@dataclass(frozen=True)
class ConditionLine:
    """A condition with the top and the middle of its text, in inches below the top of the
    figure."""

    text: str
    top: float
    middle: float
    judged: rnnbench.Judged

    @property
    def says(self) -> str:
        """The condition in words, its effect with its ends and n, and its state."""
        found = f"{figures_of(self.judged)}, {self.judged.state}"
        condition = self.text.replace("\n", " ")
        return f"{condition}: {found}" if condition else found


def figures_of(judged: rnnbench.Judged) -> str:
    """Return the effect with its ends, and n where it is an estimate."""
    effect = judged.effect
    if effect is None or effect.low == effect.high:
        return spread(effect)
    return f"{spread(effect)}, n = {effect.n}"


@dataclass(frozen=True)
class ReadingBlock:
    """A reading with its conditions, which reach from `top` to `bottom` below its own text."""

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
    """Yield a block for each claim that has conditions, from this height downwards."""
    for claim in claims:
        if any(reading.judged for reading in claim.readings):
            block = _claim_block(claim, top + BEFORE_A_CLAIM)
            yield block
            top = block.bottom


def _claim_block(claim: rnnbench.ClaimFinding, top: float) -> ClaimBlock:
    lines = wrap(claim.sentence, SENTENCE_CHARACTERS)
    bottom = top + LINE * len(lines)
    readings = []
    for reading in claim.readings:
        readings.append(_reading_block(reading, bottom))
        bottom = readings[-1].bottom
    middle = top + LINE * len(lines) / 2
    return ClaimBlock("\n".join(lines), top, middle, bottom, claim, tuple(readings))


def _reading_block(reading: rnnbench.ReadingFinding, top: float) -> ReadingBlock:
    untested = f"; untested: {', '.join(reading.missing)}" if reading.missing else ""
    lines = wrap(heading(reading) + untested, HEADING_CHARACTERS)
    conditions_top = top + LINE * len(lines)
    bottom = conditions_top
    conditions = []
    for judged in reading.judged:
        words = wrap(_short_facets(judged), CONDITION_CHARACTERS) or [""]
        height = LINE * len(words)
        conditions.append(ConditionLine("\n".join(words), bottom, bottom + height / 2, judged))
        bottom += height
    return ReadingBlock(
        text="\n".join(lines),
        middle=top + LINE * len(lines) / 2,
        top=conditions_top,
        bottom=bottom,
        reading=reading,
        conditions=tuple(conditions),
    )


def _short_facets(judged: rnnbench.Judged) -> str:
    """Return the facets that distinguish a condition, in few words."""
    words = []
    for name, value in judged.facets.items():
        needs_name = name not in (*UNNAMED_FACETS, "threshold")
        words.append(f"{name} {value}" if needs_name else value.removesuffix(" to the target"))
    return ", ".join(words)
