"""The cells of a cost trial under watch: what building one changes for the others is set back, or the cell refused."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from rnnbench.catalogue import Brought, Catalogue, Shelf
from rnnbench.cell import CellSpec, Option
from rnnbench.errors import Refused
from rnnbench.records import CostTrial
from rnnbench.runner.imports import Imports
from rnnbench.runner.watch import TorchWatch


def watched(trial: CostTrial, catalogue: Catalogue, watch: TorchWatch, imports: Imports) -> Catalogue:
    """The catalogue, in which the cells of a trial are built under watch."""
    guests: dict[str, Brought[CellSpec]] = dict(catalogue.cells)
    for name in {cell.name for cell in trial.cells}:
        brought = catalogue.cells[name]
        guests[name] = replace(brought, item=_under_watch(brought, watch, imports))
    return replace(catalogue, cells=Shelf("cell", guests))


def _under_watch(brought: Brought[CellSpec], watch: TorchWatch, imports: Imports) -> CellSpec:
    return replace(brought.item, build=_Build(brought.item, brought.plugin.key, watch, imports))


@dataclass(frozen=True)
class _Build:
    """Builds a cell. Raises Refused where its plugin, or its building, replaces parts of torch."""

    spec: CellSpec
    plugin: str
    watch: TorchWatch
    imports: Imports

    def __call__(self, inputs: Any, hidden: int, **options: Option) -> Any:
        if self.plugin in self.watch.patched:
            raise Refused(f"{self.watch.patched[self.plugin]}: the other cells of this process would run it too")
        self.imports.note("")
        cell = self._built(inputs, hidden, options)
        self.imports.note(self.spec.name)
        sentence = self.watch.look(f"Building the cell '{self.spec.name}'")
        if self.watch.has_replaced:
            self.watch.unpatch()
            self.watch.patched[self.plugin] = sentence
            raise Refused(f"{sentence}: the other cells of this process would run it too")
        return cell

    def _built(self, inputs: Any, hidden: int, options: Mapping[str, Option]) -> Any:
        return self.spec.load(options)(inputs, hidden)
