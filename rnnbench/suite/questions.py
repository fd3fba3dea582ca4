"""The conditions of one reading of a claim, made from its entry in a file."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import product

from msgspec.structs import replace

from rnnbench.catalogue import Catalogue
from rnnbench.contracts import DEFAULT
from rnnbench.errors import RnnbenchError
from rnnbench.records import LearningSide, Question, Recipe, Shape
from rnnbench.suite.file import ClaimCell, ReadingEntry
from rnnbench.suite.growing import on_growing_data
from rnnbench.suite.sides import Sides
from rnnbench.suite.targets import BY_THRESHOLD

NATIVE = "native"


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
        self.entry = entry
        self.cells = cells
        self.recipe = recipe
        self.where = where
        self.catalogue = catalogue
        self.sides = Sides(entry, cells, recipe, where, catalogue)

    def all(self) -> Iterator[Question]:
        """Yield each condition, with the facets that distinguish it. Raises RnnbenchError."""
        if not self.entry.tasks:
            yield from self._on_costs()
            return
        matches = self.entry.match or (self.recipe.match,)
        for match, position in product(matches, range(len(self.entry.tasks))):
            yield from self._on_task(match, position)

    def _on_costs(self) -> Iterator[Question]:
        """Yield the conditions of a reading without training: each shape and implementation."""
        for shape, implementation in product(self.entry.shapes, self._implementations()):
            sides = self.sides.at_shape(shape, implementation)
            yield Question(
                facets=self._cost_facets(shape, implementation),
                first=sides[0],
                second=sides[1] if len(sides) > 1 else None,
            )

    def _on_task(self, match: str, position: int) -> Iterator[Question]:
        """Yield the conditions on one task: each of its horizons and each threshold."""
        by_threshold = self.entry.figure in BY_THRESHOLD
        shares = self.entry.shares if by_threshold else (1.0,)
        for (first, second), share in product(self._pairs(match, position), shares):
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

    def _pairs(
        self, match: str, position: int
    ) -> Sequence[tuple[LearningSide, LearningSide | None]]:
        """Both cells on a task, at each of its horizons; the second is None where there is none."""
        sides = [self.sides.on_task(cell, match, position) for cell in self.cells]
        if len(sides) == 1:
            return [(first, None) for first in sides[0]]
        return list(zip(sides[0], sides[1], strict=True))

    def _task_facets(
        self, side: LearningSide, match: str, position: int, share: float
    ) -> dict[str, str]:
        """What distinguishes a condition: task and dials, what is equal, and the threshold."""
        facets = {"task": side.task, **_dials(self.entry.tasks[position].dials, side)}
        if self.entry.match:
            facets["equal"] = match
        if self.entry.figure in BY_THRESHOLD and len(self.entry.shares) > 1:
            facets["threshold"] = f"{share:.0%} of the way to the target"
        return facets

    def _refuse_other_budget(self, first: LearningSide, second: LearningSide | None) -> None:
        if second is None or self.entry.figure not in ("epochs", "seconds"):
            return
        if _budget(first) != _budget(second):
            raise RnnbenchError(
                f"{self.where}: {self.entry.figure} of different budgets cannot be compared"
            )

    def _with_step_times(self, question: Question, match: str) -> Iterator[Question]:
        """Yield the question with step times, at each shape and in each implementation.

        The timed models are as wide as those that learn.
        """
        for shape, implementation in product(self.entry.shapes, self._implementations()):
            own_shape = self._shaped(shape, question, match)
            first, second = self.sides.at_shape(own_shape, implementation)
            facets = {**question.facets, **self._cost_facets(first.shape, implementation)}
            yield replace(question, facets=facets, step_time=(first, second))

    def _shaped(self, shape: Shape, question: Question, match: str) -> Shape:
        """A shape with the batch of the recipe, and its budget or width."""
        sides = (question.first, question.second)
        recipes = [side.recipe for side in sides if isinstance(side, LearningSide)]
        widths = {(recipe.match, recipe.parameters, recipe.hidden_size) for recipe in recipes}
        if match == "state" or len(widths) > 1:
            raise RnnbenchError(
                f"{self.where}: seconds are those of models of one budget of parameters, or of one"
                " width"
            )
        batch = recipes[0].batch_size
        if match == "parameters":
            return replace(shape, batch=batch, parameters=recipes[0].parameters)
        return replace(shape, batch=batch, parameters=None, hidden=recipes[0].hidden_size)

    def _cost_facets(self, shape: Shape, implementation: str) -> dict[str, str]:
        """The shape, what is equal, and the kernel where there is a choice."""
        facets = {
            "shape": str(shape),
            "equal": "hidden" if shape.parameters is None else "parameters",
        }
        if self.entry.implementations:
            facets["kernel"] = self._kernel(implementation)
        return facets

    def _kernel(self, implementation: str) -> str:
        """The implementation; the default is called native where every cell has a native one."""
        if implementation != DEFAULT:
            return implementation
        specs = [self.catalogue.cells[cell.name].item for cell in self.cells]
        return NATIVE if all(NATIVE in spec.implementations for spec in specs) else DEFAULT

    def _implementations(self) -> tuple[str, ...]:
        return self.entry.implementations or (DEFAULT,)


def _dials(given: Mapping[str, object], side: LearningSide) -> dict[str, str]:
    """The horizon, and the dials that the entry sets."""
    names = ["horizon"] if "horizon" in side.dials else []
    names += [name for name in given if name != "horizon"]
    return {name: str(side.dials[name]) for name in names}


def _budget(side: LearningSide) -> tuple[int, int, int]:
    """The number of epochs, and the steps and batch size of each."""
    return side.recipe.epochs, side.recipe.steps_per_epoch, side.recipe.batch_size
