"""The scales of the forest plot: ratios, differences, figures of one cell."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, MaxNLocator, NullLocator

import rnnbench
from rnnbench_reports.claim_rows import ReadingBlock

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
            yield position(bound, block.reading)
    for line in block.conditions:
        if line.judged.effect:
            yield position(line.judged.effect.low, block.reading)
            yield position(line.judged.effect.high, block.reading)


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


def position(value: float, reading: rnnbench.ReadingFinding) -> float:
    """Return where a figure is drawn.

    A figure of one cell is drawn as a multiple of its boundary; of two boundaries, the one nearer
    to 0 counts.
    """
    if kind_of(reading) != "multiple":
        return value
    bounds = [bound for bound in (reading.region.low, reading.region.high) if bound is not None]
    boundary = min(bounds, key=abs)
    return 1 + (value - boundary) / (abs(boundary) or 1.0)
