"""One reading of a claim: from its entry in a file to the conditions under which it is tested."""

from collections.abc import Iterator, Mapping
from itertools import product

import msgspec

from rnnbench.catalogue import Catalogue
from rnnbench.contracts import DEFAULT, FASTEST
from rnnbench.errors import RnnbenchError, no_such
from rnnbench.records import (
    MEASURED_BY,
    RATIOS,
    CellUse,
    CostSide,
    LearningSide,
    Question,
    Reading,
    Recipe,
    Region,
    Shape,
    TaskUse,
)
from rnnbench.suite.file import ClaimCell, ReadingEntry
from rnnbench.suite.growing import on_growing_data
from rnnbench.suite.refusals import refuse_contradictions, refuse_unknown
from rnnbench.suite.uses import cell_use, changed, task_uses, without_idle_keys

BOUNDS = ("at_most", "at_least", "within", "beyond")
NATIVE = "native"
BY_THRESHOLD = ("epochs", "solved", "seconds")


def reading(entry: ReadingEntry, recipe: Recipe, where: str, catalogue: Catalogue) -> Reading:
    """A reading with all its conditions. What it needs and is not installed is named in it; it then has none.

    Raises RnnbenchError where it contradicts itself.
    """
    cells = tuple(ClaimCell(name=cell) if isinstance(cell, str) else cell for cell in entry.cells)
    names = tuple(map(_called, cells))
    if len(set(names)) < len(names):
        raise RnnbenchError(f"{where}: cells: '{names[0]}' stands there twice; give one of them another `label`")
    missing = [no_such("cell", cell.name, catalogue.cells) for cell in cells if cell.name not in catalogue.cells]
    missing += [no_such("task", task.name, catalogue.tasks) for task in entry.tasks if task.name not in catalogue.tasks]
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
    questions = tuple(_Questions(entry, cells, recipe, where, catalogue).all())
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


