"""Text and numbers in figures and on pages."""

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from matplotlib.axis import Axis
from matplotlib.ticker import (
    FixedFormatter,
    FixedLocator,
    FuncFormatter,
    LogLocator,
    MaxNLocator,
    NullLocator,
)

import rnnbench

REFERENCE = "#555555"
GRID = "#dddddd"
DOTS_PER_INCH = 160
SMALL = 9
"""Points of the titles of axes."""
SHORT_RANGE = 4.0
LONG_RANGE = 500.0
SMALLEST = 1e-4
"""Numbers below this are written with powers of ten."""
NO_WIDTH = "\u200b"


def plain(text: str) -> str:
    """Return a text so that matplotlib shows it letter by letter.

    Dollars open no formula, characters that cannot be printed become spaces, and a label that
    begins with an underscore still appears in the legend.
    """
    printable = "".join(
        character if character.isprintable() or character == "\n" else " " for character in text
    )
    escaped = printable.replace("$", r"\$")
    return NO_WIDTH + escaped if escaped.startswith("_") else escaped


@contextmanager
def without_missing_glyphs() -> Iterator[None]:
    """Suppress warnings on letters that the font lacks; matplotlib draws a box in their place."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from font")
        yield


def plain_ticks(*axes: Axis) -> None:
    """Number logarithmic axes: evenly over a short range, at 1, 2 and 5 times powers of ten over a
    longer one, and at powers of ten over one that is longer still.

    All numbers of an axis are in one notation, with powers of ten where one of them needs that.
    """
    for axis in axes:
        low, high = axis.get_view_interval()
        factor = high / low if low > 0 else 0.0
        if 0 < factor < SHORT_RANGE:
            axis.set_major_locator(MaxNLocator(4))
        elif factor < LONG_RANGE:
            axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
        else:
            axis.set_major_locator(LogLocator(numticks=7))
        axis.set_major_formatter(_formatter(low, high))
        axis.set_minor_locator(NullLocator())


def _formatter(low: float, high: float) -> FuncFormatter:
    """Return how numbers from one to another are written."""
    written = rnnbench.text.scientific if _needs_powers([low, high]) else number
    return FuncFormatter(lambda value, _: written(value))


def numbers(values: Sequence[float]) -> list[str]:
    """Return numbers for one axis, all of them in one notation."""
    written = rnnbench.text.scientific if _needs_powers(values) else rnnbench.text.setting
    return [written(value) for value in values]


def _needs_powers(values: Sequence[float]) -> bool:
    return any(value < SMALLEST or value >= rnnbench.text.WHOLE for value in values)


def name_ticks(axis: Axis, names: Sequence[str], places: Sequence[float] | None = None) -> None:
    """Put these names at their places, by default at 0, 1, 2 and so on.

    Unlike `set_ticks`, no object is made for each.
    """
    axis.set_major_locator(FixedLocator(range(len(names)) if places is None else places))
    axis.set_major_formatter(FixedFormatter([plain(name) for name in names]))
    axis.set_minor_locator(NullLocator())


def number(value: float) -> str:
    """Return three significant digits, without an exponent where that is readable."""
    return rnnbench.text.number(value)


def spread(figure: rnnbench.Range | None, scale: float = 1.0) -> str:
    """Return the centre and the ends of a range: `0.93 [0.92 to 0.95]`."""
    if figure is None:
        return "-"
    centre = number(scale * figure.centre)
    low = number(scale * figure.low)
    high = number(scale * figure.high)
    return rnnbench.text.with_ends(centre, low, high)
