"""Floating-point operations of a training step."""

from msgspec.structs import replace

from rnnbench.catalogue import Catalogue
from rnnbench.contracts import DEFAULT
from rnnbench.errors import Refused
from rnnbench.meters import count_flops, kernel_name
from rnnbench.model import count_parameters
from rnnbench.records import CellUse, CostTrial, OperationsRow
from rnnbench.runner.cost.subjects import Bench, TrainStep

UNCOUNTED = ("compiled", "fused")
EAGER = "eager"


def operations(trial: CostTrial, cell: CellUse, catalogue: Catalogue) -> OperationsRow:
    """Return the operations of a forward and backward pass, counted on the CPU.

    The compiled and the fused implementation are counted in their eager form, whose operations
    torch's counter sees, and in the default one where there is no eager form.
    Raises Refused where the counter sees none.
    """
    form = _counted_form(cell, catalogue)
    bench = Bench.of_cell(replace(trial, device="cpu"), cell, catalogue, form)
    step = TrainStep(bench)
    step.forward_and_backward()
    flops = count_flops(step.forward_and_backward)
    if flops == 0:
        raise Refused(
            f"{cell.row}: torch's counter sees no matrix product in it; it would be shown as free"
        )
    return OperationsRow(
        row=cell.row,
        kernel=kernel_name(bench.cell, bench.x_BT),
        parameters=count_parameters(bench.cell),
        flops=flops,
        form=form or cell.implementation,
    )


def _counted_form(cell: CellUse, catalogue: Catalogue) -> str:
    """Return the implementation that is counted in place of the one of its use, or ""."""
    if cell.implementation not in UNCOUNTED:
        return ""
    return EAGER if EAGER in catalogue.cells[cell.name].item.implementations else DEFAULT
