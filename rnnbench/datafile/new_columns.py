"""Columns of a new file: those that a trained model needs, by name, and what they hold."""

from collections.abc import Sequence
from difflib import get_close_matches

import numpy as np

from rnnbench.datafile.arrange import Clock
from rnnbench.datafile.cells import Values, values_of
from rnnbench.datafile.kinds import unusable
from rnnbench.datafile.order import columns_of_order, find_clock
from rnnbench.datafile.preparation import Preparation
from rnnbench.datafile.table import Array, Table
from rnnbench.text import enumerated, listed

MOST_SHOWN = 8


def order_columns(preparation: Preparation, table: Table) -> tuple[str, ...]:
    """The columns by which rows are ordered: one, or several such as year and month."""
    return columns_of_order(preparation.order, table)


def check_columns(table: Table, preparation: Preparation) -> tuple[str, ...]:
    """Return the columns that are not read. Raises RnnbenchError where one is missing."""
    named = [preparation.group, preparation.text]
    needed = [*preparation.columns, *order_columns(preparation, table)]
    needed += [name for name in named if name is not None]
    missing = [name for name in dict.fromkeys(needed) if name not in table.cells]
    known = {*needed, preparation.label}
    extra = tuple(name for name in table.cells if name not in known)
    if not missing:
        return extra
    verb = "are" if len(missing) > 1 else "is"
    not_read = f", and {_named(extra)} would not be read" if extra else ""
    raise unusable(
        table.file, f"{_named(missing)} {verb} missing{not_read}{_guess(missing, extra)}"
    )


def _guess(missing: Sequence[str], extra: Sequence[str]) -> str:
    """A question about the first missing column whose name is near to another one."""
    for name in missing:
        for near in get_close_matches(name, extra, n=1, cutoff=0.5):
            return f". Is '{near}' meant to be '{name}'?"
    return ""


def extra_columns(extra: tuple[str, ...]) -> list[str]:
    """A sentence on columns that are not read, if there are any."""
    if not extra:
        return []
    verb = "is" if len(extra) == 1 else "are"
    return [f"{_named(extra)} {verb} not read: the model was trained without."]


def _named(names: Sequence[str]) -> str:
    noun = "column" if len(names) == 1 else "columns"
    quoted = [f"'{name}'" for name in names]
    shown = enumerated(quoted) if len(quoted) <= MOST_SHOWN else listed(quoted, MOST_SHOWN)
    return f"{noun} {shown}"


def numbers_of(table: Table, names: tuple[str, ...]) -> Array:
    """Columns of numbers, (N, C), NaN where a value is missing. Raises RnnbenchError for words."""
    columns = []
    for name in names:
        values = values_of(table, name)
        if values.kind not in ("numbers", "nothing"):
            raise unusable(
                table.file, f"column '{name}' holds {values.kind}, and the model reads numbers"
            )
        columns.append(values.numbers)
    return np.column_stack(columns)


def clock_of(table: Table, preparation: Preparation) -> Clock | None:
    """The times of rows by the columns of the preparation. Raises RnnbenchError without times."""
    names = order_columns(preparation, table)
    if not names:
        return None
    columns: dict[str, Values] = {name: values_of(table, name) for name in names}
    clock = find_clock(table, columns, names[0] if len(names) == 1 else None)
    if clock is None:
        raise unusable(table.file, f"{_named(names)} hold no times")
    return clock
