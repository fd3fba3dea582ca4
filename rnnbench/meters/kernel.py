"""Find the kernel on which a cell runs; cost figures name it, since it can decide a comparison."""

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode

from rnnbench.step_cell import StepCell

KERNELS = {
    "mkldnn_rnn_layer": "oneDNN",
    "_cudnn_rnn": "cuDNN",
    "_thnn_fused_lstm_cell": "torch, fused cell",
    "_thnn_fused_gru_cell": "torch, fused cell",
    "gated_loop": "fused loop",
}
"""The names of fused kernels by operator."""


class _Operators(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Collects the names of the operators that reach a backend."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.names: set[str] = set()

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):  # type: ignore[no-untyped-def]
        self.names.add(func.overloadpacket.__name__)
        return func(*args, **(kwargs or {}))


def kernel_name(cell: nn.Module, x_BTI: Tensor) -> str:
    """Return the kernel of a cell's forward pass in training.

    It is a fused kernel, or what loops over the steps: ATen or Python.
    """
    if isinstance(cell, StepCell) and cell.implementation == "compiled":
        return "torch.compile"
    with _Operators() as operators, torch.enable_grad():
        cell(x_BTI)
    for operator, kernel in KERNELS.items():
        if operator in operators.names:
            return kernel
    has_torch_layer = any(isinstance(module, nn.RNNBase) for module in cell.modules())
    return "loop in ATen" if has_torch_layer else "eager operations"
