"""One reading of a claim: from its entry in a file to the conditions under which it is tested."""

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
    """A reading with all its conditions. What it needs and is not installed is named in it; it then
    has none.

    Raises RnnbenchError where it contradicts itself.
    """
    cells = tuple(ClaimCell(name=cell) if isinstance(cell, str) else cell for cell in entry.cells)
    names = tuple(map(_called, cells))
    if len(set(names)) < len(names):
        raise RnnbenchError(
            f"{where}: cells: '{names[0]}' stands there twice; give one of them another `label`"
        )
    missing = [
        no_such("cell", cell.name, catalogue.cells)
        for cell in cells
        if cell.name not in catalogue.cells
    ]
    missing += [
        no_such("task", task.name, catalogue.tasks)
        for task in entry.tasks
        if task.name not in catalogue.tasks
    ]
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


def _called(cell: ClaimCell) -> str:
    """Its label, or its name with the options that are set."""
    said = [f"{option}={value}" for option, value in sorted(cell.options.items())]
    return cell.label or " ".join([cell.name, *said])


def _region(entry: ReadingEntry, where: str) -> Region:
    given = [(name, bound) for name in BOUNDS if (bound := getattr(entry, name)) is not None]
    if len(given) != 1:
        raise RnnbenchError(f"{where}: give one of {', '.join(BOUNDS)}")
    name, bound = given[0]
    ratio = entry.figure in RATIOS and len(entry.cells) == 2
    if name in ("within", "beyond") and (bound <= 0 or len(entry.cells) == 1):
        raise RnnbenchError(f"{where}: {name}: how far two cells may be apart, above 0")
    if ratio and bound <= 0:
        raise RnnbenchError(f"{where}: {name}: a ratio is above 0, got {bound:g}")
    if name == "at_most":
        return Region(high=bound)
    if name == "at_least":
        return Region(low=bound)
    low, high = (1 / (1 + bound), 1 + bound) if ratio else (-bound, bound)
    return Region(low, high, outside=name == "beyond")
