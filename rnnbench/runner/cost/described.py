"""What of a cost trial exists in this environment."""

from msgspec.structs import replace

from rnnbench.catalogue import Catalogue
from rnnbench.contracts import DEFAULT
from rnnbench.errors import RnnbenchError, UnknownName, describe, first_line
from rnnbench.provenance import provenance
from rnnbench.records import CellUse, CostTrial, PartOfTrial
from rnnbench.records.turns import Described
from rnnbench.suite import complete_options


def described(trials: tuple[CostTrial, ...]) -> Described:
    """Return what of these trials exists in this environment."""
    catalogue = Catalogue.load()
    return Described(tuple(_part(trial, catalogue) for trial in trials))


def _part(trial: CostTrial, catalogue: Catalogue) -> PartOfTrial:
    missing = {}
    for cell in trial.cells:
        try:
            completed(cell, catalogue)
        except Exception as error:
            missing[cell.row] = sentence(error)
    here = replace(trial, cells=tuple(cell for cell in trial.cells if cell.row not in missing))
    plugins = tuple(plugin.key for plugin in catalogue.needed(here))
    return PartOfTrial(
        trial=here, missing=missing, plugins=plugins, provenance=provenance(here, catalogue)
    )


def completed(cell: CellUse, catalogue: Catalogue) -> CellUse:
    """Return the cell with the defaults that its options have in this environment.

    Raises UnknownName for a cell, an option or an implementation that does not exist there.
    """
    spec = catalogue.cells[cell.name].item
    known = (DEFAULT, *spec.implementations)
    if cell.implementation not in known:
        raise UnknownName("implementation", cell.implementation, known, cell.name)
    return replace(cell, options=complete_options(cell.options, spec.options, cell.name))


def sentence(error: Exception) -> str:
    """Return what an error says, in one line."""
    if isinstance(error, RnnbenchError):
        return first_line(error)
    return describe(error)
