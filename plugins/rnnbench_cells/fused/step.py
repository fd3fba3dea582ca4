"""A cell given by its step that also has one operator over all steps."""

from abc import abstractmethod
from typing import Any

import torch
from torch import Tensor

import rnnbench
from rnnbench_cells.fused.loop import FUSED, SOURCE, Weights, run_fused

IMPLEMENTATIONS = ("eager", "compiled", FUSED)


class FusedStepCell(rnnbench.StepCell):
    """A `StepCell` with a third implementation, "fused": one operator in C++, on a CPU.

    Raises RnnbenchError for another implementation, and DataUnavailable for "fused" where the
    operator cannot be compiled.
    """

    def __init__(self, implementation: str = "eager") -> None:
        if implementation not in IMPLEMENTATIONS:
            raise rnnbench.RnnbenchError(
                f"no implementation called '{implementation}'. There are:"
                f" {', '.join(IMPLEMENTATIONS)}"
            )
        is_fused = implementation == FUSED
        super().__init__("eager" if is_fused else implementation)
        if is_fused:
            rnnbench.load_operators(SOURCE)
            self.implementation = FUSED

    @abstractmethod
    def fused_parts(self) -> tuple[str, Weights]:
        """Return the name of the cell in C++, and its weights as `run_fused` wants them.

        The state is h, or (h, c), or (h, c, ...), where U is also multiplied by what follows c.
        """

    def forward(self, x_BTI: Tensor, state: Any = None) -> tuple[Tensor, Any]:
        """Run all steps: (B, T, I) to (B, T, H) and the state after the last step.

        Raises ValueError where T is 0.
        """
        if self.implementation != FUSED or x_BTI.shape[1] == 0:
            return super().forward(x_BTI, state)
        if state is None:
            state = self.initial_state(x_BTI[:, 0])
        cell, weights = self.fused_parts()
        if not isinstance(state, tuple):
            y_BTH, h_BH, _ = run_fused(cell, x_BTI, weights, state)
            return y_BTH, h_BH
        h_BH, c_BH, *others = state
        if not others:
            y_BTH, h_BH, c_BH = run_fused(cell, x_BTI, weights, h_BH, c_BH)
            return y_BTH, (h_BH, c_BH)
        sizes = [part.shape[1] for part in (h_BH, *others)]
        row = torch.cat([h_BH, *others], dim=1)
        y_BT, row, c_BH = run_fused(cell, x_BTI, weights, row, c_BH)
        h_BH, *others = torch.split(row, sizes, dim=1)
        return y_BT[..., : sizes[0]], (h_BH, c_BH, *others)
