"""The forest plot of a claim for a phone or a column of a paper: each condition in words above its
interval."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain
from textwrap import wrap
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

import rnnbench
from rnnbench_reports.claim_forest import effects_in_words, sheet_of
from rnnbench_reports.claim_legend import SMALL, draw_legend, legend_entries
from rnnbench_reports.claim_panels import COLOURS, draw_reading, tick_numbers
from rnnbench_reports.claim_rows import (
    LINE,
    ConditionLine,
    ReadingBlock,
    claim_blocks,
    figures_of,
)
from rnnbench_reports.claim_scales import KINDS, Kind, kind_of, scale
from rnnbench_reports.panel import Panel
from rnnbench_reports.style import DOTS_PER_INCH, plain

# Lengths in inches.
WIDEST = 3.45
NUMBERS = 1.9
BETWEEN = 0.1
LEFT = 0.02
HEAD = 0.2
"""Space above the first reading, beside that for the lines of the legend."""
LETTERS = 46
"""Letters of a line of the words of a condition, which leaves room for its state."""


def narrow_forest(claim: rnnbench.ClaimFinding, width: float) -> Panel | None:
    """Return the plot of a claim, at most so many inches wide; None where it has no condition."""
    blocks = list(chain.from_iterable(block.readings for block in claim_blocks((claim,), 0.0)))
    if not blocks:
        return None
    lines = list(chain.from_iterable(block.conditions for block in blocks))
    entries = legend_entries(lines)
    placed = list(_placed(blocks, HEAD + LINE * len(entries)))
    height = placed[-1].bottom + LINE / 2
    figure = Figure(figsize=(min(width, WIDEST), height), dpi=DOTS_PER_INCH)
    sheet = sheet_of(figure)
    for kind in KINDS:
        own = [block for block in placed if block.conditions and _kind(block) == kind.name]
        if own:
            _draw(_axis(figure, kind, own), sheet, kind, own)
    small: dict[str, Any] = {"fontsize": SMALL, "va": "center", "style": "italic"}
    for block in placed:
        sheet.text(LEFT, block.middle, plain(block.text), **small)
    draw_legend(figure, entries, columns=1)
    return Panel("narrow", "", figure, words=effects_in_words(blocks))


def _placed(blocks: Sequence[ReadingBlock], top: float) -> Iterator[ReadingBlock]:
    """Yield the readings with new places: words first, and the interval in a line below them."""
    for block in blocks:
        words = wrap(block.text.replace("\n", " "), LETTERS + 8)
        first = top + LINE * len(words)
        if block.conditions:
            first += LINE  # of the numbers of the axis
        bottom = first
        conditions = []
        for line in block.conditions:
            lines = wrap(line.text.replace("\n", " "), LETTERS) or [""]
            bottom += LINE * len(lines)
            text = "\n".join(lines)
            conditions.append(ConditionLine(text, bottom, bottom + LINE / 2, line.judged))
            bottom += LINE * 1.25
        yield replace(
            block,
            text="\n".join(words),
            middle=top + LINE * len(words) / 2,
            top=first,
            bottom=bottom,
            conditions=tuple(conditions),
        )
        top = bottom + LINE / 2


def _kind(block: ReadingBlock) -> str:
    return kind_of(block.reading)


def _axis(figure: Figure, kind: Kind, blocks: Sequence[ReadingBlock]) -> Axes:
    """Return the axis of all readings of one kind, as high as the figure."""
    width, height = figure.get_size_inches()
    plot = width - NUMBERS - BETWEEN - LEFT
    axis = figure.add_axes((LEFT / width, 0, plot / width, 1), facecolor="none")
    axis.set_ylim(height, 0)
    scale(axis, replace(kind, width=plot), blocks)
    axis.tick_params(bottom=False, labelbottom=False, left=False, labelleft=False)
    axis.spines[:].set_visible(False)
    return axis


def _draw(axis: Axes, sheet: Axes, kind: Kind, blocks: Sequence[ReadingBlock]) -> None:
    """Draw the readings of one kind: the numbers of their axis, and their conditions."""
    right = sheet.get_xlim()[1]
    small: dict[str, Any] = {"fontsize": SMALL, "va": "center"}
    for block in blocks:
        numbers = block.top - LINE / 2
        tick_numbers(axis, numbers)
        sheet.text(right - NUMBERS, numbers, kind.title, color=COLOURS["open"], **small)
        for line in block.conditions:
            one = replace(block, top=line.top, bottom=line.top + LINE, conditions=(line,))
            draw_reading(axis, kind, one)
            words = line.top - LINE * (line.text.count("\n") + 1) / 2
            state = line.judged.state
            sheet.text(LEFT, words, plain(line.text), **small)
            sheet.text(right, words, state, ha="right", color=COLOURS[state], **small)
            sheet.text(right - NUMBERS, line.middle, figures_of(line.judged), **small)
