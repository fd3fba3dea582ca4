"""The cells of a cost trial under watch: what building one changes for the others is set back, or
the cell refused."""

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
    """The catalogue, in which the cells of a trial are built under watch."""
    guests: dict[str, Contribution[CellSpec]] = dict(catalogue.cells)
    for name in {cell.name for cell in trial.cells}:
        contribution = catalogue.cells[name]
        guests[name] = replace(contribution, item=_under_watch(contribution, watch, imports))
    return replace(catalogue, cells=Registry("cell", guests))


def _under_watch(
    contribution: Contribution[CellSpec], watch: TorchWatch, imports: Imports
) -> CellSpec:
    return replace(
        contribution.item, build=_Build(contribution.item, contribution.plugin.key, watch, imports)
    )


@dataclass(frozen=True)
class _Build:
    """Builds a cell. Raises Refused where its plugin, or its first building, replaces parts of
    torch.

    Later buildings are followed by a look at the switches alone: the whole look takes memory, and
    the holes that it leaves would be taken for room in a measurement of memory.
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
            self.watch.set_back()
            return cell
        self.built.add(self.spec.name)
        self.imports.go_on()
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
    """Raise Refused where the steps of the cell in this row change torch for the others; it is put
    back."""
    sentence = watch.look(f"A step of '{row}'")
    if watch.has_replaced:
        watch.unpatch()
    if sentence:
        raise Refused(f"{sentence}: the steps of the others would not be their own")
