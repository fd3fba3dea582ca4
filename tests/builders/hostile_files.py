"""Files of data that went wrong, each with what is to be said of it; docs/your-data.md shows the
table."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tests.builders import clean_files as clean
from tests.builders.clean_files import column, write

Rows = list[list[str]]


@dataclass(frozen=True)
class Hostile:
    """A file that went wrong.

    what:    what is wrong, in words.
    kind:    the kind of notice that it must get; "" where the file is refused.
    said:    what the sentence has in it.
    make:    writes it into a folder.
    clean:   writes a file of the same kind in which this is not wrong.
    options: of the command.
    """

    what: str
    kind: str
    said: str
    make: Callable[[Path], Path]
    clean: Callable[[Path], Path]
    options: tuple[str, ...] = ()

    @property
    def code(self) -> int:
        """The exit code of `rnnbench inspect`."""
        return 0 if self.kind else 2


def csv(
    make: Callable[[], Rows], change: Callable[[Rows], Rows] | None = None
) -> Callable[[Path], Path]:
    """Writes a table, changed or not."""

    def write_it(folder: Path) -> Path:
        rows = make()
        return write(folder / "data.csv", change(rows) if change else rows)

    return write_it


def cell(line: int, place: int, text: str) -> Callable[[Rows], Rows]:
    """Replaces the cell at a line of the file, and at a place from 0 on."""

    def change(rows: Rows) -> Rows:
        rows[line - 1][place] = text
        return rows

    return change


def lines(
    text: Callable[[], list[str]], name: str, change: Callable[[list[str]], list[str]]
) -> Callable[[Path], Path]:
    """Writes lines of text, changed."""

    def write_it(folder: Path) -> Path:
        (folder / name).write_text("\n".join(change(text())) + "\n")
        return folder / name

    return write_it


def same(text: list[str]) -> list[str]:
    """Lines as they are."""
    return text


def every(place: int, text: Callable[[int, str], str]) -> Callable[[Rows], Rows]:
    """Replaces a column, cell by cell, by the number of the row from 0 on and what was there."""

    def change(rows: Rows) -> Rows:
        for number, row in enumerate(rows[1:]):
            row[place] = text(number, row[place])
        return rows

    return change


def behind(name: str, text: Callable[[int, list[str]], str]) -> Callable[[Rows], Rows]:
    """Adds a first column, by the number of the row and its cells."""
    return lambda rows: column(
        rows, name, [text(number, row) for number, row in enumerate(rows[1:])]
    )


def latin(folder: Path) -> Path:
    rows = clean.visits()
    rows[0][1] = "Größe"
    path = write(folder / "data.csv", rows)
    path.write_bytes(path.read_text(encoding="utf-8").encode("cp1252"))
    return path


def without_header(rows: Rows) -> Rows:
    return [row[1:] for row in rows[1:]]


def stacked(rows: Rows) -> Rows:
    return [[date, close] for date, _, close in rows]


def interleaved(rows: Rows) -> Rows:
    return [rows[0], *sorted(rows[1:], key=lambda row: row[0])]


def clock_changes(rows: Rows) -> Rows:
    """Local hours of a week in October, in which the hour from 2 on is there twice."""
    times = [row[0] for row in rows[1:]]
    twice = times.index("2023-10-29 02:00")
    times.insert(twice + 1, times[twice])
    return [rows[0], *([time, row[1]] for time, row in zip(times, rows[1:], strict=False))]


def spring(rows: Rows) -> Rows:
    return [row for row in rows if row[0] != "2023-03-26 02:00"]


def tomorrow(rows: Rows) -> Rows:
    closes = [row[2] for row in rows[1:]]
    return column(rows, "signal", [*closes[1:], closes[-1]])


def patients(rows: Rows) -> Rows:
    """A column with eight patients, each with visits of one class."""
    of_visit = [f"p{int(row[0]) % 8}" for row in rows[1:]]
    return column(rows, "patient", of_visit)


def repeated_visit(rows: Rows) -> Rows:
    """The pulse of the first visit in the third one too, which has the same class."""
    for step in range(clean.STEPS):
        rows[1 + 2 * clean.STEPS + step][1] = rows[1 + step][1]
    return rows


def contradicting_visit(rows: Rows) -> Rows:
    for step in range(clean.STEPS):
        rows[1 + clean.STEPS + step][1] = rows[1 + step][1]
    return rows


def begin_again(rows: Rows) -> Rows:
    return every(0, lambda _, visit: str(int(visit) % 20))(rows)


def mixed_formats(rows: Rows) -> Rows:
    def other(number: int, date: str) -> str:
        return date if number % 10 else ".".join(reversed(date.split("-")))

    return every(0, other)(rows)


def short_symbol(rows: Rows) -> Rows:
    return [*rows, *([row[0], "dd", row[2]] for row in rows[1:21])]


def numbered_class(number: int, name: str) -> str:
    """2 for the ill, 1 for the others, of whom the first has 1.0."""
    if name == "ill":
        return "2"
    return "1.0" if number < 12 else "1"


def wide_numbers(number: int, _: str) -> str:
    return f"{1000 + number:,}.5"


def parts_of_text(folder: Path) -> Path:
    text = clean.prose(60)
    (folder / "data.txt").write_text(f"{text}\n{text}\n")
    return folder / "data.txt"


def plain(folder: Path) -> Path:
    (folder / "data.txt").write_text(clean.prose())
    return folder / "data.txt"


def tiny_text(folder: Path) -> Path:
    (folder / "data.txt").write_text("Hardly a text.\nOf two lines.\n")
    return folder / "data.txt"


def binary(folder: Path) -> Path:
    (folder / "data.csv").write_bytes(bytes(range(256)) * 8)
    return folder / "data.csv"


def empty(folder: Path) -> Path:
    (folder / "data.csv").write_text("\n")
    return folder / "data.csv"


def irregular(rows: Rows) -> Rows:
    rng = np.random.default_rng(6)
    days = np.cumsum(rng.integers(1, 400, size=len(rows)))
    return every(0, lambda number, _: str(np.datetime64("1900-01-01") + days[number]))(rows)


PRICES = csv(clean.prices)
HOURS = csv(clean.hours)
PANEL = csv(clean.panel)
SEQUENCES = csv(clean.visits)
REVIEWS = csv(clean.reviews)
TS = lines(clean.sequences, "data.ts", same)
ARFF = lines(clean.attributes, "data.arff", same)
AUTUMN = csv(lambda: clean.hours(start="2023-10-20T00:00"), clock_changes)
MARCH = csv(lambda: clean.hours(start="2023-03-20T00:00"), spring)


def prices_with(change: Callable[[Rows], Rows]) -> Callable[[Path], Path]:
    return csv(clean.prices, change)


def visits_with(change: Callable[[Rows], Rows]) -> Callable[[Path], Path]:
    return csv(clean.visits, change)


HOSTILE: tuple[Hostile, ...] = (
    Hostile("text in another encoding", "encoding", "reads as cp1252", latin, SEQUENCES),
    Hostile(
        "no line of names",
        "no-header",
        "Line 1 is a row of numbers",
        prices_with(without_header),
        PRICES,
    ),
    Hostile(
        "a column without a name",
        "column-without-a-name",
        "Line 1 gives no name",
        prices_with(behind("", lambda n, _: f"{n % 7}.5")),
        PRICES,
    ),
    Hostile(
        "two columns of one name",
        "doubled-name",
        "'volume' more than once",
        prices_with(behind("volume", lambda n, _: f"{n % 7}.5")),
        PRICES,
    ),
    Hostile(
        "blank lines",
        "empty-rows",
        "line 52",
        prices_with(lambda rows: [*rows[:51], [""], *rows[51:]]),
        PRICES,
    ),
    Hostile(
        "a column without values",
        "empty-column",
        "'note' has no value",
        prices_with(behind("note", lambda *_: "")),
        PRICES,
    ),
    Hostile(
        "missing values",
        "missing",
        "lacks 2 values of 300, in lines 12 and 40",
        prices_with(lambda rows: cell(40, 1, "NA")(cell(12, 1, "")(rows))),
        PRICES,
    ),
    Hostile(
        "missing values, to be filled",
        "missing",
        "Each is filled in by the value before it",
        prices_with(cell(12, 1, "")),
        PRICES,
        ("--fill", "forward"),
    ),
    Hostile(
        "missing values in sequences",
        "missing-in-sequences",
        "1 sequence lacks 1 value",
        visits_with(cell(9, 1, "")),
        SEQUENCES,
    ),
    Hostile(
        "a row without a class",
        "missing-key",
        "no value in column 'visit' or 'outcome': line 9",
        visits_with(cell(9, 2, "")),
        SEQUENCES,
    ),
    Hostile(
        "words among numbers",
        "words-in-numbers",
        "'closed' in line 31",
        prices_with(cell(31, 2, "closed")),
        PRICES,
    ),
    Hostile(
        "a number with an underscore",
        "odd-numbers",
        "'1_00' in line 7",
        prices_with(cell(7, 2, "1_00")),
        PRICES,
    ),
    Hostile(
        "a number in Arabic digits",
        "odd-numbers",
        "'١٢٣' in line 8",
        prices_with(cell(8, 2, "١٢٣")),
        PRICES,
    ),
    Hostile(
        "separators of thousands",
        "thousands",
        "a separator of thousands in 300 rows",
        prices_with(every(1, wide_numbers)),
        PRICES,
    ),
    Hostile(
        "a number beyond a float",
        "float-overflow",
        "inf in line 20",
        prices_with(cell(20, 1, "1e400")),
        PRICES,
    ),
    Hostile(
        "a column of words",
        "not-numbers",
        "'note' holds words",
        prices_with(behind("note", lambda n, _: "ab"[n % 2])),
        PRICES,
    ),
    Hostile(
        "a constant column",
        "constant",
        "'unit' is 7 in all rows",
        prices_with(behind("unit", lambda *_: "7")),
        PRICES,
    ),
    Hostile(
        "a row number of a table library",
        "row-number",
        "from 0 in line 2 to 239 in line 241",
        visits_with(behind("Unnamed: 0", lambda n, _: str(n))),
        SEQUENCES,
    ),
    Hostile(
        "a row number without a name",
        "row-number",
        "'column 1' counts rows",
        visits_with(behind("", lambda n, _: str(n))),
        SEQUENCES,
    ),
    Hostile(
        "`inf` as a time",
        "odd-times",
        "'inf' in line 7",
        csv(lambda: every(0, lambda n, _: str(n))(clean.prices()), cell(7, 0, "inf")),
        PRICES,
    ),
    Hostile(
        "a word as a time", "odd-times", "'soon' in line 7", prices_with(cell(7, 0, "soon")), PRICES
    ),
    Hostile(
        "times in two formats",
        "mixed-times",
        "30 rows another, such as '02.01.2023'",
        prices_with(mixed_formats),
        PRICES,
    ),
    Hostile(
        "dates that can be read in two ways",
        "ambiguous-dates",
        "as day/month/year and as month/day/year",
        csv(lambda: every(0, lambda n, _: f"01/{n % 12 + 1:02}/{1980 + n // 12}")(clean.prices())),
        PRICES,
    ),
    Hostile(
        "the newest row first",
        "newest-first",
        "2023-10-28 in line 2",
        prices_with(lambda rows: [rows[0], *rows[:0:-1]]),
        PRICES,
    ),
    Hostile(
        "rows that are not sorted",
        "unsorted",
        "goes back in time 1 time, in line 61",
        prices_with(lambda rows: [*rows[:40], *rows[60:80], *rows[40:60], *rows[80:]]),
        PRICES,
    ),
    Hostile(
        "a row twice",
        "doubled-times",
        "1 row repeats a time",
        prices_with(lambda rows: [*rows[:50], rows[49], *rows[50:]]),
        PRICES,
    ),
    Hostile(
        "missing days",
        "gaps",
        "1 gap in times that are usually every day: before line 141",
        prices_with(lambda rows: [*rows[:140], *rows[150:]]),
        PRICES,
    ),
    Hostile(
        "times without a usual step",
        "irregular-times",
        "no usual step",
        prices_with(irregular),
        PRICES,
    ),
    Hostile(
        "times without a usual step, put on even ones",
        "resampled",
        "become",
        prices_with(irregular),
        PRICES,
        ("--resample", "52w", "--fill", "linear"),
    ),
    Hostile(
        "a step finer than the data",
        "",
        "the step is finer than the data, whose median step is",
        prices_with(irregular),
        PRICES,
        ("--resample", "1h"),
    ),
    Hostile(
        "a target twice",
        "",
        "column 'close' is named twice as a target",
        PRICES,
        PRICES,
        ("--target", "close,close"),
    ),
    Hostile(
        "a stamp at another hour",
        "irregular-times",
        "2 steps that differ from the usual one (every hour)",
        csv(clean.hours, cell(100, 0, "2023-05-05 02:20")),
        HOURS,
    ),
    Hostile("an hour twice in October", "daylight-saving", "it changes 1 time", AUTUMN, HOURS),
    Hostile("an hour less in March", "daylight-saving", "it changes 1 time", MARCH, HOURS),
    Hostile(
        "series stacked without an id",
        "stacked-series",
        "lines 122 and 242",
        csv(clean.panel, stacked),
        PANEL,
    ),
    Hostile(
        "rows of series in turns",
        "interleaved-groups",
        "3 groups change 359 times",
        csv(clean.panel, interleaved),
        PANEL,
    ),
    Hostile(
        "a series that is too short",
        "short-series",
        "1 of 4 series have no window in some part of the split: 'dd'",
        csv(clean.panel, short_symbol),
        PANEL,
    ),
    Hostile(
        "ids that begin again",
        "ids-begin-again",
        "begin again 20 times",
        visits_with(begin_again),
        SEQUENCES,
    ),
    Hostile(
        "equal sequences",
        "equal-sequences",
        "'2' in line 14 equals '0' in line 2",
        visits_with(repeated_visit),
        SEQUENCES,
    ),
    Hostile(
        "equal sequences of two classes",
        "contradiction",
        "'1' in line 8 is 'well', and '0' in line 2 is 'ill'",
        visits_with(contradicting_visit),
        SEQUENCES,
    ),
    Hostile(
        "equal texts",
        "equal-sequences",
        "the text in line 4 equals the text in line 2",
        csv(clean.reviews, lambda rows: cell(4, 0, rows[1][0].upper())(rows)),
        REVIEWS,
    ),
    Hostile(
        "a text twice in one file",
        "repeated-passages",
        "are in the training part too",
        parts_of_text,
        plain,
    ),
    Hostile(
        "a class in two cases",
        "spellings",
        "2 spellings: 'well', 'Well'",
        visits_with(lambda rows: every(2, lambda n, y: y.title() if 6 <= n < 12 else y)(rows)),
        SEQUENCES,
    ),
    Hostile(
        "a class as 1 and as 1.0",
        "spellings",
        "2 spellings: '1', '1.0'",
        visits_with(every(2, numbered_class)),
        SEQUENCES,
    ),
    Hostile(
        "a column that equals the target",
        "copy-of-target",
        "'cents' equals 'close'",
        prices_with(
            lambda rows: behind("cents", lambda _, row: f"{100 * float(row[2]):.0f}")(rows)
        ),
        PRICES,
        ("--target", "close"),
    ),
    Hostile(
        "a column with the target of tomorrow",
        "future-of-target",
        "'signal' holds 'close' of the next row",
        prices_with(tomorrow),
        PRICES,
    ),
    Hostile(
        "a code of the class",
        "tells-the-class",
        "'code' is constant within each sequence",
        visits_with(behind("code", lambda _, row: f"{int(row[2] == 'ill') + 0.5}")),
        SEQUENCES,
    ),
    Hostile(
        "patients of one class each",
        "leak-by-group",
        "8 values of column 'patient' has one class",
        visits_with(patients),
        SEQUENCES,
        ("--group", "visit"),
    ),
    Hostile(
        "one class",
        "",
        "has one class, 'ill', in all rows",
        visits_with(every(2, lambda *_: "ill")),
        SEQUENCES,
        ("--group", "visit", "--label", "outcome"),
    ),
    Hostile(
        "a sequence with two classes",
        "",
        "sequence '1' has 'well' and 'ill' in lines 9 and 10",
        visits_with(cell(10, 2, "ill")),
        SEQUENCES,
        ("--group", "visit", "--label", "outcome"),
    ),
    Hostile(
        "a class with two sequences",
        "",
        "class 'odd' has 2 sequences or texts",
        visits_with(every(2, lambda n, y: "odd" if n < 12 else y)),
        SEQUENCES,
    ),
    Hostile(
        "too few rows for the window",
        "",
        "50 rows of a series are too few for a window of 60",
        csv(lambda: clean.prices(50)),
        PRICES,
    ),
    Hostile("too short a text", "", "too few for windows of 60", tiny_text, plain),
    Hostile(
        "a row with too many cells",
        "",
        "line 31 has 4 cells, and there are 3 columns",
        prices_with(lambda rows: [*rows[:30], [*rows[30], "9"], *rows[31:]]),
        PRICES,
    ),
    Hostile(
        "a first line with too few names",
        "",
        "line 1 names 1 columns, and most rows have 3 cells",
        prices_with(lambda rows: [["date"], *rows[1:]]),
        PRICES,
    ),
    Hostile(
        "a target that never changes",
        "",
        "'close' is to be forecast, and never changes",
        prices_with(every(2, lambda *_: "5")),
        PRICES,
    ),
    Hostile(
        "a column that is not there",
        "",
        "no column called 'clsoe'. Did you mean 'close'?",
        PRICES,
        PRICES,
        ("--target", "clsoe"),
    ),
    Hostile("an empty file", "", "the file is empty", empty, PRICES),
    Hostile("a binary file", "", "bytes that are no text", binary, PRICES),
    Hostile(
        "an `.arff` file with a word",
        "",
        "line 15 has 'x', expected a number",
        lines(
            clean.attributes,
            "data.arff",
            lambda text: [*text[:14], text[14].replace(text[14].split(",")[0], "x"), *text[15:]],
        ),
        ARFF,
    ),
    Hostile(
        "a `.ts` file with times",
        "",
        "line 2 says that steps have times",
        lines(
            clean.sequences,
            "data.ts",
            lambda text: [line.replace("@timestamps false", "@timestamps true") for line in text],
        ),
        TS,
    ),
    Hostile(
        "a `.ts` file with missing values",
        "missing-in-sequences",
        "1 sequence lacks 1 value",
        lines(
            clean.sequences,
            "data.ts",
            lambda text: [*text[:5], "?" + text[5][text[5].index(",") :], *text[6:]],
        ),
        TS,
    ),
    Hostile(
        "a `.ts` file with a sequence twice",
        "equal-sequences",
        "'line 25' in line 25 equals 'line 5' in line 5",
        lines(clean.sequences, "data.ts", lambda text: [*text, text[4]]),
        TS,
    ),
)
