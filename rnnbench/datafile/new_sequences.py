"""Sequences and texts of a new file, each of which asks for its class."""

from collections.abc import Sequence
from functools import partial

import numpy as np

from rnnbench.datafile.archive_lines import ArchiveLines, dimension
from rnnbench.datafile.arrange import arrange
from rnnbench.datafile.asked import Asked, Questions
from rnnbench.datafile.groups import by_column
from rnnbench.datafile.kinds import unusable
from rnnbench.datafile.new_columns import clock_of, extra_columns, numbers_of
from rnnbench.datafile.preparation import Preparation
from rnnbench.datafile.sequence_arrays import padded, without_missing
from rnnbench.datafile.table import Array, Table
from rnnbench.datafile.text_arrays import padded_codes
from rnnbench.datafile.words import words_of
from rnnbench.text import counted, enumerated


def new_sequences(table: Table, preparation: Preparation, extra: tuple[str, ...]) -> Asked:
    """The sequences of a table, which need no classes. Raises RnnbenchError where none is left."""
    assert preparation.group is not None
    clock = clock_of(table, preparation)
    ids = table.text(preparation.group)
    grouping = by_column(table, preparation.group, ids, clock.times if clock else None)
    arranged = arrange(table, grouping, clock)
    begins = np.flatnonzero(np.diff(arranged.series, prepend=-1) != 0)
    values = numbers_of(table, preparation.columns)[arranged.rows]
    keys = {
        table.place: [str(line) for line in table.lines[arranged.rows[begins]]],
        preparation.group: [arranged.names[one] for one in arranged.series[begins]],
    }
    return _asked(table.file, preparation, np.split(values, begins[1:]), keys, extra)


def new_archived(file: str, read: ArchiveLines, preparation: Preparation) -> Asked:
    """The sequences of a file of the UCR and UEA archives, whose classes are not looked at.

    Raises RnnbenchError where a dimension is missing.
    """
    place = {dimension(number): number for number in range(read.values[0].shape[1])}
    missing = [name for name in preparation.columns if name not in place]
    if missing:
        read_ones = enumerated([f"'{name}'" for name in preparation.columns])
        found = counted(len(place), "dimension")
        raise unusable(
            file,
            f"'{missing[0]}' is missing: sequences have {found}, and the model reads {read_ones}",
        )
    chosen = [place[name] for name in preparation.columns]
    values = [one[:, chosen] for one in read.values]
    return _asked(file, preparation, values, {"line": [str(line) for line in read.places]}, ())


def _asked(
    file: str,
    preparation: Preparation,
    values: Sequence[Array],
    keys: dict[str, list[str]],
    extra: tuple[str, ...],
) -> Asked:
    """Questions about sequences (T, C) each, of which missing values are filled."""
    kept = list(range(len(values)))
    if preparation.fill == "drop":
        kept = [one for one in kept if not np.isnan(values[one]).any()]
    if not kept:
        raise unusable(file, "each sequence has a missing value, and none is filled")
    notices = extra_columns(extra)
    if len(kept) < len(values):
        left_out = counted(len(values) - len(kept), "sequence")
        notices.append(f"{left_out} with a missing value are left out.")
    read = []
    for one in kept:
        read.append(without_missing(values[one], preparation.fill)[-preparation.window :])
    return Asked(
        keys={name: [of[one] for one in kept] for name, of in keys.items()},
        read=partial(_of_sequences, preparation, read),
        notices=tuple(notices),
    )


def _of_sequences(
    preparation: Preparation, sequences: Sequence[Array], begin: int, end: int
) -> Questions:
    inputs, lengths = padded(preparation, sequences[begin:end])
    return Questions(inputs, lengths)


def new_texts(table: Table, preparation: Preparation, extra: tuple[str, ...]) -> Asked:
    """The texts of a table, which need no classes. Raises RnnbenchError where there is none."""
    assert preparation.text is not None
    texts = table.text(preparation.text)
    rows = np.flatnonzero(texts.notna().to_numpy())
    if not len(rows):
        raise unusable(table.file, f"column '{preparation.text}' has no text in any row")
    notices = extra_columns(extra)
    if len(rows) < len(texts):
        notices.append(f"{counted(len(texts) - len(rows), 'row')} without a text are left out.")
    words = [words_of(str(text))[-preparation.window :] or [""] for text in texts.iloc[rows]]
    return Asked(
        keys={table.place: [str(line) for line in table.lines[rows]]},
        read=partial(_of_texts, preparation, words),
        notices=tuple(notices),
    )


def _of_texts(
    preparation: Preparation, words: Sequence[Sequence[str]], begin: int, end: int
) -> Questions:
    codes, lengths = padded_codes(preparation, words[begin:end])
    return Questions(codes, lengths)
