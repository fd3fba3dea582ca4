"""Build the cells of a cost trial so that none changes torch for the others.

Switches that a cell changes are restored; a cell that replaces parts of torch is refused.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from rnnbench.catalogue import Catalogue, Contribution, Registry
from rnnbench.contracts import CellSpec
from rnnbench.errors import Refused
from rnnbench.records import CostTrial, Option
from rnnbench.runner.imports import Imports
from rnnbench.runner.watch import TorchWatch


def watched(
    trial: CostTrial, catalogue: Catalogue, watch: TorchWatch, imports: Imports
) -> Catalogue:
    """Return the catalogue with the trial's cells in a form that watches their building."""
    cells: dict[str, Contribution[CellSpec]] = dict(catalogue.cells)
    for name in {cell.name for cell in trial.cells}:
        contribution = catalogue.cells[name]
        spec = contribution.item
        build = _Build(spec, contribution.plugin.key, watch, imports)
        cells[name] = replace(contribution, item=replace(spec, build=build))
    return replace(catalogue, cells=Registry("cell", cells))


@dataclass(frozen=True)
class _Build:
    """Builds a cell; raises Refused where its plugin or its first build replaces parts of torch.

    Later builds only restore switches. A search for replaced parts takes memory, and the holes that
    it leaves in the heap would falsify a measurement of memory.

    plugin: the key of the cell's plugin.
    built:  the names of the cells that were built before.
    """

    spec: CellSpec
    plugin: str
    watch: TorchWatch
    imports: Imports
    built: set[str] = field(default_factory=set)

    def __call__(self, inputs: Any, hidden: int, **options: Option) -> Any:
        if self.plugin in self.watch.patched:
            raise Refused(
                f"{self.watch.patched[self.plugin]}: the other cells of this process would run"
                " it too"
            )
        if self.spec.name in self.built:
            cell = self._build(inputs, hidden, options)
            self.watch.restore_switches()
            return cell
        self.built.add(self.spec.name)
        self.imports.note_again()
        cell = self._build(inputs, hidden, options)
        self.imports.note(self.spec.name)
        sentence = self.watch.look(f"Building the cell '{self.spec.name}'")
        if self.watch.has_replaced:
            self.watch.unpatch()
            self.watch.patched[self.plugin] = sentence
            raise Refused(f"{sentence}: the other cells of this process would run it too")
        return cell

    def _build(self, inputs: Any, hidden: int, options: Mapping[str, Option]) -> Any:
        return self.spec.load(options)(inputs, hidden)


def refuse_effects(watch: TorchWatch, row: str) -> None:
    """Raise Refused where a step of the cell in this row changed torch, which is then restored."""
    sentence = watch.look(f"A step of '{row}'")
    if watch.has_replaced:
        watch.unpatch()
    if sentence:
        raise Refused(f"{sentence}: the steps of the others would not be their own")
