"""S4D: a diagonal state-space cell, in which each channel has a system of its own."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

import rnnbench
from rnnbench_cells.options import require_one_of
from rnnbench_cells.scan import SCANS, require_steps
from rnnbench_cells.state_space import LONGEST, RATE, SHORTEST, held, log_steps


class S4D(nn.Module):
    """h_t = exp(A Delta) h_{t-1} + (exp(A Delta) - 1) / A u_t, y_t = 2 Re(C h_t) + D u_t.

    Each of H channels has a system of its own, with N / 2 complex modes, a step Delta and numbers
    A, C of each mode and D. The channels are u_t = W x_t + b. The state starts at 0.

    source: Gu et al. 2022, arXiv:2206.11893 (S4D-Lin); public repository state-spaces/s4, s4d.py.
    The surprise: channels meet in W alone, since GELU, mixing and gated linear unit of the
    published layer are left out, and so the cell is linear. B is 1, since it multiplies C alone.

    state_size:     N, an even number of modes of a channel, conjugates counted (64 in the source).
    shortest:       least Delta at the start; a mode keeps 1 / e of itself for 2 / Delta steps.
    longest:        greatest Delta at the start.
    implementation: "scan" (parallel) or "loop" (by steps).

    At the start A_n = -1/2 + i pi n, Delta is drawn uniformly by its logarithm, C ~ N(0, 1) in
    total for both parts, D ~ N(0, 1). Re A = -exp(decay) stays below 0. Raises RnnbenchError for an
    odd state size or one below 2, unless 0 < shortest <= longest, and for an unknown
    implementation.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        state_size: int = 64,
        shortest: float = SHORTEST,
        longest: float = LONGEST,
        implementation: str = "scan",
    ) -> None:
        super().__init__()
        require_one_of("s4d: implementation", implementation, tuple(SCANS))
        if state_size < 2 or state_size % 2:
            raise rnnbench.RnnbenchError(
                f"s4d: state_size should be even and at least 2, got {state_size}"
            )
        self.implementation = implementation
        modes = state_size // 2
        self.from_input = nn.Linear(input_size, hidden_size)
        self.log_step = nn.Parameter(log_steps("s4d", hidden_size, shortest, longest))
        self.decay = nn.Parameter(torch.full((hidden_size, modes), math.log(0.5)))
        frequency_M = math.pi * torch.arange(modes, dtype=torch.get_default_dtype())
        self.frequency = nn.Parameter(frequency_M.repeat(hidden_size, 1))
        self.output = nn.Parameter(torch.randn(hidden_size, modes, 2) / math.sqrt(2))
        self.skip = nn.Parameter(torch.randn(hidden_size))

    def param_groups(self) -> Sequence[rnnbench.ParameterGroup]:
        """Return A and Delta as a group with a rate of its own and no weight decay."""
        own = [self.decay, self.frequency, self.log_step]
        return [rnnbench.ParameterGroup(own, learning_rate=RATE, weight_decay=False)]

    def forward(self, x_BTI: Tensor, state: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Map (B, T, I) to outputs, (B, T, H), and the last h, (B, H M), complex, M = N / 2.

        Raises ValueError where T is 0.
        """
        require_steps(x_BTI)
        gain_HM, input_HM = held(self.decay, self.frequency, self.log_step[:, None])
        u_BTH = self.from_input(x_BTI)
        driven_BTS = (u_BTH[..., None] * input_HM).flatten(2)
        if state is None:
            state = torch.zeros_like(driven_BTS[:, 0])
        h_BTS = SCANS[self.implementation](gain_HM.flatten()[None, None], driven_BTS, state)
        pairs = torch.view_as_real(h_BTS).view(*u_BTH.shape, -1, 2)
        twice = self.output * self.output.new_tensor([2.0, -2.0])
        y_BTH = torch.einsum("bthmp,hmp->bth", pairs, twice)
        return y_BTH + self.skip * u_BTH, h_BTS[:, -1]
