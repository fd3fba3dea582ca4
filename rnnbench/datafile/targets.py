"""Which columns are to be forecast: those that the user names, or one that is guessed."""

from collections.abc import Mapping

from rnnbench.datafile.cells import Values
from rnnbench.datafile.kinds import unusable
from rnnbench.datafile.roles import guess_target, is_constant
from rnnbench.datafile.table import Table


def named_targets(table: Table, target: str | None) -> tuple[str, ...]:
    """The columns that are named: one, or several with commas between them.

    A name that is a column's is one column, whatever it holds. Raises RnnbenchError for a name that
    no column has, and for one that is there twice.
    """
    if target is None:
        return ()
    if target in table.cells:
        return (target,)
    names = tuple(name.strip() for name in target.split(","))
    table.check_names(names)
    for name in names:
        if names.count(name) > 1:
            raise unusable(table.file, f"column '{name}' is named twice as a target")
    return names


def find_targets(
    table: Table, columns: Mapping[str, Values], named: tuple[str, ...], taken: set[str]
) -> tuple[str, ...]:
    """The columns to forecast. Raises RnnbenchError for one that cannot be forecast."""
    guessed = None
    if not named:
        guessed = guess_target(columns, taken)
        if guessed is None:
            raise unusable(table.file, "no column holds numbers that could be forecast")
    targets = named if guessed is None else (guessed,)
    for target in targets:
        kind = columns[target].kind
        if kind != "numbers":
            raise unusable(table.file, f"column '{target}' holds {kind}, expected numbers")
        if is_constant(columns[target]):
            raise unusable(table.file, f"column '{target}' is to be forecast, and never changes")
    return targets
