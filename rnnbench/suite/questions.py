"""The conditions of one reading of a claim: from its entry in a file to questions with two
sides."""

from collections.abc import Iterator, Mapping
from itertools import product

import msgspec

from rnnbench.catalogue import Catalogue
from rnnbench.contracts import DEFAULT, FASTEST
from rnnbench.errors import RnnbenchError
from rnnbench.records import (
    MEASURED_BY,
    CellUse,
    CostSide,
    LearningSide,
    Question,
    Recipe,
    Shape,
    TaskUse,
)
from rnnbench.suite.file import ClaimCell, ReadingEntry
from rnnbench.suite.growing import on_growing_data
from rnnbench.suite.uses import cell_use, changed, task_uses, without_idle_keys

NATIVE = "native"
BY_THRESHOLD = ("epochs", "solved", "seconds")


class Questions:
    """The conditions of one reading."""

    def __init__(
        self,
        entry: ReadingEntry,
        cells: tuple[ClaimCell, ...],
        recipe: Recipe,
        where: str,
        catalogue: Catalogue,
    ) -> None:
        self.entry, self.cells, self.recipe = entry, cells, recipe
        self.where, self.catalogue = where, catalogue

    def all(self) -> Iterator[Question]:
        """Each of them, with the words that tell it from the others."""
        if not self.entry.tasks:
            yield from self._on_costs()
            return
        for match, position in product(
            self.entry.match or (self.recipe.match,), range(len(self.entry.tasks))
        ):
            yield from self._on_task(match, position)

    def _on_costs(self) -> Iterator[Question]:
        """The conditions of a reading that trains nothing: one for each shape and
        implementation."""
        for shape, implementation in product(self.entry.shapes, self._implementations()):
            sides = self._costs(shape, implementation)
            yield Question(
                facets=self._cost_facets(shape, implementation),
                first=sides[0],
                second=sides[1] if len(sides) > 1 else None,
            )

    def _on_task(self, match: str, position: int) -> Iterator[Question]:
        """The conditions on one task: one for each of its horizons and each threshold."""
        sides = [self._learning(cell, match, position) for cell in self.cells]
        seconds: list[LearningSide | None] = (
            [*sides[1]] if len(sides) > 1 else [None] * len(sides[0])
        )
        shares = self.entry.shares if self.entry.figure in BY_THRESHOLD else (1.0,)
        for (first, second), share in product(zip(sides[0], seconds, strict=True), shares):
            self._refuse_other_budget(first, second)
            bare = Question(
                facets=self._task_facets(first, match, position, share),
                first=first,
                second=second,
                share=share,
            )
            if self.entry.figure == "seconds":
                yield from self._with_step_times(bare, match)
            elif self.entry.training_shares:
                yield on_growing_data(bare, self.entry.training_shares)
            else:
                yield bare

    def _task_facets(
        self, side: LearningSide, match: str, position: int, share: float
    ) -> dict[str, str]:
        """What tells a condition from the others: its task and dials, what is equal, and the
        threshold."""
        facets = {"task": side.task, **_dials(self.entry.tasks[position].dials, side)}
        if self.entry.match:
            facets["equal"] = match
        if self.entry.figure in BY_THRESHOLD and len(self.entry.shares) > 1:
            facets["threshold"] = f"{share:.0%} of the way to the target"
        return facets

    def _refuse_other_budget(self, first: LearningSide, second: LearningSide | None) -> None:
        if (
            second
            and self.entry.figure in ("epochs", "seconds")
            and _budget(first) != _budget(second)
        ):
            raise RnnbenchError(
                f"{self.where}: {self.entry.figure} of different budgets are not to be compared"
            )

    def _with_step_times(self, question: Question, match: str) -> Iterator[Question]:
        """With the time of a step of models as wide as those that learn, by each implementation."""
        for shape, implementation in product(self.entry.shapes, self._implementations()):
            first, second = self._costs(self._shaped(shape, question, match), implementation)
            facets = {**question.facets, **self._cost_facets(first.shape, implementation)}
            yield msgspec.structs.replace(question, facets=facets, step_time=(first, second))

    def _shaped(self, shape: Shape, question: Question, match: str) -> Shape:
        """A shape with the batch of the recipe, and its budget or width."""
        recipes = [
            side.recipe
            for side in (question.first, question.second)
            if isinstance(side, LearningSide)
        ]
        widths = {(recipe.match, recipe.parameters, recipe.hidden_size) for recipe in recipes}
        if match == "state" or len(widths) > 1:
            raise RnnbenchError(
                f"{self.where}: seconds are those of models of one budget of parameters, or of one"
                " width"
            )
        batch = recipes[0].batch_size
        if match == "parameters":
            return msgspec.structs.replace(shape, batch=batch, parameters=recipes[0].parameters)
        return msgspec.structs.replace(
            shape, batch=batch, parameters=None, hidden=recipes[0].hidden_size
        )

    def _cost_facets(self, shape: Shape, implementation: str) -> dict[str, str]:
        """The shape, what is equal, and the kernel where there is a choice."""
        facets = {
            "shape": str(shape),
            "equal": "hidden" if shape.parameters is None else "parameters",
        }
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
            raise RnnbenchError(
                f"{self.where}: {entry.name}: every horizon of a claim is tried; it is no ladder"
            )
        at = f"{self.where}: tasks[{position}]"
        recipe = (
            msgspec.structs.replace(self.recipe, match=match) if self.entry.match else self.recipe
        )
        return [
            self._side(use, task, cell) for task in task_uses(entry, recipe, self.catalogue, at)
        ]

    def _side(self, use: CellUse, task: TaskUse, cell: ClaimCell) -> LearningSide:
        return LearningSide(
            cell=use,
            task=task.name,
            dials=task.dials,
            recipe=without_idle_keys(changed(task.recipe, cell.recipe, self.where)),
        )

    def _costs(self, shape: Shape, implementation: str) -> list[CostSide]:
        measurement = MEASURED_BY[self.entry.figure]
        uses = [
            self._use(msgspec.structs.replace(cell, label=""), implementation)
            for cell in self.cells
        ]
        return [CostSide(cell=use, measurement=measurement, shape=shape) for use in uses]

    def _use(self, cell: ClaimCell, implementation: str = DEFAULT) -> CellUse:
        chosen = implementation if implementation != DEFAULT else cell.implementation
        if chosen == FASTEST:
            raise RnnbenchError(
                f"{self.where}: {cell.name}: a claim names its implementations, and not '{FASTEST}'"
            )
        use = CellUse(name=cell.name, options=cell.options, implementation=chosen, label=cell.label)
        return cell_use(use, self.catalogue, self.where)


def _dials(given: Mapping[str, object], side: LearningSide) -> dict[str, str]:
    """The horizon, and the dials that the entry sets."""
    named = ["horizon"] if "horizon" in side.dials else []
    return {
        dial: str(side.dials[dial])
        for dial in [*named, *(name for name in given if name != "horizon")]
    }


def _budget(side: LearningSide) -> tuple[int, int, int]:
    """What an epoch is, and how many there are."""
    return side.recipe.epochs, side.recipe.steps_per_epoch, side.recipe.batch_size
