"""A cell whose units see nothing of each other but through the layers above."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

import rnnbench


class IndRNN(rnnbench.StepCell):
    """h_t = relu(W x_t + u * h_{t-1} + b), u elementwise; y_t = h_t, h_0 = 0.

    source: Li et al. 2018, arXiv:1803.04831, equation 2. The gradient through k steps is u^k on
    active units, so that u alone says what is remembered. The surprise: it is not linear in its
    state, so that there is no scan.

    horizon: 0 draws u from U(0, 1) and lets it go where it will. T > 0 draws from U(0, 2^(1/T)) and
        keeps |u| within 2^(1/T), so that no gradient through T steps grows beyond 2 (section 3.2);
        as in the authors' code the numbers themselves are cut, here when a pass begins, so that
        none loses its gradient.
    W and b are drawn as torch's nn.Linear draws them. Raises RnnbenchError for a horizon below 0.
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
        """u without weight decay, as the authors' code has it."""
        return [rnnbench.ParameterGroup([self.recurrent], weight_decay=False)]

    def initial_state(self, x_BI: Tensor) -> Tensor:
        """Zeros, (B, H)."""
        return x_BI.new_zeros(len(x_BI), len(self.recurrent))

    def prepare(self, x_BTI: Tensor) -> Tensor:
        """W x + b; and u is brought back into its range."""
        # Where all are in range nothing is touched: an earlier chunk's graph may hold them.
        if self.bound is not None and self.recurrent.detach().abs().max() > self.bound:
            with torch.no_grad():
                self.recurrent.clamp_(-self.bound, self.bound)
        return self.from_input(x_BTI)  # type: ignore[no-any-return]

    def step(self, x_BI: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        """One step; output and new state are the same (B, H)."""
        h_BH = torch.relu(torch.addcmul(x_BI, self.recurrent, state))
        return h_BH, h_BH
