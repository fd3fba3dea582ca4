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
from rnnbench_reports.claim_forest import SMALL, draw_legend, figures_of, legend_entries, sheet_of
from rnnbench_reports.claim_panels import COLOURS, draw_reading, tick_numbers
from rnnbench_reports.claim_rows import LINE, ConditionLine, ReadingBlock, claim_blocks
from rnnbench_reports.claim_scales import KINDS, kind_of, scale
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
    for block in placed:
        _draw(figure, sheet, block, [other for other in placed if _kind(other) == _kind(block)])
    draw_legend(figure, entries, columns=1)
    return Panel("narrow", "", figure)


def _placed(blocks: Sequence[ReadingBlock], top: float) -> Iterator[ReadingBlock]:
    """Yield the readings with new places: words first, and the interval in a line below them."""
    for block in blocks:
        words = wrap(block.text.replace("\n", " "), LETTERS + 8)
        first = top + LINE * (len(words) + 1)  # the line of the numbers of the axis
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


def _draw(figure: Figure, sheet: Axes, block: ReadingBlock, alike: Sequence[ReadingBlock]) -> None:
    """Draw a reading on the scale of all those of its kind."""
    (kind,) = [kind for kind in KINDS if kind.name == _kind(block)]
    width, height = figure.get_size_inches()
    plot = width - NUMBERS - BETWEEN - LEFT
    place = LEFT / width, 1 - block.bottom / height
    size = plot / width, (block.bottom - block.top) / height
    axis = figure.add_axes((*place, *size), facecolor="none")
    axis.set_ylim(block.bottom, block.top)
    scale(axis, replace(kind, width=plot), alike)
    axis.tick_params(bottom=False, labelbottom=False, left=False, labelleft=False)
    axis.spines[:].set_visible(False)
    small: dict[str, Any] = {"fontsize": SMALL, "va": "center"}
    sheet.text(LEFT, block.middle, plain(block.text), style="italic", **small)
    tick_numbers(axis, block.top - LINE / 2)
    sheet.text(width - NUMBERS, block.top - LINE / 2, kind.title, color=COLOURS["open"], **small)
    for line in block.conditions:
        one = replace(block, top=line.top, bottom=line.top + LINE, conditions=(line,))
        draw_reading(axis, kind, one)
        words = line.top - LINE * (line.text.count("\n") + 1) / 2
        state = line.judged.state
        sheet.text(LEFT, words, plain(line.text), **small)
        sheet.text(width, words, state, ha="right", color=COLOURS[state], **small)
        sheet.text(width - NUMBERS, line.middle, figures_of(line.judged), **small)
