"""The axes of a panel as SVG: where matplotlib would draw them."""

import re
from xml.etree import ElementTree

import pytest
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from rnnbench_reports.panel import Cells, draw_panel
from rnnbench_reports.style import name_ticks, plain_ticks
from rnnbench_reports.svg import drawn_for_a_page, inline
from rnnbench_reports.svg_axes import axes_of

POINTS = 72
NOBODY = Cells({}, frozenset())


def linear(axis: Axes) -> None:
    axis.plot([0, 10], [0.0, 1.0])
    axis.set_xlabel("epoch")
    axis.set_ylabel("score")


def logarithmic(axis: Axes) -> None:
    axis.plot([30, 40], [0.02, 7.0])
    axis.set_yscale("log")
    plain_ticks(axis.yaxis)


def named(axis: Axes) -> None:
    axis.plot([3, 4], [0, 1])
    name_ticks(axis.yaxis, ["gru", "a $ and <b>"])


def panel(draw: object) -> Figure:
    return draw_panel("p", lambda axis, _: draw(axis), NOBODY).figure  # type: ignore[operator]


def size(figure: Figure) -> tuple[float, float]:
    width, height = figure.get_size_inches()
    return POINTS * width, POINTS * height


def texts(group: ElementTree.Element) -> dict[str, tuple[float, float]]:
    """The places of all texts."""
    return {
        str(text.text): (float(text.get("x", 0)), float(text.get("y", 0)))
        for text in group.iter("text")
    }


@pytest.mark.draws
@pytest.mark.parametrize("draw", [linear, logarithmic, named])
def test_ticks_stand_where_matplotlib_draws_them(draw: object) -> None:
    """Their numbers too, to a point or two, in both directions."""
    figure = panel(draw)
    width, height = size(figure)
    shown = texts(axes_of(figure.axes[0], width, height))
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    (axis,) = figure.axes
    compared = 0
    for label, is_x in [(tick, True) for tick in axis.get_xticklabels()] + [
        (tick, False) for tick in axis.get_yticklabels()
    ]:
        text = label.get_text().replace(r"\$", "$").replace("\u200b", "")
        box = label.get_window_extent()
        x = POINTS * (box.x0 + box.x1) / 2 / figure.dpi
        y = height - POINTS * (box.y0 + box.y1) / 2 / figure.dpi
        if text in shown and 0 < x < width and 0 < y < height:
            compared += 1
            off = abs(shown[text][0] - x) if is_x else abs(shown[text][1] - 2.8 - y)
            assert off < 1.5, text
    assert compared >= 4


def test_titles_and_the_grid_are_there() -> None:
    """A line of the grid for each tick."""
    figure = panel(linear)
    group = axes_of(figure.axes[0], *size(figure))
    shown = texts(group)
    assert {"epoch", "score"} <= set(shown)
    (grid,) = [path for path in group.iter("path") if path.get("class") == "grid"]
    assert grid.get("d", "").count("M") == len(shown) - 2


def test_what_is_outside_has_no_tick() -> None:
    """Locators give one more place on either side."""
    figure = panel(linear)
    figure.axes[0].set_xlim(2.5, 7.5)
    numbers = [text for text in texts(axes_of(figure.axes[0], *size(figure))) if text.isdigit()]
    assert all(2.5 <= float(number) <= 7.5 for number in numbers)


def test_a_panel_keeps_its_axes_for_files() -> None:
    """They are hidden only while the page's SVG is made; names are text there."""
    figure = panel(named)
    with drawn_for_a_page():
        made = inline(figure, "f0", "says", frozenset())
    assert "a $ and &lt;b&gt;" in made
    assert figure.axes[0].xaxis.get_visible()
    assert figure.axes[0].spines["left"].get_visible()
    assert len(re.findall('class="grid"', made)) == 1


@pytest.mark.draws
def test_markers_that_look_alike_say_so_once() -> None:
    """Their look is that of their group; markers that differ keep looks of their own."""

    def markers(axis: Axes) -> None:
        axis.plot([1, 2, 3], [1, 2, 3], "o", color="red")
        axis.scatter([1, 2], [2, 1], color=["red", "blue"])

    with drawn_for_a_page():
        root = ElementTree.fromstring(inline(panel(markers), "f0", "says", frozenset()))
    alike = [group for group in root.iter("g") if [one.tag for one in group] == ["use"] * 3]
    assert ["fill:#ff0000" in group.get("style", "") for group in alike] == [True]
    for group in alike:
        assert not any("style" in marker.attrib for marker in group)
    apart = [marker.get("style", "") for marker in root.iter("use") if "style" in marker.attrib]
    assert ["#ff0000" in style for style in apart] == [True, False]


def test_an_axis_ends_at_its_bounds() -> None:
    """Where there is more below 0 and above 1 than shares, as in a strip of spans."""

    def strip(axis: Axes) -> None:
        linear(axis)
        axis.set_ylim(-1, 1)
        axis.spines["left"].set_bounds(0, 1)

    figure = panel(strip)
    group = axes_of(figure.axes[0], *size(figure))
    (frame,) = [path for path in group.iter("path") if path.get("class") == "frame"]
    box = figure.axes[0].get_position()
    ends = re.match(r"M[\d.]+ ([\d.]+)V([\d.]+)M[\d.]+ ([\d.]+)H", frame.get("d", ""))
    assert ends
    zero, one, bottom = map(float, ends.groups())
    height = size(figure)[1] * box.height
    assert (zero - one, bottom - one) == (
        pytest.approx(height / 2, abs=0.2),
        pytest.approx(height, abs=0.2),
    )
