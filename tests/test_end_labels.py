"""The names at the ends of lines: none over another, none out of sight."""

from itertools import pairwise

import pytest
from hypothesis import given, strategies as st

from rnnbench_reports.end_labels import _moved_apart
from rnnbench_reports.panel import Cells, draw_panel
from rnnbench_reports.style import plain_ticks

APART = 0.06


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_names_are_apart_and_below_the_upper_edge(places: list[float]) -> None:
    """In their order, and where there is room, where they belong."""
    moved = _moved_apart(sorted(places), APART)
    gaps = [b - a for a, b in pairwise(moved)]
    assert all(gap >= APART - 1e-9 for gap in gaps)
    assert moved[-1] <= 1.0 + 1e-9


def test_names_with_room_stay_where_they_are() -> None:
    assert _moved_apart([0.1, 0.5, 0.9], APART) == pytest.approx([0.1, 0.5, 0.9])


def test_a_logarithmic_axis_is_numbered_in_one_notation() -> None:
    """Powers of ten throughout, or not at all: no "10⁻⁵" beside "0.01" and "10"."""
    assert set(numbers(1e-7, 1e3)) >= {"10⁻⁵", "10⁻³", "10¹"}
    assert not any("⁻" in number or "¹" in number for number in numbers(0.02, 7.0))
    few = numbers(2e-5, 3e-3)
    assert few
    assert all("10⁻" in number for number in few)


def numbers(low: float, high: float) -> list[str]:
    """The numbers on an axis from one value to another."""

    def draw(axis: object, _: object) -> None:
        axis.plot([0, 1], [low, high])  # type: ignore[attr-defined]
        axis.set_yscale("log")  # type: ignore[attr-defined]
        plain_ticks(axis.yaxis)  # type: ignore[attr-defined]

    axis = draw_panel("p", draw, Cells({}, frozenset())).figure.axes[0]
    bottom, top = axis.get_ylim()
    places = [place for place in axis.get_yticks() if bottom <= place <= top]
    return axis.yaxis.get_major_formatter().format_ticks(places)


@pytest.mark.parametrize(
    ("low", "high"), [(0.9, 1.3), (0.02, 7.0), (1e-4, 0.3), (1e-7, 1e3), (3e-6, 4e-6)]
)
def test_a_logarithmic_axis_has_some_numbers_and_not_too_many(low: float, high: float) -> None:
    """Over parts of a decade and over many."""

    def draw(axis: object, _: object) -> None:
        axis.plot([0, 1], [low, high])  # type: ignore[attr-defined]
        axis.set_yscale("log")  # type: ignore[attr-defined]
        plain_ticks(axis.yaxis)  # type: ignore[attr-defined]

    axis = draw_panel("p", draw, Cells({}, frozenset())).figure.axes[0]
    bottom, top = axis.get_ylim()
    shown = [place for place in axis.yaxis.get_majorticklocs() if bottom <= place <= top]
    assert 2 <= len(shown) <= 9
