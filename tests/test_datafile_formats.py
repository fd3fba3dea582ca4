"""Formats of a user's file: one series is one series however it is written."""

import gzip
import json
import sys
from collections.abc import Callable
from itertools import product
from pathlib import Path
from unittest.mock import patch
from zipfile import ZipFile

import msgspec
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis.strategies import booleans, integers, lists

from rnnbench.datafile import Choices, Inspection, delimited, inspect, source
from rnnbench.datafile.class_split import split_classes
from rnnbench.datafile.trends import CRITICAL, find_trend, kpss
from rnnbench.datafile.windows import (
    count_by_part,
    find_windows,
    rows_needed,
    split_by_time,
    still_missing,
)
from rnnbench.datafile.words import words_of
from rnnbench.errors import RnnbenchError
from tests.builders import clean_files as clean
from tests.builders.clean_files import write
from tests.builders.inside import rnnbench_here, rnnbench_on_terminal

Write = Callable[[Path], Path]


def said(inspection: Inspection) -> tuple[object, ...]:
    """All that does not depend on how the file was written."""
    return (
        inspection.kind,
        inspection.columns,
        inspection.order,
        inspection.groups,
        inspection.windows,
        inspection.split,
        inspection.transforms,
        inspection.notices,
    )


def plain(folder: Path) -> Path:
    return write(folder / "data.csv", clean.prices())


def by_semicolons(folder: Path) -> Path:
    rows = [[cell.replace(".", ",") for cell in row] for row in clean.prices()]
    return write(folder / "data.csv", rows, ";")


def by_tabs(folder: Path) -> Path:
    return write(folder / "data.txt", clean.prices(), "\t")


def by_bars(folder: Path) -> Path:
    return write(folder / "data.csv", clean.prices(), "|")


def with_a_mark(folder: Path) -> Path:
    path = plain(folder)
    path.write_text(path.read_text(), encoding="utf-8-sig")
    return path


def quoted(folder: Path) -> Path:
    rows = [[f'"{cell}"' for cell in row] for row in clean.prices()]
    return write(folder / "data.csv", rows)


def with_line_ends_of_windows(folder: Path) -> Path:
    path = plain(folder)
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    return path


def gzipped(folder: Path) -> Path:
    path = folder / "data.csv.gz"
    path.write_bytes(gzip.compress(plain(folder).read_bytes()))
    return path


def zipped(folder: Path) -> Path:
    with ZipFile(folder / "data.zip", "w") as archive:
        archive.write(plain(folder), "prices.csv")
    return folder / "data.zip"


def parquet(folder: Path) -> Path:
    frame = pd.read_csv(plain(folder))
    frame["date"] = pd.to_datetime(frame["date"])
    frame.to_parquet(folder / "data.parquet")
    return folder / "data.parquet"


WAYS = (
    *(by_semicolons, by_tabs, by_bars, with_a_mark, quoted, with_line_ends_of_windows),
    *(gzipped, zipped, parquet),
)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_a_series_is_the_same_however_it_is_written(way: Write, tmp_path: Path) -> None:
    """Columns, order, windows, split, transforms, and no notice."""
    assert said(inspect(way(tmp_path))) == said(inspect(plain(tmp_path)))


def test_pieces_do_not_change_what_is_read(tmp_path: Path) -> None:
    """A word in a late piece is found with its line, and numbers of other pieces are kept."""
    rows = clean.prices()
    rows[140][2] = "closed"
    path = write(tmp_path / "data.csv", rows)
    whole = inspect(path)
    assert [notice.lines for notice in whole.notices] == [(141,), (141,)]
    with patch.object(delimited, "PIECE_ROWS", 40):
        assert inspect(path) == whole


def test_a_row_of_several_lines_is_counted_as_it_is_in_the_file(tmp_path: Path) -> None:
    """Behind a cell with a line end, the line of a word is one more."""
    rows = [[*row, "note"] for row in clean.prices()]
    rows[20][3] = "two\nlines"
    rows[30][2] = "closed"
    found = inspect(write(tmp_path / "data.csv", rows)).notices
    assert [one.lines for one in found if one.kind == "words-in-numbers"] == [(32,)]


def test_a_file_with_more_text_than_is_read_is_cut_and_that_is_said(tmp_path: Path) -> None:
    """At the end of a line, which is named."""
    path = plain(tmp_path)
    with patch.object(source, "MOST_BYTES", 5000):
        inspection = inspect(path)
    notice, *others = inspection.notices
    assert notice.kind == "too-large"
    assert others == []
    assert notice.lines == (inspection.rows + 1,)
    assert inspection.rows == path.read_bytes()[:5000].count(b"\n") - 1


