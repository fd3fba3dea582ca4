"""What the panels of the forest plot show: regions, effects and their intervals."""

from collections.abc import Iterable
from typing import Any

from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.patches import Rectangle

import rnnbench
from rnnbench_reports.claim_rows import ConditionLine, ReadingBlock
from rnnbench_reports.claim_scales import Kind, position
from rnnbench_reports.panel import ONLY_SAYS
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
HATCH = "/////"
GRID = "#d5d5d5"
RULE = "#999999"
MIXED = "#6b4f9e"


def tick_numbers(axis: Axes, middle: float) -> None:
    """Repeat the numbers of the axis at this height."""
    for tick in axis.get_xticks():
        axis.text(
            tick, middle, number(tick), fontsize=8, color=COLOURS["open"], ha="center", va="center"
        )


def draw_reading(axis: Axes, kind: Kind, block: ReadingBlock) -> None:
    """Draw a reading: its region, the neutral line, and the effect of each condition."""
    heights = (block.top, block.bottom)
    _shade_region(axis, block)
    axis.add_collection(_lines(axis.get_xticks(), heights, GRID, 0.5), autolim=False)
    axis.add_collection(_lines([kind.neutral], heights, REFERENCE, 0.9), autolim=False)
    for line in block.conditions:
        _hatch_clearance(axis, line, block.reading)
        _draw_effect(axis, line, block.reading)


def _lines(
    places: Iterable[float], heights: tuple[float, float], colour: str, width: float
) -> LineCollection:
    """Return upright lines at these places: one artist, as most of the time goes into artists."""
    segments = [[(place, height) for height in heights] for place in places]
    return LineCollection(segments, colors=colour, linewidths=width, zorder=1)


def _hatch_clearance(axis: Axes, line: ConditionLine, reading: rnnbench.ReadingFinding) -> None:
    """Hatch where a ratio is too close to a bound of the claim to decide a condition."""
    clearance = line.judged.clearance
    if clearance == 1:
        return
    left, right = axis.get_xlim()
    for bound in (reading.region.low, reading.region.high):
        if bound is None:
            continue
        begin = max(bound / clearance, left)
        end = min(bound * clearance, right)
        height = 2 * (line.middle - line.top)
        axis.add_patch(Rectangle((begin, line.top), end - begin, height, **hatched()))


def hatched() -> dict[str, Any]:
    """Return how the clearance from a bound is drawn."""
    return {
        "facecolor": "none",
        "edgecolor": RULE,
        "hatch": HATCH,
        "linewidth": 0,
        "zorder": 1,
    }


def _shade_region(axis: Axes, block: ReadingBlock) -> None:
    """Shade where the claim says that the effect lies."""
    left, right = axis.get_xlim()
    region = block.reading.region
    begin = left
    end = right
    if region.low is not None:
        begin = min(max(position(region.low, block.reading), left), right)
    if region.high is not None:
        end = min(max(position(region.high, block.reading), left), right)
    shaded = [(left, begin), (end, right)] if region.outside else [(begin, end)]
    for bound in (region.low, region.high):
        if bound is not None:
            place = position(bound, block.reading)
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
    """Draw an effect with its interval, and arrows where that leaves the panel; each part says the
    effect to who points at it."""
    effect = line.judged.effect
    if not effect:
        return
    state = line.judged.state
    left, right = axis.get_xlim()
    low = position(effect.low, reading)
    high = position(effect.high, reading)
    parts = axis.plot(
        [min(max(low, left), right), min(max(high, left), right)],
        [line.middle, line.middle],
        color=COLOURS[state],
        linewidth=1.6,
        linestyle=LINES.get(effect.kind, "-"),
        zorder=3,
    )
    if low < left:
        parts += axis.plot(left, line.middle, **{**mark(state), "marker": "<"}, clip_on=False)
    if high > right:
        parts += axis.plot(right, line.middle, **{**mark(state), "marker": ">"}, clip_on=False)
    centre = position(effect.centre, reading)
    if left <= centre <= right:
        parts += axis.plot(centre, line.middle, **mark(state))
    for part in parts:
        part.set_gid(f"{ONLY_SAYS}{line.says}")


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
