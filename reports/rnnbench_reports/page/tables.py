"""Tables of the page: values from figures, and tables without empty or constant columns."""

import re
from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Literal

import rnnbench
from rnnbench_reports.page import words
from rnnbench_reports.page.records import Column, Row, Table, Value
from rnnbench_reports.style import number, spread

CELL = Column("cell", "text", stays=True)
NOTHING = ("", "-")
FEWEST_FOR_A_NOTE = 2
"""A table with fewer rows keeps its constant columns."""


def slug(text: str) -> str:
    """Return a text as part of an id; two texts that differ in letters have two ids."""
    lower = text.lower().replace(", ", ".").replace(" ", "_")
    plain = re.sub(r"[^a-z0-9._-]+", "-", lower)
    if re.fullmatch(r"[A-Za-z0-9 ,=._-]*", text):
        return plain
    return f"{plain}-{sha256(text.encode()).hexdigest()[:8]}"


def row_id(setting: str, cell: str) -> str:
    """Return the id of the row of a cell under a condition."""
    return f"row-{slug(setting)}-{slug(cell)}"


def figure(shown: rnnbench.Range | None, scale: float = 1.0, unit: str = "") -> Value:
    """Return a figure with its interval or range, and with n and its kind as a hint."""
    if shown is None:
        return Value("-")
    hint = f"{shown.kind}, n = {shown.n}" if shown.n > 1 else "n = 1"
    return Value(f"{spread(shown, scale)}{unit}", scale * shown.centre, hint=hint)


def amount(value: float | None, scale: float = 1.0) -> Value:
    """Return a number with three significant digits."""
    return Value("-") if value is None else Value(number(scale * value), scale * value)


def count(value: int | None) -> Value:
    """Return a whole number, with its thousands apart."""
    return Value("-") if value is None else Value(f"{value:,}", float(value))


def sized(
    arm: rnnbench.Arm, quantity: Literal["parameters", "state"], condition: rnnbench.Condition
) -> Value:
    """Return the parameters of a model or the numbers in its state, and how far they are from the
    budget where that is over 2 %."""
    if not arm.seeds:
        return Value("-")
    value = arm.parameters if quantity == "parameters" else arm.state_floats
    off = words.off_budget(arm, quantity, condition)
    hint = "in brackets: how far it is from the budget" if off else ""
    return Value(f"{value:,}{off}", float(value), hint=hint)


def word(text: str) -> Value:
    """Return a text."""
    return Value(text or "-")


def present(tables: Iterable[Table | None]) -> list[Table]:
    """Return the tables that have rows."""
    return [table for table in tables if table]


def table(
    name: str, title: str, columns: Sequence[Column], rows: Iterable[Row], note: str = ""
) -> Table | None:
    """Return a table without its empty columns; None without rows.

    A column whose values are all equal moves into the note, unless it stays.
    """
    rows = list(rows)
    if not rows:
        return None
    measured = [row for row in rows if row.kind != "trivial"]
    kept = []
    equal = []
    for place, column in enumerate(columns):
        texts = {row.values[place].text for row in measured}
        links = any(row.values[place].links for row in measured)
        if texts <= set(NOTHING) and not links:
            continue
        may_move = len(measured) >= FEWEST_FOR_A_NOTE and not column.stays and not links
        if may_move and len(texts) == 1:
            equal.append(f"{column.title}: {texts.pop()}")
        else:
            kept.append(place)
    shown = [Row([row.values[place] for place in kept], row.cell, row.id, row.kind) for row in rows]
    of_all = f"Equal in all rows: {'; '.join(equal)}" if equal else ""
    notes = " ".join(filter(None, (note, of_all)))
    return Table(name, title, [columns[place] for place in kept], shown, notes)
