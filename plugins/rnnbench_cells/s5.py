"""S5: a diagonal state-space cell, in which one system sees all inputs and feeds all outputs."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

import rnnbench
from rnnbench_cells.options import require_one_of
from rnnbench_cells.scan import SCANS, require_steps
from rnnbench_cells.state_space import LONGEST, RATE, SHORTEST, held, log_steps


class S5(nn.Module):
    """h_t = exp(A Delta) h_{t-1} + (exp(A Delta) - 1) / A B x_t, y_t = 2 Re(C h_t) + D x_t.

    One system of P complex modes, each with its own Delta, sees all inputs and feeds all outputs:
    B is (P, I), C is (H, P), both complex, and D is (H, I). The state starts at 0.

    source: Smith, Warrington & Linderman 2022, arXiv:2208.04933, section 3.
    The surprise: D is a full matrix, where the source has a vector for as many inputs as outputs;
    Re A = -exp(decay) stays below 0, where the source leaves it free. The nonlinearity between
    layers is left out, and so the cell is linear.

    modes:          P, the number of conjugate pairs; 0 takes H. The state is 2 P numbers.
    blocks:         J: at the start, A has the eigenvalues of J equal blocks of the normal part of
                    the HiPPO-LegS matrix (the last is cut short where J does not divide P).
    shortest:       least Delta at the start.
    longest:        greatest Delta at the start.
    implementation: "scan" (parallel) or "loop" (by steps).

    Draws: Delta uniformly by its logarithm, B ~ N(0, 1/I) and C ~ N(0, 1/2P), each in total for
    both parts, D ~ N(0, 1/I). As the eigenvectors V of a normal matrix are unitary, V^-1 B and C V
    of real draws, which the source takes, have this distribution too. Raises RnnbenchError for
    modes below 0, blocks below 1, unless 0 < shortest <= longest, and for an unknown
    implementation.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        modes: int = 0,
        blocks: int = 1,
        shortest: float = SHORTEST,
        longest: float = LONGEST,
        implementation: str = "scan",
    ) -> None:
        super().__init__()
        require_one_of("s5: implementation", implementation, tuple(SCANS))
        if modes < 0 or blocks < 1:
            raise rnnbench.RnnbenchError(
                f"s5: modes should be at least 0 and blocks at least 1, got {modes} and {blocks}"
            )
        self.implementation = implementation
        modes = modes or hidden_size
        self.log_step = nn.Parameter(log_steps("s5", modes, shortest, longest))
        self.decay = nn.Parameter(torch.full((modes,), math.log(0.5)))
        self.frequency = nn.Parameter(hippo_frequencies(-(-modes // blocks)).repeat(blocks)[:modes])
        self.input = nn.Parameter(torch.randn(modes, input_size, 2) / math.sqrt(2 * input_size))
        self.output = nn.Parameter(torch.randn(hidden_size, modes, 2) / math.sqrt(4 * modes))
        self.skip = nn.Parameter(torch.randn(hidden_size, input_size) / math.sqrt(input_size))

    def param_groups(self) -> Sequence[rnnbench.ParameterGroup]:
        """Return A, Delta and B as a group with a rate of its own and no weight decay."""
        own = [self.decay, self.frequency, self.log_step, self.input]
        return [rnnbench.ParameterGroup(own, learning_rate=RATE, weight_decay=False)]

    def forward(self, x_BTI: Tensor, state: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Map (B, T, I) to outputs, (B, T, H), and the last h, (B, P), complex.

        Raises ValueError where T is 0.
        """
        require_steps(x_BTI)
        log_gain_P, input_P = held(self.decay, self.frequency, self.log_step)
        into_PI = input_P[:, None] * torch.view_as_complex(self.input)
        pairs_BTG = functional.linear(x_BTI, torch.view_as_real(into_PI).mT.flatten(0, 1))
        driven_BTP = torch.view_as_complex(pairs_BTG.view(*x_BTI.shape[:2], -1, 2))
        if state is None:
            state = torch.zeros_like(driven_BTP[:, 0])
        h_BTP = SCANS[self.implementation](log_gain_P.exp()[None, None], driven_BTP, state)
        twice_HG = (self.output * self.output.new_tensor([2.0, -2.0])).flatten(1)
        y_BTH = functional.linear(torch.view_as_real(h_BTP).flatten(2), twice_HG)
        return y_BTH + functional.linear(x_BTI, self.skip), h_BTP[:, -1]


def hippo_frequencies(pairs: int) -> Tensor:
    """Return the frequencies of the normal part of HiPPO-LegS of size 2 pairs, lowest first.

    That part is -1/2 plus a skew-symmetric matrix with entries sqrt(2 n + 1) sqrt(2 k + 1) / 2, of
    which one half has a minus; its eigenvalues are -1/2 +- i frequency.
    """
    roots = torch.sqrt(2 * torch.arange(2 * pairs, dtype=torch.float64) + 1)
    entries = torch.outer(roots, roots) / 2
    skew = entries.triu(1) - entries.tril(-1)
    frequencies: Tensor = torch.linalg.eigvalsh(1j * skew)[pairs:]
    return frequencies.to(torch.get_default_dtype())
