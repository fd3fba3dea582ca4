"""What is said of a user's file: an inspection, its parts, and what was noticed."""

from typing import Literal

from msgspec import Struct

from rnnbench.datafile.transforms import Transforms

Written = Literal["dates", "numbers", "other"]
"""How times are written: as dates of ISO 8601, as numbers, or in another way."""
Fill = Literal["drop", "forward", "linear"]
Unit = Literal["character", "word"]
Kind = Literal["forecast", "classification", "language model", "text classification"]
Role = Literal["target", "input", "order", "group", "label", "text", "left out"]
ColumnKind = Literal["numbers", "times", "words", "texts", "nothing"]


class Choices(Struct, frozen=True, kw_only=True):
    """What the user says of a file; what is not said is guessed, and the guess is reported.

    target:  the column to forecast; of several ones at once, their names with commas between them.
    window:  how many rows (or characters, or words) a model reads. By default, 60; of a sequence
             or a text with a class, the last 1,000.
    horizon: how many of the next rows it forecasts.
    group:   the column that names the series or the sequence of a row.
    order:   the column by which rows are ordered.
    label:   the column of classes.
    text:    the column of texts.
    fill:    what becomes of missing values; `drop` leaves out windows, or sequences, that have one.
             In forecasts that is the default, in sequences it is `forward`.
    unit:    what a language model reads, one at a time.
    keep:    columns that are read even where they would be left out.
    resample: the step of time, such as `1h`, on which rows of a forecast are put by their means.
             By default rows stay as they are, and where their times have no usual step, the time
             since the row before is read.
    train_examples: how many windows, sequences or texts of the training part are used; None for
             all.
    """

    target: str | None = None
    window: int | None = None
    horizon: int = 1
    group: str | None = None
    order: str | None = None
    label: str | None = None
    text: str | None = None
    fill: Fill | None = None
    unit: Unit | None = None
    keep: tuple[str, ...] = ()
    resample: str | None = None
    train_examples: int | None = None


WINDOW = 60
MOST_STEPS = 1_000


def window_of(choices: Choices) -> int:
    """How many rows, characters or words are read to say what comes next."""
    return WINDOW if choices.window is None else choices.window


def most_steps_of(choices: Choices) -> int:
    """How many of the last rows or words of a sequence are read to say its class."""
    return MOST_STEPS if choices.window is None else choices.window


class Notice(Struct, frozen=True, kw_only=True):
    """Something in a file that a reader should know, and what is done about it.

    kind:     its name in `KINDS`.
    column:   the column it is in; None where it concerns the file.
    lines:    the first lines of the file that it is in, counted from 1; rows in a Parquet file.
    count:    how many rows, values or windows it concerns.
    sentence: what was found.
    action:   what is done about it.
    """

    kind: str
    column: str | None = None
    lines: tuple[int, ...] = ()
    count: int = 1
    sentence: str
    action: str


class Column(Struct, frozen=True, kw_only=True):
    """A column: what it holds, what it is used for, and how many of its values are missing."""

    name: str
    kind: ColumnKind
    role: Role
    missing: int = 0


class Ordering(Struct, frozen=True, kw_only=True):
    """How rows are ordered.

    column: the column by which they are; None where they stay as in the file.
    step:   the usual step from row to row, in words; None where there is no column.
    first:  the first time, as text.
    last:   the last time, as text.
    """

    column: str | None = None
    step: str | None = None
    first: str | None = None
    last: str | None = None


class Groups(Struct, frozen=True, kw_only=True):
    """Series or sequences in a file.

    column:   the column that names them; None where there is none.
    count:    how many there are.
    shortest: rows of the shortest one.
    longest:  rows of the longest one.
    classes:  the number of sequences by class; empty in forecasts.
    """

    column: str | None = None
    count: int = 1
    shortest: int
    longest: int
    classes: dict[str, int] = {}


class Windows(Struct, frozen=True, kw_only=True):
    """What a model reads at once.

    length:   rows, characters or words, of long sequences the last ones; None where whole sequences
              are read.
    horizon:  how many of the next ones it answers; None where it answers a class.
    unit:     what is counted.
    count:    how many windows can be used.
    left_out: how many were left out, for a gap or a missing value in them.
    """

    length: int | None = None
    horizon: int | None = None
    unit: str
    count: int
    left_out: int = 0


class Split(Struct, frozen=True, kw_only=True):
    """How data are split, and how much each part has.

    by:         `time`, `position`, or what is kept in one part.
    unit:       what is counted: windows, sequences or texts.
    train, validation, test: how many of them.
    train_used, validation_used: how many of them are used; None for all.
    """

    by: str
    unit: str
    train: int
    validation: int
    test: int
    train_used: int | None = None
    validation_used: int | None = None


class Inspection(Struct, frozen=True, kw_only=True):
    """What a file was taken for, and what would be done with it.

    format:  how it was read, in words.
    targets: the columns that are forecast, in the order in which models answer them.
    """

    file: str
    format: str
    kind: Kind
    rows: int
    columns: tuple[Column, ...]
    order: Ordering
    groups: Groups
    windows: Windows
    split: Split
    transforms: Transforms
    targets: tuple[str, ...] = ()
    notices: tuple[Notice, ...]
