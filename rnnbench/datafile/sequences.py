"""Sequences with a class each, of a table or of a file of the UCR and UEA archives."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from rnnbench.datafile.arrange import Arranged, Clock, arrange
from rnnbench.datafile.cells import Values
from rnnbench.datafile.clock_notices import clock_notices
from rnnbench.datafile.groups import by_column
from rnnbench.datafile.inputs import columns_with_roles, find_inputs, notices_of
from rnnbench.datafile.kinds import agreeing, notice, unusable
from rnnbench.datafile.labels import one_spelling
from rnnbench.datafile.records import Choices, Column, Notice, Ordering, Role
from rnnbench.datafile.table import Array, Cells, Table
from rnnbench.text import listed


@dataclass(frozen=True)
class Sequences:
    """Sequences as they are classified.

    names:    a name for each, as notices have it.
    labels:   the class of each, in one spelling.
    values:   (T, C) each, NaN where a value is missing.
    channels: the names of the C channels.
    lines:    the line, or row, at which each begins.
    place:    what `lines` counts.
    sources:  columns that are constant within each sequence, with a value for each; by name.
    group:    the column that names the sequences; None where there is none.
    """

    file: str
    format: str
    rows: int
    names: Sequence[str]
    labels: Sequence[str]
    values: Sequence[Array]
    channels: Sequence[str]
    lines: Array
    place: str
    sources: Mapping[str, Sequence[str]]
    columns: tuple[Column, ...]
    group: str | None
    order: Ordering
    notices: tuple[Notice, ...]


def sequences_of(
    table: Table,
    columns: Mapping[str, Values],
    clock: Clock | None,
    group: str,
    label: str,
    choices: Choices,
) -> Sequences:
    """The sequences in a table, by the column that names them and the one with their classes.

    Raises RnnbenchError where a sequence has two classes, or no column is left to read.
    """
    labels, notices = one_spelling(table, label)
    ids = table.text(group)
    lacking = np.flatnonzero((ids.isna() | labels.isna()).to_numpy())
    if len(lacking):
        sentence = (
            f"{agreeing(len(lacking), 'row', 'has', 'have')} no value in column '{group}' or"
            f" '{label}': {table.at(lacking)}."
        )
        notices.append(notice("missing-key", sentence, lines=table.lines[lacking]))
        ids = ids.where(labels.notna())
    times = clock.times if clock else None
    grouping = by_column(table, group, ids, times)
    arranged = arrange(table, grouping, clock)
    begins = np.flatnonzero(np.diff(arranged.series, prepend=-1) != 0)
    names = [grouping.names[one] for one in arranged.series[begins]]
    _check_one_label(table, labels, arranged, begins, names, label)
    order_columns = clock.column.split(", ") if clock else []
    taken = {group, label, *order_columns}
    sources = _constant_within(columns, arranged, begins, taken)
    inputs = find_inputs(table, columns, taken, choices)
    channels = list(inputs.names)
    if not channels:
        raise unusable(table.file, "no column of numbers is left to read")
    values = np.column_stack([columns[name].numbers for name in channels])[arranged.rows]
    roles: dict[str, Role] = {
        **dict.fromkeys(channels, "input"),
        **dict.fromkeys(order_columns, "order"),
        group: "group",
        label: "label",
    }
    order = Ordering()
    if clock and arranged.ends:
        first, last = arranged.ends
        order = Ordering(column=clock.column, step=arranged.step, first=first, last=last)
    notices += [*clock_notices(table, columns, clock), *grouping.notices, *arranged.notices]
    notices += [*inputs.notices, *notices_of(columns, channels)]
    return Sequences(
        file=table.file,
        format=table.format,
        rows=len(table),
        names=names,
        labels=[str(labels.iloc[row]) for row in arranged.rows[begins]],
        values=np.split(values, begins[1:]),
        channels=channels,
        lines=table.lines[arranged.rows[begins]],
        place=table.place,
        sources=sources,
        columns=columns_with_roles(columns, roles),
        group=group,
        order=order,
        notices=(*table.notices, *notices),
    )


def _check_one_label(
    table: Table,
    labels: Cells,
    arranged: Arranged,
    begins: Array,
    names: Sequence[str],
    label: str,
) -> None:
    codes = pd.factorize(labels)[0][arranged.rows]
    inner = np.diff(arranged.series, prepend=-1) == 0
    changes = np.flatnonzero(inner & (np.diff(codes, prepend=-1) != 0))
    if not len(changes):
        return
    row = int(changes[0])
    sequence = names[int(np.searchsorted(begins, row, side="right")) - 1]
    found = [f"'{labels.iloc[one]}'" for one in arranged.rows[[row - 1, row]]]
    raise unusable(
        table.file,
        f"column '{label}': sequence '{sequence}' has {listed(found, by=' and ')} in"
        f" {table.at(arranged.rows[[row - 1, row]])}, expected one class",
    )


def _constant_within(
    columns: Mapping[str, Values], arranged: Arranged, begins: Array, taken: set[str]
) -> dict[str, Sequence[str]]:
    """The columns with one value in each sequence, and that value as text."""
    inner = np.diff(arranged.series, prepend=-1) == 0
    found: dict[str, Sequence[str]] = {}
    for name, values in columns.items():
        if name in taken or values.kind in ("nothing", "times", "texts"):
            continue
        cells = values.numbers if values.words is None else pd.factorize(values.words)[0]
        cells = cells[arranged.rows]
        if not (inner & (np.diff(cells, prepend=np.nan) != 0)).any():
            found[name] = [f"{one:g}" for one in cells[begins]]
    return found
