"""The panels of the forest plot: ratios, differences, and figures of one cell, each on a scale of
its own."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.ticker import FixedLocator, MaxNLocator, NullLocator

import rnnbench
from rnnbench_reports.claim_rows import ReadingBlock
from rnnbench_reports.style import REFERENCE, number

COLOURS = {"holds": "#00734f", "fails": "#c24a00", "open": "#666666"}
MARKERS = {"holds": "o", "fails": "s", "open": "D"}
SIZES = {"holds": 5.6, "fails": 5.0, "open": 4.6}
LINES: dict[str, Any] = {
    "range": ":",
    "product of intervals": "-.",
    "95 % of what was seen": (0, (3, 1)),
}
DIFFERENCES = ("score", "solved")
WIDEST_RATIO, WIDEST_MULTIPLE, LINEAR_UP_TO = 10.0, 2.5, 0.02
TICKS_OF_RATIOS = (0.1, 0.2, 0.5, 1, 2, 5, 10)
SIZES_OF_DIFFERENCES = (0.03, 0.2, 1, 5, 25, 125)
APART = 0.33
"""Inches between numbers on an axis."""
SHADE = "#cfe8dc"


@dataclass(frozen=True)
class Kind:
    """What a panel shows.

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
    """In which panel a reading is drawn."""
    if len(reading.cells) == 1:
        return "multiple"
    return "difference" if reading.figure in DIFFERENCES else "ratio"


def scale(axis: Axes, kind: Kind, blocks: Iterable[ReadingBlock]) -> None:
    """Limits that hold what these readings draw; ratios end at a tenth and at ten, beyond which
    there are arrows."""
    shown = [kind.neutral]
    for block in blocks:
        region = block.reading.region
        shown += [
            _at(bound, block.reading) for bound in (region.low, region.high) if bound is not None
        ]
        for line in block.conditions:
            if line.judged.effect:
                shown += [
                    _at(end, block.reading)
                    for end in (line.judged.effect.low, line.judged.effect.high)
                ]
    low, high = min(shown), max(shown)
    if kind.name == "ratio":
        axis.set_xscale("log")
        axis.set_xlim(max(low / 1.15, 0.93 / WIDEST_RATIO), min(high * 1.15, WIDEST_RATIO / 0.93))
        axis.xaxis.set_major_locator(FixedLocator(TICKS_OF_RATIOS))
    elif kind.name == "difference":
        axis.set_xscale("asinh", linear_width=LINEAR_UP_TO)
        axis.set_xlim(min(1.3 * low, -0.04), max(1.3 * high, 0.04))
        axis.xaxis.set_major_locator(FixedLocator(_apart(axis, kind.width)))
    else:
        axis.set_xlim(max(low, 1 - WIDEST_MULTIPLE) - 0.12, min(high, WIDEST_MULTIPLE) + 0.12)
        axis.xaxis.set_major_locator(MaxNLocator(3, integer=True))
    axis.xaxis.set_minor_locator(NullLocator())
    axis.set_xticks(
        [tick for tick in axis.get_xticks() if axis.get_xlim()[0] <= tick <= axis.get_xlim()[1]]
    )


def _apart(axis: Axes, inches: float) -> list[float]:
    """0, and the ticks on either side whose numbers do not touch."""
    low, high = np.arcsinh(np.array(axis.get_xlim()) / LINEAR_UP_TO)
    kept = [0.0]
    for side in (1, -1):
        last = 0.0
        for size in SIZES_OF_DIFFERENCES:
            place = float(np.arcsinh(side * size / LINEAR_UP_TO))
            if low <= place <= high and abs(place - last) * inches / (high - low) >= APART:
                kept.append(side * size)
                last = place
    return sorted(kept)


def tick_numbers(axis: Axes, middle: float) -> None:
    """The numbers of the axis once more, at this height."""
    for tick in axis.get_xticks():
        axis.text(tick, middle, number(tick), fontsize=8, color="#666666", ha="center", va="center")


def draw(axis: Axes, kind: Kind, block: ReadingBlock) -> None:
    """A reading: the region of its claim shaded, the neutral line, and a mark with its interval for
    each condition."""
    low, high = axis.get_xlim()
    region, reading, height = block.reading.region, block.reading, block.bottom - block.top
    begin = low if region.low is None else min(max(_at(region.low, reading), low), high)
    end = high if region.high is None else min(max(_at(region.high, reading), low), high)
    shaded = [(low, begin), (end, high)] if region.outside else [(begin, end)]
    for left, right in shaded:
        axis.add_patch(
            Rectangle(
                (left, block.top), right - left, height, facecolor=SHADE, linewidth=0, zorder=0
            )
        )
    for tick in axis.get_xticks():
        axis.plot([tick, tick], [block.top, block.bottom], color="#d5d5d5", linewidth=0.5, zorder=1)
    axis.plot(
        [kind.neutral] * 2, [block.top, block.bottom], color=REFERENCE, linewidth=0.9, zorder=1
    )
    for line in block.conditions:
        if line.judged.effect:
            _mark(axis, line.judged, line.judged.effect, line.middle, reading)


def _mark(
    axis: Axes,
    judged: rnnbench.Judged,
    effect: rnnbench.Range,
    middle: float,
    reading: rnnbench.ReadingFinding,
) -> None:
    """The effect with what lies around it; an arrow at the edge of the panel where that is beyond
    it."""
    colour, (low, high) = COLOURS[judged.state], axis.get_xlim()
    ends = [_at(end, reading) for end in (effect.low, effect.high)]
    inside = [min(max(end, low), high) for end in ends]
    axis.plot(
        inside,
        [middle, middle],
        color=colour,
        linewidth=1.6,
        linestyle=LINES.get(effect.kind, "-"),
        zorder=3,
    )
    centre = _at(effect.centre, reading)
    for beyond, edge, arrow in ((ends[0] < low, low, "<"), (ends[1] > high, high, ">")):
        if beyond:
            axis.plot(edge, middle, **{**mark(judged.state), "marker": arrow}, clip_on=False)
    if low <= centre <= high:
        axis.plot(centre, middle, **mark(judged.state))


def mark(state: str) -> dict[str, Any]:
    """How a state is drawn: by its colour, by its shape, and hollow where it is open."""
    return {
        "color": COLOURS[state],
        "marker": MARKERS[state],
        "markersize": SIZES[state],
        "markerfacecolor": "white" if state == "open" else COLOURS[state],
        "linestyle": "none",
        "zorder": 5,
    }


def _at(value: float, reading: rnnbench.ReadingFinding) -> float:
    """Where a figure is drawn: of one cell as a multiple of its boundary, the nearer one to 0 of
    two."""
    if kind_of(reading) != "multiple":
        return value
    bounds = [bound for bound in (reading.region.low, reading.region.high) if bound is not None]
    boundary = min(bounds, key=abs)
    return 1 + (value - boundary) / (abs(boundary) or 1.0)
