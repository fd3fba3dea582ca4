"""Which columns a model would read, and which are left out, each with a notice."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rnnbench.datafile.cells import Values
from rnnbench.datafile.kinds import notice
from rnnbench.datafile.records import Choices, Column, Notice, Role
from rnnbench.datafile.roles import counts_rows, is_constant
from rnnbench.datafile.table import Table
from rnnbench.text import number


@dataclass(frozen=True)
class Inputs:
    """Columns that are read, beside the target, and notices on those that are not."""

    names: tuple[str, ...]
    notices: tuple[Notice, ...]


@dataclass(frozen=True)
class ReadColumns:
    """The columns that are read: those to forecast, and those that are inputs alone."""

    targets: tuple[str, ...]
    inputs: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """All of them, the targets first."""
        return (*self.targets, *self.inputs)


def find_inputs(
    table: Table, columns: Mapping[str, Values], taken: set[str], choices: Choices
) -> Inputs:
    """All columns of numbers but those that have another role, count rows, or never change."""
    names = []
    notices = []
    for name, values in columns.items():
        if name in taken:
            continue
        noticed = _left_out(table, values)
        if noticed is None or (name in choices.keep and values.kind == "numbers"):
            names.append(name)
        else:
            notices.append(noticed)
    return Inputs(tuple(names), tuple(notices))


def _left_out(table: Table, values: Values) -> Notice | None:
    """Why a column is not read; None where it is."""
    name = values.name
    if values.kind == "nothing":
        return notice("empty-column", f"Column '{name}' has no value in any row.", column=name)
    if values.kind != "numbers":
        sentence = f"Column '{name}' holds {values.kind}, and no role needs it."
        return notice("not-numbers", sentence, column=name)
    if is_constant(values):
        value = values.numbers[~values.missing][0]
        sentence = f"Column '{name}' is {number(value)} in all rows."
        return notice("constant", sentence, column=name)
    if counts_rows(values.numbers):
        sentence = (
            f"Column '{name}' counts rows, from {values.numbers[0]:.0f} in {table.place}"
            f" {table.lines[0]} to {values.numbers[-1]:.0f} in {table.place} {table.lines[-1]}."
        )
        return notice("row-number", sentence, column=name)
    return None


def columns_with_roles(
    columns: Mapping[str, Values], roles: Mapping[str, Role]
) -> tuple[Column, ...]:
    """Records of all columns, in the order of the file."""
    return tuple(
        Column(
            name=name,
            kind=values.kind,
            role=roles.get(name, "left out"),
            missing=int(values.missing.sum()),
        )
        for name, values in columns.items()
    )


def notices_of(columns: Mapping[str, Values], names: Iterable[str]) -> list[Notice]:
    """What was noticed while these columns were read as numbers."""
    notices: list[Notice] = []
    for name in names:
        notices += columns[name].notices
    return notices