class _Questions:
    """The conditions of one reading."""

    def __init__(
        self, entry: ReadingEntry, cells: tuple[ClaimCell, ...], recipe: Recipe, where: str, catalogue: Catalogue
    ) -> None:
        self.entry, self.cells, self.recipe = entry, cells, recipe
        self.where, self.catalogue = where, catalogue

    def all(self) -> Iterator[Question]:
        """Each of them, with the words that tell it from the others."""
        if not self.entry.tasks:
            for shape, implementation in product(self.entry.shapes, self._implementations()):
                first, *second = self._costs(shape, implementation)
                yield Question(
                    facets=self._cost_facets(shape, implementation), first=first, second=second[0] if second else None
                )
            return
        for match, position in product(self.entry.match or (self.recipe.match,), range(len(self.entry.tasks))):
            yield from self._on_task(match, position)

    def _on_task(self, match: str, position: int) -> Iterator[Question]:
        entry = self.entry.tasks[position]
        sides = [self._learning(cell, match, position) for cell in self.cells]
        shares = self.entry.shares if self.entry.figure in BY_THRESHOLD else (1.0,)
        for (at, use), share in product(enumerate(sides[0]), shares):
            facets = {"task": use.task, **_dials(entry.dials, use), **({"equal": match} if self.entry.match else {})}
            if self.entry.figure in BY_THRESHOLD and len(shares) > 1:
                facets["threshold"] = f"{share:.0%} of the way to the target"
            second = sides[1][at] if len(sides) > 1 else None
            if second and self.entry.figure in ("epochs", "seconds") and _budget(use) != _budget(second):
                raise RnnbenchError(f"{self.where}: {self.entry.figure} of different budgets are not to be compared")
            bare = Question(facets=facets, first=use, second=second, share=share)
            if self.entry.figure == "seconds":
                yield from self._paced(bare, match)
            elif self.entry.training_shares:
                yield on_growing_data(bare, self.entry.training_shares)
            else:
                yield bare

    def _paced(self, question: Question, match: str) -> Iterator[Question]:
        """With the time of a step of models as wide as those that learn, by each implementation."""
        for shape, implementation in product(self.entry.shapes, self._implementations()):
            first, second = self._costs(self._shaped(shape, question, match), implementation)
            facets = {**question.facets, **self._cost_facets(first.shape, implementation)}
            yield msgspec.structs.replace(question, facets=facets, pace=(first, second))

    def _shaped(self, shape: Shape, question: Question, match: str) -> Shape:
        """A shape with the batch of the recipe, and its budget or width."""
        recipes = [side.recipe for side in (question.first, question.second) if isinstance(side, LearningSide)]
        widths = {(recipe.match, recipe.parameters, recipe.hidden_size) for recipe in recipes}
        if match == "state" or len(widths) > 1:
            raise RnnbenchError(
                f"{self.where}: seconds are those of models of one budget of parameters, or of one width"
            )
        batch = recipes[0].batch_size
        if match == "parameters":
            return msgspec.structs.replace(shape, batch=batch, parameters=recipes[0].parameters)
        return msgspec.structs.replace(shape, batch=batch, parameters=None, hidden=recipes[0].hidden_size)

    def _cost_facets(self, shape: Shape, implementation: str) -> dict[str, str]:
        """The shape, what is equal, and the kernel where there is a choice."""
        facets = {"shape": str(shape), "equal": "hidden" if shape.parameters is None else "parameters"}
        if not self.entry.implementations:
            return facets
        specs = [self.catalogue.cells[cell.name].item for cell in self.cells]
        default = NATIVE if all(NATIVE in spec.implementations for spec in specs) else DEFAULT
        return {**facets, "kernel": default if implementation == DEFAULT else implementation}

    def _implementations(self) -> tuple[str, ...]:
        return self.entry.implementations or (DEFAULT,)

    def _learning(self, cell: ClaimCell, match: str, position: int) -> list[LearningSide]:
        """A cell on a task, at each of its horizons."""
        entry, use = self.entry.tasks[position], self._use(cell)
        if entry.ladder:
            raise RnnbenchError(f"{self.where}: {entry.name}: every horizon of a claim is tried; it is no ladder")
        at = f"{self.where}: tasks[{position}]"
        recipe = msgspec.structs.replace(self.recipe, match=match) if self.entry.match else self.recipe
        return [self._side(use, task, cell) for task in task_uses(entry, recipe, self.catalogue, at)]

    def _side(self, use: CellUse, task: TaskUse, cell: ClaimCell) -> LearningSide:
        return LearningSide(
            cell=use,
            task=task.name,
            dials=task.dials,
            recipe=without_idle_keys(changed(task.recipe, cell.recipe, self.where)),
        )

    def _costs(self, shape: Shape, implementation: str) -> list[CostSide]:
        measurement = MEASURED_BY[self.entry.figure]
        uses = [self._use(msgspec.structs.replace(cell, label=""), implementation) for cell in self.cells]
        return [CostSide(cell=use, measurement=measurement, shape=shape) for use in uses]

    def _use(self, cell: ClaimCell, implementation: str = DEFAULT) -> CellUse:
        chosen = implementation if implementation != DEFAULT else cell.implementation
        if chosen == FASTEST:
            raise RnnbenchError(f"{self.where}: {cell.name}: a claim names its implementations, and not '{FASTEST}'")
        use = CellUse(name=cell.name, options=cell.options, implementation=chosen, label=cell.label)
        return cell_use(use, self.catalogue, self.where)


def _dials(given: Mapping[str, object], side: LearningSide) -> dict[str, str]:
    """The horizon, and the dials that the entry sets."""
    named = ["horizon"] if "horizon" in side.dials else []
    return {dial: str(side.dials[dial]) for dial in [*named, *(name for name in given if name != "horizon")]}


def _budget(side: LearningSide) -> tuple[int, int, int]:
    """What an epoch is, and how many there are."""
    return side.recipe.epochs, side.recipe.steps_per_epoch, side.recipe.batch_size
