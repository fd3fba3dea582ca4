"""Makes a reading of a claim, with its conditions, from its entry in a file."""

import msgspec

from rnnbench.catalogue import Catalogue
from rnnbench.errors import RnnbenchError, no_such
from rnnbench.records import (
    RATIOS,
    Reading,
    Recipe,
    Region,
)
from rnnbench.suite.file import ClaimCell, ReadingEntry
from rnnbench.suite.questions import Questions
from rnnbench.suite.refusals import refuse_contradictions, refuse_unknown

BOUNDS = ("at_most", "at_least", "within", "beyond")


def reading(entry: ReadingEntry, recipe: Recipe, where: str, catalogue: Catalogue) -> Reading:
    """A reading with all its conditions; without any, if it needs something that is not installed.

    Such a reading names its needs in `missing`. Raises RnnbenchError where the entry contradicts
    itself.
    """
    cells = tuple(map(_claim_cell, entry.cells))
    names = tuple(map(_display_name, cells))
    if len(set(names)) < len(names):
        raise RnnbenchError(
            f"{where}: cells: '{names[0]}' is listed twice; give one of them another `label`"
        )
    missing = _missing(entry, cells, catalogue)
    refuse_contradictions(entry, len(cells), where)
    bare = Reading(
        title=entry.title,
        cells=names,
        figure=entry.figure,
        region=_region(entry, where),
        metric=entry.metric,
        source=(entry.diagnostic, entry.when),
        missing=tuple(dict.fromkeys(missing)),
        growing=bool(entry.training_shares),
    )
    if missing:
        return bare
    refuse_unknown(entry, where, catalogue)
    questions = tuple(Questions(entry, cells, recipe, where, catalogue).all())
    return msgspec.structs.replace(bare, questions=questions)


def _claim_cell(cell: str | ClaimCell) -> ClaimCell:
    return ClaimCell(name=cell) if isinstance(cell, str) else cell


def _missing(entry: ReadingEntry, cells: tuple[ClaimCell, ...], catalogue: Catalogue) -> list[str]:
    """A sentence for each cell and task of a reading that is not installed."""
    names = [cell.name for cell in cells]
    missing = [
        no_such("cell", name, catalogue.cells) for name in names if name not in catalogue.cells
    ]
    names = [task.name for task in entry.tasks]
    missing += [
        no_such("task", name, catalogue.tasks) for name in names if name not in catalogue.tasks
    ]
    return missing


def _display_name(cell: ClaimCell) -> str:
    """The label of a cell, or its name with the options that are set."""
    settings = [f"{option}={value}" for option, value in sorted(cell.options.items())]
    return cell.label or " ".join([cell.name, *settings])


def _region(entry: ReadingEntry, where: str) -> Region:
    """The values of the effect for which the claim holds."""
    bounds = {name: getattr(entry, name) for name in BOUNDS}
    given = [(name, bound) for name, bound in bounds.items() if bound is not None]
    if len(given) != 1:
        raise RnnbenchError(f"{where}: give one of {', '.join(BOUNDS)}")
    name, bound = given[0]
    ratio = entry.figure in RATIOS and len(entry.cells) == 2
    if name in ("within", "beyond") and (bound <= 0 or len(entry.cells) == 1):
        raise RnnbenchError(f"{where}: {name}: the distance allowed between two cells is above 0")
    if ratio and bound <= 0:
        raise RnnbenchError(f"{where}: {name}: a ratio is above 0, got {bound:g}")
    if name == "at_most":
        return Region(high=bound)
    if name == "at_least":
        return Region(low=bound)
    low, high = (1 / (1 + bound), 1 + bound) if ratio else (-bound, bound)
    return Region(low, high, outside=name == "beyond")
