"""S4D: a diagonal state-space cell, in which each channel has a system of its own."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

import rnnbench
from rnnbench_cells.options import require_one_of
from rnnbench_cells.scan import SCANS, require_steps
from rnnbench_cells.state_space import LONGEST, RATE, SHORTEST, held, log_steps

FFT = "fft"
IMPLEMENTATIONS = (FFT, *SCANS)


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
    implementation: "fft" convolves the inputs with the response of each channel, as the source
                    does, without the modes of all steps of all sequences in memory; "scan"
                    (parallel) and "loop" (by steps) hold them.

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
        implementation: str = FFT,
    ) -> None:
        super().__init__()
        require_one_of("s4d: implementation", implementation, IMPLEMENTATIONS)
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
        log_gain_HM, input_HM = held(self.decay, self.frequency, self.log_step[:, None])
        u_BTH = self.from_input(x_BTI)
        if state is None:
            state = torch.zeros_like(log_gain_HM).flatten().repeat(len(x_BTI), 1)
        run = self.convolved if self.implementation == FFT else self.scanned
        y_BTH, state = run(u_BTH, log_gain_HM, input_HM, state)
        return y_BTH + self.skip * u_BTH, state

    def scanned(
        self, u_BTH: Tensor, log_gain_HM: Tensor, input_HM: Tensor, state_BS: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Return 2 Re(C h), (B, T, H), and the last h, (B, H M), with h of all steps in memory."""
        gain_S = log_gain_HM.flatten().exp()
        driven_BTS = (u_BTH[..., None] * input_HM).flatten(2)
        h_BTS = SCANS[self.implementation](gain_S[None, None], driven_BTS, state_BS)
        pairs = torch.view_as_real(h_BTS).view(*u_BTH.shape, -1, 2)
        twice = self.output * self.output.new_tensor([2.0, -2.0])
        return torch.einsum("bthmp,hmp->bth", pairs, twice), h_BTS[:, -1]

    def convolved(
        self, u_BTH: Tensor, log_gain_HM: Tensor, input_HM: Tensor, state_BS: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Return what `scanned` returns, from the powers of exp(A Delta), (H, M, T + 1).

        The outputs are the inputs convolved with the response, 2 Re(C exp(A Delta)^t input), and
        what is left of the state, 2 Re(C exp(A Delta)^(t+1) h_0).
        """
        steps = u_BTH.shape[1]
        t = torch.arange(steps + 1, device=u_BTH.device, dtype=u_BTH.dtype)
        power_HMT = torch.exp(log_gain_HM[..., None] * t)
        before_HMT = power_HMT[..., :-1]
        twice_HM = 2 * torch.view_as_complex(self.output)
        state_BHM = state_BS.view(-1, *input_HM.shape)
        response_HT = torch.einsum("hm,hmt->ht", twice_HM * input_HM, before_HMT).real
        left_BTH = torch.einsum("bhm,hmt->bth", state_BHM * twice_HM, power_HMT[..., 1:]).real
        # A transform is periodic: over twice the steps, the end does not reach the start.
        u_BFH = torch.fft.rfft(u_BTH, 2 * steps, 1)
        response_FH = torch.fft.rfft(response_HT.T, 2 * steps, 0)
        y_BTH = torch.fft.irfft(u_BFH * response_FH, 2 * steps, 1)[:, :steps]
        driven_BTH = u_BTH.to(input_HM.dtype)
        written_BHM = torch.einsum("bth,hmt->bhm", driven_BTH, before_HMT.flip(-1))
        last_BHM = power_HMT[..., -1] * state_BHM + input_HM * written_BHM
        return y_BTH + left_BTH, last_BHM.flatten(1)
