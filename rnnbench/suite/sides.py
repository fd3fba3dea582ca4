"""The sides of a claim's conditions: a cell trained on a task, or measured at a shape."""

from dataclasses import dataclass

from msgspec.structs import replace

from rnnbench.catalogue import Catalogue
from rnnbench.contracts import DEFAULT, FASTEST
from rnnbench.errors import RnnbenchError
from rnnbench.records import MEASURED_BY, CellUse, CostSide, LearningSide, Recipe, Shape
from rnnbench.suite.file import ClaimCell, ReadingEntry
from rnnbench.suite.targets import BY_THRESHOLD, refuse_without_target
from rnnbench.suite.uses import cell_use, task_uses, with_changes, without_idle_keys


@dataclass(frozen=True)
class Sides:
    """Makes the sides of the conditions of one reading.

    where: the place of the reading in its file, for error messages.
    """

    entry: ReadingEntry
    cells: tuple[ClaimCell, ...]
    recipe: Recipe
    where: str
    catalogue: Catalogue

    def on_task(self, cell: ClaimCell, match: str, position: int) -> list[LearningSide]:
        """A cell on the task at this position of the entry, at each of its horizons."""
        entry = self.entry.tasks[position]
        use = self._use(cell)
        if entry.ladder:
            raise RnnbenchError(
                f"{self.where}: {entry.name}: a claim tries every horizon; it takes no ladder"
            )
        recipe = replace(self.recipe, match=match) if self.entry.match else self.recipe
        tasks = task_uses(entry, recipe, self.catalogue, f"{self.where}: tasks[{position}]")
        sides = []
        for task in tasks:
            if self.entry.figure in BY_THRESHOLD:
                task_class = self.catalogue.tasks[task.name].item
                what = f"`{self.entry.figure}` counts trainings up to"
                refuse_without_target(
                    task_class, task.dials, self.where, what, "read the claim by `score`"
                )
            own_recipe = without_idle_keys(with_changes(task.recipe, cell.recipe, self.where))
            side = LearningSide(cell=use, task=task.name, dials=task.dials, recipe=own_recipe)
            sides.append(side)
        return sides

    def at_shape(self, shape: Shape, implementation: str) -> list[CostSide]:
        """The cost of each cell at a shape, in one implementation."""
        measurement = MEASURED_BY[self.entry.figure]
        uses = [self._use(replace(cell, label=""), implementation) for cell in self.cells]
        return [CostSide(cell=use, measurement=measurement, shape=shape) for use in uses]

    def _use(self, cell: ClaimCell, implementation: str = DEFAULT) -> CellUse:
        chosen = implementation if implementation != DEFAULT else cell.implementation
        if chosen == FASTEST:
            raise RnnbenchError(
                f"{self.where}: {cell.name}: a claim names its implementations, and not '{FASTEST}'"
            )
        use = CellUse(name=cell.name, options=cell.options, implementation=chosen, label=cell.label)
        return cell_use(use, self.catalogue, self.where)
