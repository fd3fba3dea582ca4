"""Plans the cost trials of a suite: which cells each measurement can take."""

from collections.abc import Iterator
from itertools import product

import msgspec

from rnnbench.catalogue import Catalogue
from rnnbench.contracts import CellSpec
from rnnbench.errors import UnknownName
from rnnbench.records import (
    CellUse,
    Claim,
    CostPlan,
    CostSettings,
    LeftOut,
    Measurement,
    Needed,
    Shape,
)
from rnnbench.suite.claims import needs_of
from rnnbench.suite.file import CostEntry


def reference_of(entry: CostEntry, cells: tuple[CellUse, ...], where: str) -> str:
    """The row of the cell that an entry names as its reference.

    `cells` are all cells of the suite, chosen for this run or not. Raises UnknownName where the
    suite has no such cell.
    """
    for cell in cells:
        if entry.reference in (cell.row, f"{cell.name}:{cell.implementation}"):
            return cell.row
    raise UnknownName(
        "cell of this suite",
        entry.reference,
        {cell.row for cell in cells},
        f"{where}: cost.reference",
    )


def cost_plan(
    entry: CostEntry,
    cells: tuple[CellUse, ...],
    catalogue: Catalogue,
    threads: int | None,
    device: str,
) -> CostPlan:
    """The plan of an entry; cells are left out, with a reason, where their constraints forbid a
    measurement."""
    measure = tuple(dict.fromkeys(entry.measure))
    shapes = tuple(dict.fromkeys(entry.shapes))
    left_out = []
    for cell, measurement, shape in product(cells, measure, shapes):
        spec = catalogue.cells[cell.name].item
        objection = next(objections(cell, spec, measurement, shape, device), "")
        if objection:
            left_out.append(LeftOut(cell.row, measurement, shape, objection))
    settings = {name: getattr(entry, name) for name in CostSettings.__struct_fields__}
    settings["threads"] = threads or entry.threads
    return CostPlan(measure=measure, shapes=shapes, left_out=tuple(left_out), **settings)


def claims_cost(
    entry: CostEntry,
    claims: tuple[Claim, ...],
    cells: tuple[CellUse, ...],
    catalogue: Catalogue,
    threads: int | None,
    device: str,
) -> CostPlan | None:
    """The plan of the measurements that claims need; None where they need none.

    The entry gives settings such as replicates and limits, but not what is measured.
    """
    needed = needs_of(claims)
    if not needed:
        return None
    needed_entry = msgspec.structs.replace(
        entry,
        reference="",
        measure=tuple(dict.fromkeys(need.measurement for need in needed)),
        shapes=tuple(dict.fromkeys(need.shape for need in needed)),
    )
    plan = cost_plan(needed_entry, cells, catalogue, threads, device)
    left_out = tuple(
        out for out in plan.left_out if Needed(out.row, out.measurement, out.shape) in needed
    )
    return msgspec.structs.replace(plan, needed=needed, left_out=left_out)


def objections(
    cell: CellUse, spec: CellSpec, measurement: Measurement, shape: Shape, device: str
) -> Iterator[str]:
    """Yield the reasons why a cell cannot be measured at a shape on a device."""
    if spec.inputs == "frames" and shape.frame is None:
        yield "it takes frames, and there are none at this shape"
    if spec.same_size and (
        shape.frame is not None or shape.parameters is not None or shape.inputs != shape.hidden
    ):
        yield "its inputs must be as many as its hidden units"
    if shape.parameters is None and shape.hidden % spec.multiple(cell.options):
        yield f"its hidden size must be a multiple of {spec.multiple(cell.options)}"
    if shape.parameters is None and shape.hidden < spec.smallest:
        yield f"its hidden size must be at least {spec.smallest}"
    if spec.longest is not None and shape.steps > spec.longest:
        yield f"it takes at most {spec.longest} steps"
    if measurement == "streaming-time" and not spec.carries_state:
        yield "it carries no state that a stream could go on with"
    if measurement == "streaming-time" and spec.longest is not None:
        yield f"it takes at most {spec.longest} steps, and a stream does not end"
    if measurement == "memory-timeline" and device != "cpu":
        yield "memory over time is measured on the cpu alone"
