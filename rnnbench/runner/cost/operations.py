"""Floating-point operations of a training step."""

from msgspec.structs import replace

from rnnbench.catalogue import Catalogue
from rnnbench.errors import Refused
from rnnbench.meters import count_flops, kernel_name
from rnnbench.model import count_parameters
from rnnbench.records import CellUse, CostTrial, OperationsRow
from rnnbench.runner.cost.subjects import Bench, TrainStep

COMPILED, SEEN = "compiled", "eager"


def operations(trial: CostTrial, cell: CellUse, catalogue: Catalogue) -> OperationsRow:
    """Operations of forward and backward, counted on the CPU in a form in which they can be seen.

    Raises Refused where none can be.
    """
    form = SEEN if cell.implementation == COMPILED else ""
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
