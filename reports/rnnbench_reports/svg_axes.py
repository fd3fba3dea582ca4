"""The axes of a panel as SVG: grid, ticks with their numbers, and titles.

matplotlib makes five objects for each tick and lays out each text, which takes most of the time of
drawing a small panel.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from xml.etree import ElementTree

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis

TICK = 3.0
"""Length of a tick in points; numbers stand as far again from it."""
OUTSIDE = 1e-6
Element = ElementTree.Element


@contextmanager
def without_axes(axis: Axes) -> Iterator[None]:
    """Have a panel drawn without what `axes_of` draws."""
    parts = (axis.xaxis, axis.yaxis, axis.spines["left"], axis.spines["bottom"])
    for part in parts:
        part.set_visible(False)
    try:
        yield
    finally:
        for part in parts:
            part.set_visible(True)


def axes_of(axis: Axes, width: float, height: float) -> Element:
    """Return the axes of a panel that is so many points wide and high."""
    box = axis.get_position()
    left = width * box.x0
    right = width * box.x1
    top = height * (1 - box.y1)
    bottom = height * (1 - box.y0)
    group = ElementTree.Element("g", {"class": "axes"})
    grid: list[str] = []
    ticks = [f"{_upright(axis, left, bottom, top)}M{left:.1f} {bottom:.1f}H{right:.1f}"]
    lines = ElementTree.SubElement(group, "path", {"class": "grid"})
    frame = ElementTree.SubElement(group, "path", {"class": "frame"})
    for share, label in _ticks(axis, axis.xaxis):
        x = left + share * (right - left)
        grid.append(f"M{x:.1f} {top:.1f}V{bottom:.1f}")
        ticks.append(f"M{x:.1f} {bottom:.1f}v{TICK}")
        _write(group, x, bottom + TICK + 9, label, "middle")
    for share, label in _ticks(axis, axis.yaxis):
        y = bottom - share * (bottom - top)
        grid.append(f"M{left:.1f} {y:.1f}H{right:.1f}")
        ticks.append(f"M{left:.1f} {y:.1f}h-{TICK}")
        _write(group, left - TICK - 2, y + 2.8, label, "end")
    lines.set("d", "".join(grid))
    frame.set("d", "".join(ticks))
    _write(group, (left + right) / 2, height - 4, axis.get_xlabel(), "middle")
    if axis.get_ylabel():
        title = _write(group, 0, 0, axis.get_ylabel(), "middle")
        title.set("transform", f"translate(9 {(top + bottom) / 2:.1f}) rotate(-90)")
    return group


def _upright(axis: Axes, left: float, bottom: float, top: float) -> str:
    """The line of the vertical axis, from end to end or within its bounds."""
    bounds: Any = axis.spines["left"].get_bounds()  # None where there are none
    ends = bounds or axis.get_ylim()
    low, high = (bottom - share * (bottom - top) for share in _shares(axis, axis.yaxis, ends))
    return f"M{left:.1f} {low:.1f}V{high:.1f}"


def _ticks(axis: Axes, of: Axis) -> Iterator[tuple[float, str]]:
    """Yield the places of ticks as shares of the axis, with their labels."""
    places = list(of.get_majorticklocs())
    labels = of.get_major_formatter().format_ticks(places)
    for share, label in zip(_shares(axis, of, places), labels, strict=True):
        if -OUTSIDE <= share <= 1 + OUTSIDE:
            yield share, label


def _shares(axis: Axes, of: Axis, places: Sequence[float]) -> list[float]:
    """Return where values are on the horizontal or the vertical axis, as shares of its length."""
    if not places:
        return []
    column = 0 if of is axis.xaxis else 1
    points = np.tile([axis.get_xlim()[0], axis.get_ylim()[0]], (len(places), 1))
    points[:, column] = places
    inside = axis.transAxes.inverted().transform(axis.transData.transform(points))
    return list(map(float, inside[:, column]))


def _write(group: Element, x: float, y: float, text: str, anchor: str) -> Element:
    attributes = {"x": f"{x:.1f}", "y": f"{y:.1f}", "text-anchor": anchor}
    element = ElementTree.SubElement(group, "text", attributes)
    element.text = text.replace(r"\$", "$").replace("\u200b", "")
    return element
