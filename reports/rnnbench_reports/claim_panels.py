"""The panels of the forest plot, each with a scale: ratios, differences, figures of one cell."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.ticker import FixedLocator, MaxNLocator, NullLocator

import rnnbench
from rnnbench_reports.claim_rows import ConditionLine, ReadingBlock
from rnnbench_reports.style import REFERENCE, number

COLOURS = {"holds": "#00734f", "fails": "#c24a00", "open": "#666666"}
MARKERS = {"holds": "o", "fails": "s", "open": "D"}
SIZES = {"holds": 5.6, "fails": 5.0, "open": 4.6}
LINES: dict[str, Any] = {
    "range": ":",
    "product of intervals": "-.",
    "95 % of what was seen": (0, (3, 1)),
}
SHADE = "#cfe8dc"
GRID = "#d5d5d5"
RULE = "#999999"
MIXED = "#6b4f9e"
DIFFERENCES = ("score", "solved")
WIDEST_RATIO = 10.0
WIDEST_MULTIPLE = 2.5
LINEAR_UP_TO = 0.02
TICKS_OF_RATIOS = (0.1, 0.2, 0.5, 1, 2, 5, 10)
SIZES_OF_DIFFERENCES = (0.03, 0.2, 1, 5, 25, 125)
APART = 0.33
"""Least distance between numbers on an axis, in inches."""


@dataclass(frozen=True)
class Kind:
    """A kind of panel.

    neutral: where a line is drawn: no difference, or the boundary of the claim.
    width:   in inches.
    """

    name: str
    title: str
    neutral: float
    width: float


KINDS = (
    Kind("ratio", "ratio of two cells", 1.0, 2.5),
    Kind("difference", "difference of scores", 0.0, 1.65),
    Kind("multiple", "one cell ÷ boundary", 1.0, 1.1),
)


def kind_of(reading: rnnbench.ReadingFinding) -> str:
    """Return the name of the kind of panel in which a reading is drawn."""
    if len(reading.cells) == 1:
        return "multiple"
    return "difference" if reading.figure in DIFFERENCES else "ratio"


def scale(axis: Axes, kind: Kind, blocks: Iterable[ReadingBlock]) -> None:
    """Set limits and ticks so that a panel holds its readings.

    Ratios end at a tenth and at ten; arrows point to what lies beyond.
    """
    shown = [kind.neutral]
    for block in blocks:
        shown += _positions(block)
    low = min(shown)
    high = max(shown)
    if kind.name == "ratio":
        axis.set_xscale("log")
        axis.set_xlim(max(low / 1.15, 0.93 / WIDEST_RATIO), min(high * 1.15, WIDEST_RATIO / 0.93))
        axis.xaxis.set_major_locator(FixedLocator(TICKS_OF_RATIOS))
    elif kind.name == "difference":
        axis.set_xscale("asinh", linear_width=LINEAR_UP_TO)
        axis.set_xlim(min(1.3 * low, -0.04), max(1.3 * high, 0.04))
        axis.xaxis.set_major_locator(FixedLocator(_difference_ticks(axis, kind.width)))
    else:
        axis.set_xlim(max(low, 1 - WIDEST_MULTIPLE) - 0.12, min(high, WIDEST_MULTIPLE) + 0.12)
        axis.xaxis.set_major_locator(MaxNLocator(3, integer=True))
    axis.xaxis.set_minor_locator(NullLocator())
    left, right = axis.get_xlim()
    axis.set_xticks([tick for tick in axis.get_xticks() if left <= tick <= right])


def _positions(block: ReadingBlock) -> Iterator[float]:
    """Yield where the bounds of a reading and the ends of its effects are drawn."""
    region = block.reading.region
    for bound in (region.low, region.high):
        if bound is not None:
            yield _position(bound, block.reading)
    for line in block.conditions:
        if line.judged.effect:
            yield _position(line.judged.effect.low, block.reading)
            yield _position(line.judged.effect.high, block.reading)


def _difference_ticks(axis: Axes, inches: float) -> list[float]:
    """Return 0, and the ticks on either side whose numbers do not touch."""
    low, high = np.arcsinh(np.array(axis.get_xlim()) / LINEAR_UP_TO)
    ticks = [0.0]
    for sign in (1, -1):
        last = 0.0
        for size in SIZES_OF_DIFFERENCES:
            place = float(np.arcsinh(sign * size / LINEAR_UP_TO))
            distance = abs(place - last) * inches / (high - low)
            if low <= place <= high and distance >= APART:
                ticks.append(sign * size)
                last = place
    return sorted(ticks)


def tick_numbers(axis: Axes, middle: float) -> None:
    """Repeat the numbers of the axis at this height."""
    for tick in axis.get_xticks():
        axis.text(
            tick, middle, number(tick), fontsize=8, color=COLOURS["open"], ha="center", va="center"
        )


def draw_reading(axis: Axes, kind: Kind, block: ReadingBlock) -> None:
    """Draw a reading: its region, the neutral line, and the effect of each condition."""
    heights = [block.top, block.bottom]
    _shade_region(axis, block)
    for tick in axis.get_xticks():
        axis.plot([tick, tick], heights, color=GRID, linewidth=0.5, zorder=1)
    axis.plot([kind.neutral] * 2, heights, color=REFERENCE, linewidth=0.9, zorder=1)
    for line in block.conditions:
        _draw_effect(axis, line, block.reading)


def _shade_region(axis: Axes, block: ReadingBlock) -> None:
    """Shade where the claim says that the effect lies."""
    left, right = axis.get_xlim()
    region = block.reading.region
    begin = left
    end = right
    if region.low is not None:
        begin = min(max(_position(region.low, block.reading), left), right)
    if region.high is not None:
        end = min(max(_position(region.high, block.reading), left), right)
    shaded = [(left, begin), (end, right)] if region.outside else [(begin, end)]
    for bound in (region.low, region.high):
        if bound is not None:
            place = _position(bound, block.reading)
            heights = [block.top, block.bottom]
            axis.plot(
                [place] * 2, heights, color=REFERENCE, linewidth=0.9, linestyle="--", zorder=1
            )
    height = block.bottom - block.top
    for low, high in shaded:
        axis.add_patch(
            Rectangle((low, block.top), high - low, height, facecolor=SHADE, linewidth=0, zorder=0)
        )


def _draw_effect(axis: Axes, line: ConditionLine, reading: rnnbench.ReadingFinding) -> None:
    """Draw an effect with its interval, and arrows where that leaves the panel."""
    effect = line.judged.effect
    if not effect:
        return
    state = line.judged.state
    left, right = axis.get_xlim()
    low = _position(effect.low, reading)
    high = _position(effect.high, reading)
    axis.plot(
        [min(max(low, left), right), min(max(high, left), right)],
        [line.middle, line.middle],
        color=COLOURS[state],
        linewidth=1.6,
        linestyle=LINES.get(effect.kind, "-"),
        zorder=3,
    )
    if low < left:
        axis.plot(left, line.middle, **{**mark(state), "marker": "<"}, clip_on=False)
    if high > right:
        axis.plot(right, line.middle, **{**mark(state), "marker": ">"}, clip_on=False)
    centre = _position(effect.centre, reading)
    if left <= centre <= right:
        axis.plot(centre, line.middle, **mark(state))


def mark(state: str) -> dict[str, Any]:
    """Return how a state is drawn: its colour, its shape, and hollow where it is open."""
    return {
        "color": COLOURS[state],
        "marker": MARKERS[state],
        "markersize": SIZES[state],
        "markerfacecolor": "white" if state == "open" else COLOURS[state],
        "linestyle": "none",
        "zorder": 5,
    }


def _position(value: float, reading: rnnbench.ReadingFinding) -> float:
    """Return where a figure is drawn.

    A figure of one cell is drawn as a multiple of its boundary; of two boundaries, the one nearer
    to 0 counts.
    """
    if kind_of(reading) != "multiple":
        return value
    bounds = [bound for bound in (reading.region.low, reading.region.high) if bound is not None]
    boundary = min(bounds, key=abs)
    return 1 + (value - boundary) / (abs(boundary) or 1.0)
