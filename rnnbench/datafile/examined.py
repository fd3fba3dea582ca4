"""What a user's file holds once it was looked at: series, sequences, a text, or texts."""

from collections.abc import Sequence
from dataclasses import dataclass

from rnnbench.datafile.records import Fill, Inspection, Unit, Written
from rnnbench.datafile.table import Array
from rnnbench.datafile.windows import Rows


@dataclass(frozen=True)
class Series:
    """Series of which columns are to be forecast, behind each other, each in the order of time.

    names:   the columns that are read, the targets first.
    targets: how many targets there are.
    values:  (R, C) float64, NaN where a value is missing.
    rows:    (R,) the series of each row, its place in it, and the part of the split.
    last:    (W,) the last row of each window, which is its last answer.
    lines:   (R,) the line of the file of each row.
    times:   (R,) seconds since 1970, or another number; None where the file has no times.
    series:  a name for each series.
    fill:    what becomes of missing values.
    elapsed: (R,) the time since the row before, NaN in the first row of a series; None where it is
             not read.
    resample: the step that rows were put on; None where they stayed as they were.
    written:  how times are written.
    """

    inspection: Inspection
    names: tuple[str, ...]
    targets: int
    values: Array
    rows: Rows
    last: Array
    lines: Array
    times: Array | None
    series: tuple[str, ...]
    fill: Fill
    elapsed: Array | None = None
    resample: str | None = None
    written: Written = "dates"


@dataclass(frozen=True)
class Classified:
    """Sequences with a class each.

    names:    a name for each.
    labels:   the class of each.
    values:   (T, C) each, NaN where a value is missing.
    channels: the names of the C channels.
    part:     (S,) 0 for training, 1 for validation, 2 for test data.
    lines:    (S,) the line of the file at which each begins.
    fill:     what becomes of missing values.
    """

    inspection: Inspection
    names: Sequence[str]
    labels: Sequence[str]
    values: Sequence[Array]
    channels: Sequence[str]
    part: Array
    lines: Array
    fill: Fill


@dataclass(frozen=True)
class Text:
    """A text for a language model.

    symbols: its characters or words, in order.
    borders: the places at which training, validation and test data end.
    """

    inspection: Inspection
    unit: Unit
    symbols: Sequence[str]
    borders: tuple[int, int, int]


@dataclass(frozen=True)
class Texts:
    """Texts with a class each.

    words:  the words of each.
    labels: the class of each.
    part:   (S,) 0 for training, 1 for validation, 2 for test data.
    lines:  (S,) the line of the file of each.
    """

    inspection: Inspection
    words: Sequence[Sequence[str]]
    labels: Sequence[str]
    part: Array
    lines: Array


Examined = Series | Classified | Text | Texts
