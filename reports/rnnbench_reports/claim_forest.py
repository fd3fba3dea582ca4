"""The forest plot of all claims: a line for each condition, with its effect and its interval, and
the region that the claim names."""

from collections.abc import Sequence
from itertools import chain
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

import rnnbench
from rnnbench_reports.claim_legend import SMALL, draw_legend, legend_entries
from rnnbench_reports.claim_panels import (
    COLOURS,
    MIXED,
    RULE,
    draw_reading,
    tick_numbers,
)
from rnnbench_reports.claim_rows import (
    LINE,
    ClaimBlock,
    ReadingBlock,
    claim_blocks,
    figures_of,
)
from rnnbench_reports.claim_scales import KINDS, Kind, kind_of, scale
from rnnbench_reports.panel import Drawn, Panel
from rnnbench_reports.style import DOTS_PER_INCH, plain

LARGE = 9
# Lengths in inches.
MARGIN = 0.1
LABELS = 3.9
BETWEEN = 0.17
NUMBERS = 2.6
HEAD = 0.55
"""Space above the first claim, for the legend and the titles."""
FOOT = 0.1
INDENT = 0.12
VERDICTS = {"supported": COLOURS["holds"], "refuted": COLOURS["fails"], "mixed": MIXED}
CAPTION = (
    "Each line is the effect under a condition with its 95 % interval. A dashed line is an interval"
    " of what was seen, where seeds did not get there or lack the figure. Dashes and dots are an"
    " interval of epochs multiplied by one of the time of a step. A dotted line reaches from the"
    " smallest to the largest value, where there are too few for an interval. The shaded region is"
    " where the claim says that the effect lies, and ends at its boundary (dashed). Ratios are on a"
    " logarithmic axis, on which an arrow points to what lies beyond its end. Differences are on an"
    " axis that is linear around 0 and logarithmic beyond. A figure of one cell is divided by the"
    " boundary that the claim sets it. Verdicts are adjusted over all conditions of a claim. Ratios"
    " of times between two kinds of layer change between sessions, and have to be clear of the"
    " boundary. An interval that reaches into what is hatched leaves its condition open."
)


def forest(shown: Sequence[rnnbench.ClaimFinding], name: str = "claims-forest") -> Drawn | None:
    """Return the plot of those of these claims that have a result; None where none has one."""
    tested = tuple(claim for claim in shown if claim.verdict != "untested")
    claims = list(claim_blocks(tested, HEAD))
    blocks = list(chain.from_iterable(claim.readings for claim in claims))
    by_kind = {kind: _of_kind(blocks, kind) for kind in KINDS}
    kinds = {kind: own for kind, own in by_kind.items() if own}
    if not kinds:
        return None
    width = MARGIN + LABELS + sum(kind.width + BETWEEN for kind in kinds) + NUMBERS + MARGIN
    height = claims[-1].bottom + FOOT
    figure = Figure(figsize=(width, height), dpi=DOTS_PER_INCH)
    sheet = sheet_of(figure)
    left = MARGIN + LABELS
    for kind, own in kinds.items():
        left += BETWEEN
        _draw_panel(figure, kind, left, own, claims)
        left += kind.width
    for claim in claims:
        _write_claim(sheet, claim, left + BETWEEN, width - MARGIN)
    conditions = chain.from_iterable(block.conditions for block in blocks)
    draw_legend(figure, legend_entries(list(conditions)), columns=5)
    panel = Panel("", "", figure, words=effects_in_words(blocks))
    return Drawn(name, "Every condition", CAPTION, (panel,))


def _of_kind(blocks: Sequence[ReadingBlock], kind: Kind) -> list[ReadingBlock]:
    return [block for block in blocks if kind_of(block.reading) == kind.name]


def sheet_of(figure: Figure) -> Axes:
    """Return axes over the whole figure, in inches from its upper left corner."""
    width, height = figure.get_size_inches()
    sheet = figure.add_axes((0, 0, 1, 1))
    sheet.set_xlim(0, width)
    sheet.set_ylim(height, 0)
    sheet.set_axis_off()
    return sheet


def _draw_panel(
    figure: Figure,
    kind: Kind,
    left: float,
    blocks: Sequence[ReadingBlock],
    claims: Sequence[ClaimBlock],
) -> None:
    """Draw all effects of one kind, and repeat the numbers of the axis in each claim with such an
    effect."""
    width, height = figure.get_size_inches()
    bottom = claims[-1].bottom
    top = claims[0].top
    place = left / width, 1 - bottom / height, kind.width / width, (bottom - top) / height
    axis = figure.add_axes(place, facecolor="none")
    axis.set_ylim(bottom, top)
    scale(axis, kind, blocks)
    axis.set_title(kind.title, fontsize=SMALL, pad=6)
    axis.tick_params(bottom=False, labelbottom=False, left=False, labelleft=False)
    axis.spines[:].set_visible(False)
    for block in blocks:
        draw_reading(axis, kind, block)
    for claim in claims:
        own = [block for block in claim.readings if block in blocks and block.conditions]
        if own:
            tick_numbers(axis, own[0].top - LINE / 2)


def _write_claim(sheet: Axes, block: ClaimBlock, numbers: float, right: float) -> None:
    """Write a claim with its verdict, and its readings.

    numbers: the left end of the figures.
    right:   the right end of verdicts and states.
    """
    verdict = block.claim.verdict
    colour = VERDICTS.get(verdict, COLOURS["open"])
    sheet.plot([MARGIN, right], [block.top - 0.03] * 2, color=RULE, linewidth=0.6)
    bold: dict[str, Any] = {"fontsize": LARGE, "fontweight": "bold", "va": "center"}
    sheet.text(MARGIN, block.middle, plain(block.text), **bold)
    sheet.text(right, block.middle, verdict, ha="right", color=colour, **bold)
    for reading in block.readings:
        _write_reading(sheet, reading, numbers, right)


def _write_reading(sheet: Axes, block: ReadingBlock, numbers: float, right: float) -> None:
    """Write a reading, and each of its conditions with its figures and its state."""
    small: dict[str, Any] = {"fontsize": SMALL, "va": "center"}
    sheet.text(MARGIN + INDENT, block.middle, plain(block.text), style="italic", **small)
    for line in block.conditions:
        state = line.judged.state
        sheet.text(MARGIN + 2 * INDENT, line.middle, plain(line.text), **small)
        sheet.text(numbers, line.middle, figures_of(line.judged), **small)
        sheet.text(right, line.middle, state, ha="right", color=COLOURS[state], **small)


def effects_in_words(blocks: Sequence[ReadingBlock]) -> str:
    """Return the effects of all conditions with their ends, n and states, in a sentence."""
    lines = chain.from_iterable(block.conditions for block in blocks)
    return f"{'; '.join(line.says for line in lines)}."
