"""The panels of one figure as a PNG."""

from collections.abc import Sequence
from io import BytesIO
from textwrap import fill

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from rnnbench.history import words
from rnnbench.history.panels import Panel
from rnnbench.history.records import Commit

COLUMNS = 3
PANEL_INCHES = (3.6, 2.1)
DOTS_PER_INCH = 150
TITLE_CHARACTERS = 46
COLOURS = {"worse": "#B3261E", "better": "#00734F", "changed": "#555555"}
POINT = "#0072B2"
POINT_AREA = 6
MOST_DATES = 3


def draw(figure_name: str, panels: Sequence[Panel], commits: Sequence[Commit]) -> bytes:
    """Return a PNG with a panel for each series of one figure, three to a row."""
    columns = min(COLUMNS, len(panels))
    rows = -(-len(panels) // columns)
    width, height = PANEL_INCHES
    figure = Figure(
        figsize=(max(width * columns, 5.0), height * rows + 0.6),
        layout="constrained",
        dpi=DOTS_PER_INCH,
    )
    figure.suptitle(_plain(figure_name), fontsize=11, x=0.01, ha="left", fontweight="bold")
    axes = list(figure.subplots(rows, columns, squeeze=False).ravel())
    for axis, panel in zip(axes, panels, strict=False):
        _draw_panel(axis, panel, commits)
    for axis in axes[len(panels) :]:
        axis.set_visible(False)
    buffer = BytesIO()
    figure.savefig(buffer, format="png")
    return buffer.getvalue()


def _draw_panel(axis: Axes, panel: Panel, commits: Sequence[Commit]) -> None:
    series = panel.shown.series
    axis.set_title(_plain(fill(panel.title, TITLE_CHARACTERS)), fontsize=8, loc="left")
    axis.set_ylim(panel.lowest, panel.highest)
    axis.set_xlim(-1, len(commits))
    for level in panel.levels:
        axis.plot([level.first, level.last], [level.value] * 2, color="#333333", linewidth=1)
    ranges = [point for point in panel.points if point.low is not None and point.low != point.high]
    axis.vlines(
        [point.place for point in ranges],
        [max(point.low or 0.0, panel.lowest) for point in ranges],
        [min(point.high or 0.0, panel.highest) for point in ranges],
        color=POINT,
        alpha=0.25,
        linewidth=1,
    )
    reached = [point for point in panel.points if point.value is not None]
    missed = [point.place for point in panel.points if point.value is None]
    axis.scatter(
        [point.place for point in reached],
        [point.value or 0.0 for point in reached],
        s=POINT_AREA,
        color=POINT,
        zorder=3,
    )
    axis.scatter(
        missed,
        [panel.highest] * len(missed),
        s=POINT_AREA,
        facecolor="white",
        edgecolor=POINT,
        zorder=3,
    )
    for step in panel.steps:
        colour = COLOURS[step.verdict]
        axis.axvline(step.place - 0.5, color=colour, linestyle="--", linewidth=1)
        axis.annotate(
            step.size,
            (step.place - 0.5, 1),
            xycoords=("data", "axes fraction"),
            xytext=(2, -8),
            textcoords="offset points",
            fontsize=7,
            color=colour,
        )
    axis.xaxis.set_major_locator(MaxNLocator(MOST_DATES, integer=True))
    axis.xaxis.set_major_formatter(FuncFormatter(lambda place, _: _date(place, commits)))
    axis.yaxis.set_major_locator(MaxNLocator(4))
    axis.yaxis.set_major_formatter(FuncFormatter(lambda value, _: words.tick(series, value)))
    axis.tick_params(labelsize=7)
    axis.spines[["top", "right"]].set_visible(False)


def _date(place: float, commits: Sequence[Commit]) -> str:
    inside = 0 <= place < len(commits)
    return words.date(commits[int(place)]) if inside else ""


def _plain(text: str) -> str:
    """Return a text in which dollars open no formula."""
    return text.replace("$", r"\$")
