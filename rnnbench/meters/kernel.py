"""Which kernel a cell runs on: "GRU is faster" can flip with it, so a cost figure names it."""

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode

from rnnbench.step_cell import StepCell

KERNELS = {
    "mkldnn_rnn_layer": "oneDNN",
    "_cudnn_rnn": "cuDNN",
    "_thnn_fused_lstm_cell": "torch, fused cell",
    "_thnn_fused_gru_cell": "torch, fused cell",
}


class _Operators(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Collects the names of the operators that reach a backend."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.names: set[str] = set()

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):  # type: ignore[no-untyped-def]
        self.names.add(func.overloadpacket.__name__)
        return func(*args, **(kwargs or {}))


def kernel_name(cell: nn.Module, x_BTI: Tensor) -> str:
    """The kernel behind a cell's training forward pass: a fused one by name, else who loops over
    the steps."""
    if isinstance(cell, StepCell) and cell.implementation == "compiled":
        return "torch.compile"
    with _Operators() as seen, torch.enable_grad():
        cell(x_BTI)
    loops = (
        "loop in ATen"
        if any(isinstance(module, nn.RNNBase) for module in cell.modules())
        else "eager operations"
    )
    return next((kernel for operator, kernel in KERNELS.items() if operator in seen.names), loops)
