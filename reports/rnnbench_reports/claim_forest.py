"""One forest plot of all claims: a line for each condition, its effect with the interval, and where
it must lie."""

from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

import rnnbench
from rnnbench_reports.claim_panels import (
    COLOURS,
    KINDS,
    LINES,
    SHADE,
    Kind,
    draw,
    kind_of,
    mark,
    scale,
    tick_numbers,
)
from rnnbench_reports.claim_rows import LINE, ClaimBlock, ReadingBlock, claim_blocks
from rnnbench_reports.style import DOTS_PER_INCH, Drawn, plain, spread

SMALL, LARGE = 8, 9
MARGIN, LABELS, BETWEEN, NUMBERS = 0.1, 3.9, 0.17, 2.35
HEAD, FOOT = 0.55, 0.1
"""Inches above the first claim, for the legend and the titles, and below the last one."""
INDENT = 0.12
VERDICTS = {"supported": COLOURS["holds"], "refuted": COLOURS["fails"], "mixed": "#6b4f9e"}
WORDS = {"holds": "the claim holds", "fails": "it fails", "open": "open"}
CAPTION = (
    "Effect under each condition with its 95 % interval; dashed where seeds did not get there or"
    " lack the figure, so that it is an interval of what was seen; dashes and dots where the"
    " intervals of epochs and of the time of a step are multiplied; dotted from smallest to"
    " largest, where there are too few for an interval. The shaded region is where the claim says"
    " that the effect lies. Ratios are on a logarithmic axis; an arrow points to what lies beyond"
    " its end. Differences are on an axis that is linear around 0 and logarithmic beyond. A figure"
    " of one cell is divided by the boundary that the claim sets it. Verdicts are adjusted over all"
    " conditions of a claim. Ratios of times between two kinds of layer also have to be clear of"
    " the boundary by 15 %."
)


def forest(findings: rnnbench.Findings) -> Drawn | None:
    """The plot; None where no claim has a condition."""
    claims = list(claim_blocks(findings.claims, HEAD))
    blocks = [block for claim in claims for block in claim.readings]
    kinds = [kind for kind in KINDS if any(kind_of(block.reading) == kind.name for block in blocks)]
    if not kinds:
        return None
    width = MARGIN + LABELS + sum(kind.width + BETWEEN for kind in kinds) + NUMBERS + MARGIN
    height = claims[-1].bottom + FOOT
    figure = Figure(figsize=(width, height), dpi=DOTS_PER_INCH)
    sheet = _sheet(figure)
    left = MARGIN + LABELS
    for kind in kinds:
        left += BETWEEN
        _panel(
            figure,
            kind,
            left,
            [block for block in blocks if kind_of(block.reading) == kind.name],
            claims,
        )
        left += kind.width
    for claim in claims:
        _words(sheet, claim, left + BETWEEN, width - MARGIN)
    _legend(figure, claims)
    return Drawn("claims-forest", "Every condition of every claim", CAPTION, figure)


def _sheet(figure: Figure) -> Axes:
    """Axes over the whole figure, in inches from its upper left corner."""
    width, height = figure.get_size_inches()
    sheet = figure.add_axes((0, 0, 1, 1))
    sheet.set_xlim(0, width)
    sheet.set_ylim(height, 0)
    sheet.set_axis_off()
    return sheet


def _panel(
    figure: Figure,
    kind: Kind,
    left: float,
    blocks: Sequence[ReadingBlock],
    claims: Sequence[ClaimBlock],
) -> None:
    """Marks of one kind of effect, with the numbers of its axis above the first that a claim has of
    it."""
    width, height = figure.get_size_inches()
    bottom, top = claims[-1].bottom, claims[0].top
    place = left / width, 1 - bottom / height, kind.width / width, (bottom - top) / height
    axis = figure.add_axes(place, facecolor="none")
    axis.set_ylim(bottom, top)
    scale(axis, kind, blocks)
    axis.set_title(kind.title, fontsize=SMALL, pad=6)
    axis.tick_params(bottom=False, labelbottom=False, left=False, labelleft=False)
    axis.spines[:].set_visible(False)
    for block in blocks:
        draw(axis, kind, block)
    for claim in claims:
        own = [block for block in claim.readings if block in blocks and block.conditions]
        if own:
            tick_numbers(axis, own[0].top - LINE / 2)


def _words(sheet: Axes, block: ClaimBlock, numbers: float, right: float) -> None:
    """A claim with its verdict, and each condition with its figures and what they say."""
    verdict = block.claim.verdict
    colour = VERDICTS.get(verdict, COLOURS["open"])
    sheet.plot([MARGIN, right], [block.top - 0.03] * 2, color="#999999", linewidth=0.6)
    heading: dict[str, Any] = {"fontsize": LARGE, "fontweight": "bold", "va": "center"}
    sheet.text(MARGIN, block.middle, plain(block.text), **heading)
    sheet.text(right, block.middle, verdict, ha="right", color=colour, **heading)
    for reading in block.readings:
        sheet.text(
            MARGIN + INDENT,
            reading.middle,
            plain(reading.text),
            fontsize=SMALL,
            style="italic",
            va="center",
        )
        for line in reading.conditions:
            text: dict[str, Any] = {"y": line.middle, "fontsize": SMALL, "va": "center"}
            sheet.text(x=MARGIN + 2 * INDENT, s=plain(line.text), **text)
            sheet.text(x=numbers, s=spread(line.judged.effect), **text)
            sheet.text(
                x=right, s=line.judged.state, ha="right", color=COLOURS[line.judged.state], **text
            )


def _legend(figure: Figure, claims: Sequence[ClaimBlock]) -> None:
    """What marks, colours and lines mean, of kinds of lines those that are drawn."""
    lines = [line for claim in claims for reading in claim.readings for line in reading.conditions]
    drawn = {line.judged.effect.kind for line in lines if line.judged.effect}
    states = [Line2D([], [], label=WORDS[state], **mark(state)) for state in WORDS]
    kinds = [
        Line2D(
            [], [], color=COLOURS["open"], linewidth=1.6, linestyle=LINES.get(kind, "-"), label=kind
        )
        for kind in ("95 % interval", *reversed([kind for kind in LINES if kind in drawn]))
    ]
    shaded = Patch(facecolor=SHADE, label="where the claim says it lies")
    figure.legend(
        handles=[*states, shaded, *kinds],
        loc="upper left",
        ncols=8,
        frameon=False,
        fontsize=SMALL,
        borderaxespad=0.6,
    )
