"""Every kind of notice: what it finds, and what is done about it by default."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from numpy.typing import NDArray

from rnnbench.datafile.records import Notice
from rnnbench.errors import RnnbenchError
from rnnbench.text import counted, enumerated

MOST_LINES = 5
"""Lines that a notice names."""


class NoticeKind(NamedTuple):
    """What a kind of notice finds, and what is done about it."""

    finds: str
    action: str


KINDS: Mapping[str, NoticeKind] = {
    "encoding": NoticeKind(
        "text that is not UTF-8", "It is decoded by the encoding that is named."
    ),
    "too-large": NoticeKind(
        "a file with more text than is read", "The rows behind the named line are not read."
    ),
    "sampled": NoticeKind(
        "a table with more windows than memory holds", "Evenly spaced windows are used."
    ),
    "no-header": NoticeKind(
        "a first line of numbers, which names no columns", "Columns are called by their place."
    ),
    "column-without-a-name": NoticeKind(
        "a column that the first line does not name", "It is called by its place."
    ),
    "doubled-name": NoticeKind(
        "two columns with one name", "The second one gets a number behind its name."
    ),
    "empty-rows": NoticeKind("rows, or blank lines, without any value", "They are left out."),
    "empty-column": NoticeKind("a column without any value", "It is left out."),
    "missing": NoticeKind(
        "missing values in a column that is read",
        "Nothing is filled in, unless `--fill` says so; windows that have one are left out.",
    ),
    "missing-in-sequences": NoticeKind(
        "missing values in sequences that get a class",
        "They are filled with the value before them, or with 0 at the start.",
    ),
    "missing-key": NoticeKind(
        "rows without a label, a text, a group or a time", "These rows are left out."
    ),
    "words-in-numbers": NoticeKind(
        "words in a column of numbers", "Such cells are taken as missing."
    ),
    "odd-numbers": NoticeKind(
        "numbers in a notation that few programs read, such as `1_00` or Arabic digits",
        "Such cells are taken as missing.",
    ),
    "thousands": NoticeKind(
        "numbers with separators of thousands", "The separators are taken out of the numbers."
    ),
    "float-overflow": NoticeKind(
        "infinite numbers, and those beyond a float of 32 bits", "Such cells are taken as missing."
    ),
    "not-numbers": NoticeKind(
        "a column of words, texts or times that has no use here", "It is left out."
    ),
    "constant": NoticeKind("a column with one value in all rows", "It is left out."),
    "row-number": NoticeKind(
        "a column that counts rows, as table libraries write it", "It is left out."
    ),
    "odd-times": NoticeKind("a time that is no time, such as `inf`", "Its row is left out."),
    "mixed-times": NoticeKind(
        "times in several formats", "Each is read by the format that fits it."
    ),
    "ambiguous-dates": NoticeKind(
        "dates that fit day/month and month/day",
        "The reading with the more even steps is taken, and day before month if both are.",
    ),
    "newest-first": NoticeKind("the newest row first", "The rows are turned round."),
    "unsorted": NoticeKind("rows that are not in the order of their times", "They are sorted."),
    "doubled-times": NoticeKind("one time in several rows of a series", "The first row is kept."),
    "gaps": NoticeKind("a step of time that is longer than usual", "Windows over it are left out."),
    "irregular-times": NoticeKind(
        "times without a usual step", "Each row is one step; no window is left out for its times."
    ),
    "resampled": NoticeKind(
        "rows that `--resample` puts on even steps",
        "Each step has the means of its rows; one without a row lacks its values.",
    ),
    "daylight-saving": NoticeKind(
        "an hour that is there twice in autumn or is missing in spring",
        "The rows stay as they are: the clock changed, and no hour is missing.",
    ),
    "stacked-series": NoticeKind(
        "times that begin again, with no column that names the series",
        "Each stretch of rising times is a series of its own.",
    ),
    "interleaved-groups": NoticeKind(
        "rows of several groups in turns", "Rows are collected by group."
    ),
    "ids-begin-again": NoticeKind(
        "ids that begin again, as where two files were joined",
        "Each stretch of rows is a group of its own.",
    ),
    "short-series": NoticeKind(
        "series without a window in each part", "These series are left out."
    ),
    "equal-sequences": NoticeKind(
        "equal sequences or texts, which two parts of a split could share",
        "They are kept in one part.",
    ),
    "repeated-passages": NoticeKind(
        "lines of the test part of a text that the training part has too",
        "They stay; scores on the test part are better for them.",
    ),
    "spellings": NoticeKind("a class in several spellings", "They are one class."),
    "contradiction": NoticeKind("equal sequences or texts with different classes", "They stay."),
    "copy-of-target": NoticeKind("a column that equals the target", "It is left out."),
    "future-of-target": NoticeKind("a column that holds the target's future", "It is left out."),
    "tells-the-class": NoticeKind(
        "a column that alone gives the class, and is constant within sequences", "It is left out."
    ),
    "leak-by-group": NoticeKind(
        "a column each of whose values has one class", "All its sequences are kept in one part."
    ),
}
"""By name, in the order in which documentation lists them."""


def notice(
    kind: str,
    sentence: str,
    *,
    column: str | None = None,
    lines: Sequence[int] | NDArray[Any] = (),
    count: int | None = None,
    action: str = "",
) -> Notice:
    """A notice of a kind in the table, with the action of the table unless another is named."""
    return Notice(
        kind=kind,
        column=column,
        lines=tuple(int(line) for line in lines[:MOST_LINES]),
        count=max(1, len(lines)) if count is None else int(count),
        sentence=sentence,
        action=action or KINDS[kind].action,
    )


def at_lines(lines: Sequence[int], word: str = "line") -> str:
    """Name lines: `line 3`, `lines 3, 4 and 7`, `lines 3, 4, 5, 6, 7 and 12 more`."""
    if len(lines) == 1:
        return f"{word} {lines[0]}"
    if len(lines) <= MOST_LINES:
        return f"{word}s {enumerated([str(line) for line in lines])}"
    first = ", ".join(str(line) for line in lines[:MOST_LINES])
    return f"{word}s {first} and {len(lines) - MOST_LINES:,} more"


def agreeing(count: int, noun: str, singular: str, plural: str) -> str:
    """A count with its noun and the verb that fits: `1 row lacks`, `2 rows lack`."""
    return f"{counted(count, noun)} {singular if count == 1 else plural}"


def unusable(file: str, what: str) -> RnnbenchError:
    """The error for a file that cannot be used, whose sentence begins with the file."""
    return RnnbenchError(f"{file}: {what}")
