"""The start of an accelerator, before any step on it is timed."""

import torch

from rnnbench.records import CostTrial
from rnnbench.runner.cost.subjects import Bench, TrainStep

SIDE = 64


def start_accelerator(trial: CostTrial) -> None:
    """Run an untimed training step of the reference cell, and a product of matrices with gradients.

    The first work on an accelerator starts its driver and loads the libraries of its kernels, which
    takes longer than most steps. Without this, the cell that is built first would pay for all.
    """
    bench = Bench.of_reference_cell(trial)
    TrainStep(bench)()
    a = torch.randn(SIDE, SIDE, device=bench.x_BT.device, requires_grad=True)
    product = a @ a
    product.sum().backward()  # type: ignore[no-untyped-call]
    torch.cuda.synchronize()