def test_parquet_without_pyarrow_is_one_sentence(tmp_path: Path) -> None:
    """Which says what to install."""
    path = parquet(tmp_path)
    with (
        patch.dict(sys.modules, {"pyarrow": None, "pyarrow.parquet": None}),
        pytest.raises(RnnbenchError, match=r"a Parquet file needs pyarrow.*rnnbench\[parquet\]"),
    ):
        inspect(path)


def test_an_archive_of_two_files_is_refused(tmp_path: Path) -> None:
    """With their names."""
    with ZipFile(tmp_path / "data.zip", "w") as archive:
        archive.writestr("a.csv", "x\n1\n")
        archive.writestr("b.csv", "x\n1\n")
    with pytest.raises(RnnbenchError, match=r"holds 2 files \(a.csv, b.csv\), expected one"):
        inspect(tmp_path / "data.zip")


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    done = rnnbench_here("inspect", "none.csv", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr == "rnnbench: none.csv: cannot be read: No such file or directory\n"


def test_relational_arff_has_the_dimensions_of_ts(tmp_path: Path) -> None:
    """One sequence in both notations."""
    ts = tmp_path / "data.ts"
    ts.write_text("\n".join(clean.sequences()))
    heads = ["@relation made", "@attribute sequence relational", "@end sequence"]
    heads += ["@attribute class {a,b}", "@data"]
    lines = []
    for line in clean.sequences()[4:]:
        first, second, label = line.split(":")
        lines.append(f"'{first}\\n{second}',{label}")
    arff = tmp_path / "data.arff"
    arff.write_text("\n".join([*heads, *lines]))
    assert said(inspect(arff)) == said(inspect(ts))
    assert inspect(ts).groups.classes == {"a": 10, "b": 10}


def test_a_text_is_read_by_word_where_that_is_said(tmp_path: Path) -> None:
    """Its windows are counted in words; the parts add up to the whole text."""
    path = tmp_path / "data.txt"
    path.write_text(clean.prose())
    by_word = inspect(path, Choices(unit="word", window=10))
    assert by_word.windows.unit == "words"
    words = len(words_of(clean.prose()))
    assert 0 <= words - 10 * by_word.windows.count <= 3 * 10 + 3
    assert inspect(path).windows.unit == "characters"


def test_the_class_of_a_text_is_the_column_that_is_named_so(tmp_path: Path) -> None:
    """Although another column has few words as well, which has no class for each of them."""
    rows = [[*row, ("here", "there")[n % 3 == 0]] for n, row in enumerate(clean.reviews())]
    rows = [[row[2], row[0], row[1].replace("good", "1").replace("bad", "0")] for row in rows]
    inspection = inspect(write(tmp_path / "data.csv", [["source", "text", "label"], *rows[1:]]))
    assert inspection.groups.classes == {"0": 30, "1": 30}
    assert [column.role for column in inspection.columns] == ["left out", "text", "label"]


def test_json_has_the_whole_inspection(tmp_path: Path) -> None:
    done = rnnbench_here("inspect", "data.csv", "--json", cwd=plain(tmp_path).parent)
    data = {**json.loads(done.stdout), "file": "data.csv"}
    with_path = msgspec.structs.replace(inspect(tmp_path / "data.csv"), file="data.csv")
    assert msgspec.convert(data, Inspection) == with_path


def test_a_terminal_has_no_line_that_is_too_long(tmp_path: Path) -> None:
    """Six lines and a notice at 80 columns."""
    rows = clean.prices()
    rows[30][2] = "closed"
    write(tmp_path / "data.csv", rows)
    done = rnnbench_on_terminal("inspect", "data.csv", cwd=tmp_path)
    assert max(map(len, done.stdout.splitlines())) <= 80
    for name in ("columns", "order", "groups", "windows", "split", "transforms"):
        assert f"\n{name} " in done.stdout


def test_a_column_that_is_to_be_kept_is_read(tmp_path: Path) -> None:
    """A row number and a copy of the target."""
    rows = [[name, row[2], *row] for name, row in zip(range(301), clean.prices(), strict=True)]
    rows[0][:2] = ["number", "copy"]
    path = write(tmp_path / "data.csv", [[str(cell) for cell in row] for row in rows])
    kinds = {notice.kind for notice in inspect(path).notices}
    assert kinds == {"row-number", "copy-of-target"}
    assert inspect(path, Choices(keep=("number", "copy"))).notices == ()


def test_test_data_decide_nothing(tmp_path: Path) -> None:
    """Neither transforms nor leaks change with the last 30 % of the rows."""
    rows = clean.prices()
    changed = [*rows[:211], *([row[0], row[1], f"{10 * float(row[2]):.2f}"] for row in rows[211:])]
    before = inspect(write(tmp_path / "a.csv", rows))
    after = inspect(write(tmp_path / "b.csv", changed))
    assert before.transforms == after.transforms
    assert after.notices == ()


def test_months_quarters_years_and_business_days_are_steps(tmp_path: Path) -> None:
    """Their unequal lengths are no gaps."""
    for frequency, words in (
        ("MS", "every month"),
        ("QS", "every quarter"),
        ("YS", "every year"),
        ("B", "every business day"),
    ):
        days = pd.date_range("1700-01-01", periods=200, freq=frequency).strftime("%Y-%m-%d")
        values = np.random.default_rng(0).normal(size=200)
        rows = [
            ["date", "value"],
            *([day, f"{one:.3f}"] for day, one in zip(days, values, strict=True)),
        ]
        inspection = inspect(write(tmp_path / "data.csv", rows))
        assert inspection.order.step == words
        assert inspection.notices == ()


def test_dates_may_be_whole_numbers(tmp_path: Path) -> None:
    """Of eight digits, such as 19580329, between which there is no gap at the end of a month; eight
    digits that are no date stay numbers."""
    days = np.datetime64("1958-03-29") + 7 * np.arange(90)
    rows = [["date", "co2"]]
    rows += [[str(day).replace("-", ""), str(n % 9)] for n, day in enumerate(days)]
    order = inspect(clean.write(tmp_path / "co2.csv", rows), Choices(window=5)).order
    assert (order.column, order.step, order.first) == ("date", "every 7 days", "1958-03-29")
    rows = [["date", "co2"], *[[str(20_001_300 + n), str(n % 9)] for n in range(90)]]
    order = inspect(clean.write(tmp_path / "no.csv", rows), Choices(window=5)).order
    assert order.step == "in steps of 1"


def test_columns_of_year_and_quarter_are_one_order(tmp_path: Path) -> None:
    values = np.random.default_rng(0).normal(size=160)
    rows = [["year", "quarter", "gdp"]]
    rows += [[str(1960 + n // 4), str(n % 4 + 1), f"{one:.3f}"] for n, one in enumerate(values)]
    inspection = inspect(write(tmp_path / "data.csv", rows))
    assert (inspection.order.column, inspection.order.step) == ("year, quarter", "every quarter")
    assert [column.role for column in inspection.columns] == ["order", "order", "target"]


def kpss_by_loops(values: list[float]) -> float:
    """The statistic as it is written in the article."""
    mean = sum(values) / len(values)
    e = [value - mean for value in values]
    lags = int(3 * len(values) ** 0.5 / 13)
    variance = sum(one * one for one in e) / len(e)
    for s in range(1, lags + 1):
        weight = 1 - s / (lags + 1)
        variance += 2 / len(e) * weight * sum(e[t] * e[t - s] for t in range(s, len(e)))
    total = 0.0
    statistic = 0.0
    for one in e:
        total += one
        statistic += total * total
    return statistic / (len(e) ** 2 * variance)


def test_the_statistic_is_that_of_the_article() -> None:
    """Against plain loops; noise is below the critical value in 95 of 100, and walks are not."""
    rng = np.random.default_rng(0)
    noise = rng.normal(size=(200, 300))
    assert kpss(noise[0]) == pytest.approx(kpss_by_loops(noise[0].tolist()))
    below = np.mean([kpss(one) <= CRITICAL for one in noise])
    assert 0.9 <= below <= 0.99
    assert np.mean([kpss(one.cumsum()) > CRITICAL for one in noise]) > 0.9


def test_logarithms_are_taken_where_deviations_grow_with_the_level() -> None:
    """Of a series that grows by shares, and not of one that grows by amounts."""
    rng = np.random.default_rng(0)
    shares = np.exp(0.01 * np.arange(400) + 0.05 * rng.normal(size=400))
    amounts = 100 + np.arange(400) + rng.normal(size=400)
    assert find_trend([shares]).logarithm
    assert not find_trend([amounts]).logarithm
    assert find_trend([amounts]).differenced
    assert not find_trend([shares - 50]).logarithm


@given(
    lists(booleans(), min_size=30, max_size=60),
    lists(booleans(), min_size=60, max_size=60),
    integers(1, 6),
    integers(1, 4),
)
def test_windows_are_those_of_a_plain_loop(
    breaks: list[bool], missing: list[bool], window: int, horizon: int
) -> None:
    """Over gaps, missing values, two series and three parts."""
    rows = len(breaks)
    series = np.array([0] * (rows // 3) + [1] * (rows - rows // 3))
    split = split_by_time(series)
    gaps = np.array(breaks) & (np.arange(rows) % 9 == 0)
    lacking = np.array(missing[:rows]) & (np.arange(rows) % 7 == 0)
    usable = np.zeros((2, 3), dtype=int)
    for first in range(rows - window - horizon + 1):
        span = range(first, first + window + horizon)
        answers = range(first + window, first + window + horizon)
        if len({series[row] for row in span}) > 1 or len({split.part[row] for row in answers}) > 1:
            continue
        if not any(gaps[row] for row in span[1:]) and not any(lacking[row] for row in span):
            usable[series[first], split.part[answers[0]]] += 1
    last = find_windows(split, gaps, lacking, window, horizon).last
    assert count_by_part(split, last, 2).tolist() == usable.tolist()
    needed = rows_needed(window, horizon)
    none = np.zeros(needed, dtype=bool)
    alone = split_by_time(np.zeros(needed, dtype=int))
    last = find_windows(alone, none, none, window, horizon).last
    assert count_by_part(alone, last, 1).all()


def test_linear_filling_does_not_reach_over_the_parts_of_the_split() -> None:
    """A value at the end of the training part stays missing; forward filling gives it."""
    split = split_by_time(np.zeros(20, dtype=int))
    missing = np.zeros(20, dtype=bool)
    missing[[0, 5, 13]] = True
    assert split.part[13] == 0
    assert split.part[14] == 1
    assert np.flatnonzero(still_missing(missing, split, "linear")).tolist() == [0, 13]
    assert np.flatnonzero(still_missing(missing, split, "forward")).tolist() == [0]
    assert np.flatnonzero(still_missing(missing, split, "drop")).tolist() == [0, 5, 13]


@given(lists(integers(0, 11), min_size=24, max_size=60))
def test_units_stay_in_one_part_and_each_class_is_in_all(extra: list[int]) -> None:
    """Units of two classes by turns, of which each is there once at least."""
    units = [*range(12), *extra]
    labels = ["ab"[unit % 2] for unit in units]
    part = split_classes("file", labels, units)
    for unit in range(12):
        assert len({int(part[place]) for place, one in enumerate(units) if one == unit}) == 1
    pairs = {(label, int(one)) for label, one in zip(labels, part, strict=True)}
    assert pairs == set(product("ab", range(3)))


def test_rows_with_fewer_cells_than_names_are_read(tmp_path: Path) -> None:
    """Also where a column has to be read as text again."""
    rows = clean.prices()
    rows[0].append("note")
    rows[140][2] = "closed"
    with patch.object(delimited, "PIECE_ROWS", 40):
        inspection = inspect(write(tmp_path / "data.csv", rows))
    kinds = [notice.kind for notice in inspection.notices]
    assert kinds == ["empty-column", "words-in-numbers", "missing"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b",,\n,,\n", "none of its first rows has a value"),
        (b"a,b\n,\n,\n", "none of its rows has a value"),
        (b"\xff\xfe\x00\x00date,close\n1,2\n", "it cannot be decoded"),
        (b"date,close\n", "it has no rows below its first line"),
    ],
)
def test_what_holds_nothing_is_refused(tmp_path: Path, content: bytes, reason: str) -> None:
    """In one sentence, with the file."""
    (tmp_path / "data.csv").write_bytes(content)
    done = rnnbench_here("inspect", "data.csv", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("rnnbench: data.csv: ")
    assert reason in done.stderr


@pytest.mark.parametrize("is_missing", [False, True])
def test_filling_is_advised_where_values_are_missing(tmp_path: Path, is_missing: bool) -> None:
    """It does not help where windows are lost to gaps alone."""
    days = pd.date_range("2024-01-01", periods=240)
    table = pd.DataFrame({"day": days, "sales": np.sin(np.arange(240.0))})
    if is_missing:
        table.loc[::20, "sales"] = np.nan
    else:
        table = table[np.arange(240) % 20 != 7]
    path = tmp_path / "sales.csv"
    table.to_csv(path, index=False)
    with pytest.raises(RnnbenchError, match="no window is left") as raised:
        inspect(path, Choices(window=30))
    assert ("`--fill` fills missing values" in str(raised.value)) == is_missing
    assert "a smaller `--window` leaves more windows" in str(raised.value)
