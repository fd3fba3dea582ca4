"""How figures, counts and lists are written."""

import math

import pytest
from hypothesis import given
from hypothesis.strategies import floats, integers, lists

from rnnbench import text


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0.0, "0"),
        (0.9312, "0.931"),
        (999.4, "999"),
        (12345.6, "12,346"),
        (500_000, "500,000"),
        (45_612_345, "45,600,000"),
        (4.56e10, "4.56×10¹⁰"),
        (1.4e-4, "0.00014"),
        (1.2e-5, "1.2×10⁻⁵"),
        (-1e-14, "-10⁻¹⁴"),
    ],
)
def test_a_number_has_three_digits_and_a_power_of_ten_only_where_it_is_unreadable(
    value: float, written: str
) -> None:
    assert text.number(value) == written


@pytest.mark.parametrize(
    ("value", "digits", "written"),
    [
        (0.03125, 3, "0.0312"),
        (1234.5, 3, "1,230"),
        (999.6, 3, "1,000"),
        (1234.5, 6, "1234.5"),
        (1e-5, 6, "10⁻⁵"),
        (3.7e-08, 2, "3.7×10⁻⁸"),
        (math.inf, 3, "inf"),
    ],
)
def test_so_many_digits_are_written_without_an_e(value: float, digits: int, written: str) -> None:
    assert text.rounded(value, digits) == written


EXPONENT = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")


def as_float(written: str) -> float:
    """The number that a text stands for."""
    mantissa, times, power = written.replace(",", "").rpartition("×")
    factor = float(mantissa) if times else 1.0
    if not power.startswith(("10", "-10")) or power[-1] not in "⁰¹²³⁴⁵⁶⁷⁸⁹":
        return factor * float(power)
    sign = -1.0 if power.startswith("-") else 1.0
    exponent = power.removeprefix("-").removeprefix("10").translate(EXPONENT)
    return sign * factor * 10.0 ** int(exponent)


@given(floats(1e-12, 1e12))
def test_a_number_is_within_half_a_percent_of_what_it_stands_for(value: float) -> None:
    for written in (text.number(value), text.rounded(value), text.scientific(value)):
        assert "e" not in written
        assert math.isclose(as_float(written), value, rel_tol=5.1e-3)


@pytest.mark.parametrize(
    ("count", "written"), [(0, "0 seeds"), (1, "1 seed"), (2, "2 seeds"), (2000, "2,000 seeds")]
)
def test_a_count_agrees_with_its_noun(count: int, written: str) -> None:
    assert text.counted(count, "seed") == written
    assert text.plural("seed", count) == written.split()[1]


@pytest.mark.parametrize(
    ("things", "written"),
    [("", ""), ("a", "a"), ("ab", "a, b"), ("abc", "a, b, c"), ("abcd", "a, b and 2 more")],
)
def test_a_long_list_says_how_much_it_leaves_out_and_never_leaves_out_one(
    things: str, written: str
) -> None:
    """Where a single thing would be left out, its name takes no more room than "1 more"."""
    assert text.listed(things, most=2) == written


@given(lists(integers(0, 9), max_size=12), integers(0, 12))
def test_what_a_list_names_and_leaves_out_is_all_there_is(things: list[int], most: int) -> None:
    written = text.listed(things, most)
    head, _, rest = written.partition(" and ")
    left_out = int(rest.split()[0]) if rest else 0
    assert len([word for word in head.split(", ") if word]) + left_out == len(things)


@pytest.mark.parametrize(
    ("things", "written"), [("", ""), ("a", "a"), ("ab", "a and b"), ("abc", "a, b and c")]
)
def test_an_enumeration_ends_with_and(things: str, written: str) -> None:
    assert text.enumerated(things) == written


def test_an_interval_names_its_ends_and_what_they_are() -> None:
    assert text.interval(0.51234, 0.8) == "[0.512 to 0.8]"
    assert text.interval(0.51234, 0.8, "at 95 %", digits=2) == "[0.51 to 0.8 at 95 %]"


def test_a_p_value_has_two_digits() -> None:
    assert text.p_value(0.00390625) == "p = 0.0039"
    assert text.p_value(3.72e-8) == "p = 3.7×10⁻⁸"


@pytest.mark.parametrize(
    ("count", "written"),
    [
        (None, ""),
        (0, ""),
        (1, "about 1 more seed would probably decide"),
        (12, "about 12 more seeds would probably decide"),
    ],
)
def test_more_seeds_are_advised_where_their_number_is_known(
    count: int | None, written: str
) -> None:
    assert text.more_seeds(count) == written


@pytest.mark.parametrize(
    ("seconds", "written"),
    [(1.5, "1,500 ms"), (0.00325, "3.25 ms"), (1e-4, "0.1 ms"), (9.9e-5, "99 µs")],
)
def test_the_time_of_a_step_is_in_milliseconds_or_microseconds(
    seconds: float, written: str
) -> None:
    assert text.step_time(seconds) == written


@pytest.mark.parametrize(
    ("value", "unit", "written"),
    [
        (1.2, "seconds", "1.20 s"),
        (12_345.6, "seconds", "12,300 s"),
        (0.0351, "seconds", "35.1 ms"),
        (36_700_160, "bytes", "35.0 MiB"),
        (512, "bytes", "512"),
        (0.5, "", "0.500"),
    ],
)
def test_a_figure_has_a_unit_of_its_size(value: float, unit: str, written: str) -> None:
    assert text.in_units(value, unit) == written


@pytest.mark.parametrize(
    ("value", "other", "written"),
    [(0.5, 0.97, "0.5"), (0.96977, 0.97, "0.9698"), (0.1000001, 0.1, "0.1000001"), (1, 1, "1")],
)
def test_a_value_beside_another_is_written_so_that_they_differ(
    value: float, other: float, written: str
) -> None:
    """With three digits, where these tell them apart, or else with as many as it takes."""
    assert text.apart(value, other) == written


@pytest.mark.parametrize(
    ("parts", "written"),
    [
        (("0.93", "0.92", "0.95"), "0.93 [0.92 to 0.95]"),
        (("0.93", "0.9", "1", "range"), "0.93 [0.9 to 1, range]"),
        (("1", "1", "1"), "1"),
        (("2", "1", "1"), "2 [1]"),
        (("2", "2", "3"), "2 [2 to 3]"),
    ],
)
def test_a_figure_has_the_ends_of_its_range(parts: tuple[str, ...], written: str) -> None:
    assert text.with_ends(*parts) == written
