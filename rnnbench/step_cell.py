"""StepCell: for authors who think one step at a time. Write `step` and `initial_state`; the unrolling is done here."""

from abc import ABC, abstractmethod
from typing import Any

import torch
from torch import Tensor, nn


class StepCell(nn.Module, ABC):
    """A cell given by its step: `step(x_BI, state) -> (y_BH, state)`.

    Nothing is hoisted out of the loop over time, so the cost is that of eager steps; the gradient is that of
    the unrolled graph.
    """

    @abstractmethod
    def initial_state(self, x_BI: Tensor) -> Any:
        """The state before the first step, on the device and in the dtype of x_BI; batch size from x_BI."""

    @abstractmethod
    def step(self, x_BI: Tensor, state: Any) -> tuple[Tensor, Any]:
        """One step: input (B, I) and state to output (B, H) and new state."""

    def forward(self, x_BTI: Tensor, state: Any = None) -> tuple[Tensor, Any]:
        """All steps: (B, T, I) to (B, T, H) and the state after the last step.

        Raises ValueError where T is 0, for then there is no output to give.
        """
        if x_BTI.shape[1] == 0:
            raise ValueError(f"a sequence needs at least one step, got shape {tuple(x_BTI.shape)}")
        if state is None:
            state = self.initial_state(x_BTI[:, 0])
        outputs = []
        for x_BI in x_BTI.unbind(1):
            y_BH, state = self.step(x_BI, state)
            outputs.append(y_BH)
        return torch.stack(outputs, dim=1), state
