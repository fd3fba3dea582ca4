"""The independently recurrent network: each unit feeds back to itself alone."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

import rnnbench


class IndRNN(rnnbench.StepCell):
    """h_t = relu(W x_t + u * h_{t-1} + b), where u * h is elementwise; y_t = h_t, h_0 = 0.

    The gradient of an active unit through k steps is u^k.

    source: Li et al. 2018, arXiv:1803.04831, equation 2.
    The surprise: although units are independent, no parallel scan computes the cell, because relu
    makes it nonlinear in its state.

    horizon: T > 0 draws u from U(0, 2^(1/T)) and bounds |u| by 2^(1/T), so that gradients through
             T steps grow at most by a factor of 2 (section 3.2). 0 draws u from U(0, 1) and sets
             no bound. The parameter itself is clipped, as in the authors' code, at the start of
             each forward pass, so that its gradient is never cut off.

    W and b are drawn as in torch's nn.Linear. Raises RnnbenchError for a horizon below 0.
    """

    def __init__(
        self, input_size: int, hidden_size: int, horizon: int = 0, implementation: str = "eager"
    ) -> None:
        super().__init__(implementation)
        if horizon < 0:
            raise rnnbench.RnnbenchError(
                f"indrnn: horizon should be 0 (none) or above, got {horizon}"
            )
        self.bound = 2 ** (1 / horizon) if horizon else None
        self.from_input = nn.Linear(input_size, hidden_size)
        self.recurrent = nn.Parameter(torch.rand(hidden_size) * (self.bound or 1.0))

    def param_groups(self) -> Sequence[rnnbench.ParameterGroup]:
        """Return u as a group without weight decay, as in the authors' code."""
        return [rnnbench.ParameterGroup([self.recurrent], weight_decay=False)]

    def initial_state(self, x_BI: Tensor) -> Tensor:
        """Return zeros, (B, H)."""
        return x_BI.new_zeros(len(x_BI), len(self.recurrent))

    def prepare(self, x_BTI: Tensor) -> Tensor:
        """Return W x + b of all steps, (B, T, H), after clipping u to its bound."""
        # Writing to u would invalidate the graph of an earlier chunk; u in bounds is not written.
        if self.bound is not None and self.recurrent.detach().abs().max() > self.bound:
            with torch.no_grad():
                self.recurrent.clamp_(-self.bound, self.bound)
        return self.from_input(x_BTI)  # type: ignore[no-any-return]

    def step(self, x_BI: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        """Run one step; the output is the new state h, (B, H)."""
        h_BH = torch.relu(torch.addcmul(x_BI, self.recurrent, state))
        return h_BH, h_BH
