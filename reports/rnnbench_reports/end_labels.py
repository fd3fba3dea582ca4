"""The names of cells at the right ends of their lines, moved apart where they would touch."""

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes

from rnnbench_reports.looks import Look
from rnnbench_reports.panel import tag
from rnnbench_reports.style import plain

LABEL_CHARACTERS = 18
LABEL_POINTS = 7.5
LINE_HEIGHT = 1.25
SHARE_OF_AXIS = 0.75
"""About the height of an axis over that of its panel."""


def label_ends(axis: Axes, ends: Mapping[str, float], looks: Mapping[str, Look]) -> None:
    """Write the name of each cell at the right end of its line, at its last value.

    Names that would touch are moved apart, and a stroke leads to the line.
    """
    shown: dict[str, float] = {}
    for row, value in ends.items():
        place = _place(axis, value)
        if place is not None:
            shown[row] = place
    if not shown:
        return
    figure = axis.get_figure(root=True)
    assert figure
    apart = LINE_HEIGHT * LABEL_POINTS / 72 / (SHARE_OF_AXIS * figure.get_size_inches()[1])
    order = sorted(shown, key=lambda row: (shown[row], row))
    moved = _moved_apart([shown[row] for row in order], apart)
    for row, height in zip(order, moved, strict=True):
        look = looks[row]
        stroke = axis.plot(
            [1.005, 1.03],
            [shown[row], height],
            transform=axis.transAxes,
            color=look.colour,
            linewidth=1.2,
            clip_on=False,
        )
        name = row if len(row) <= LABEL_CHARACTERS else f"{row[: LABEL_CHARACTERS - 1]}…"
        text = axis.text(
            1.04,
            height,
            plain(name),
            transform=axis.transAxes,
            fontsize=LABEL_POINTS,
            va="center",
        )
        tag(row, [*stroke, text])


def _place(axis: Axes, value: float) -> float | None:
    """Return the height of a value as a share of the axis, within it; None for no number."""
    x = axis.get_xlim()[0]
    place = float(axis.transAxes.inverted().transform(axis.transData.transform((x, value)))[1])
    return min(1.0, max(0.0, place)) if place == place else None


def _moved_apart(places: Sequence[float], apart: float) -> list[float]:
    """Return ascending places of which no two are nearer than `apart`, each near its own."""
    groups: list[tuple[list[float], float]] = []
    for place in places:
        groups.append(([place], place))
        while len(groups) > 1 and _bottom(groups[-1], apart) < _top(groups[-2], apart) + apart:
            members = groups[-2][0] + groups[-1][0]
            groups[-2:] = [(members, sum(members) / len(members))]
    moved = []
    for members, middle in groups:
        first = middle - apart * (len(members) - 1) / 2
        moved += [first + apart * position for position in range(len(members))]
    for place in reversed(range(len(moved))):
        highest = 1.0 if place == len(moved) - 1 else moved[place + 1] - apart
        moved[place] = min(moved[place], highest)
    return moved


def _bottom(group: tuple[list[float], float], apart: float) -> float:
    members, middle = group
    return middle - apart * (len(members) - 1) / 2


def _top(group: tuple[list[float], float], apart: float) -> float:
    members, middle = group
    return middle + apart * (len(members) - 1) / 2
