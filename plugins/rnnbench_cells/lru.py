"""The linear recurrent unit: a diagonal complex recurrence whose eigenvalues start on a ring inside
the unit circle."""

from collections.abc import Sequence
from math import sqrt

import torch
from torch import Tensor, nn
from torch.nn import functional

import rnnbench
from rnnbench_cells.options import require_above_zero, require_one_of
from rnnbench_cells.scan import SCANS, require_steps

EDGE = 1e-6
"""How far uniform draws stay from 0 and 1, where the logarithms of the parameters are infinite."""


class LRU(nn.Module):
    """h_t = lambda h_{t-1} + gamma B x_t, y_t = Re(C h_t) + D x_t, lambda = exp(-exp(nu_log) + i
    exp(theta_log)).

    h, B and C are complex; everything runs elementwise in h; h_0 = 0.
    source: Orvieto et al. 2023, arXiv:2303.06349,
    section 3 and appendix A. There is no nonlinearity inside: the source has one in the block
    around the cell.

    r_min, r_max: |lambda| starts uniform on the ring between them, by area (lemma 3.2). max_phase:
    its angle starts uniform in (0, max_phase); near 0 for long sequences (section 3.4). gamma
    starts as sqrt(1 - |lambda|^2), so that white noise gives h about unit variance, and is learned
    from there. B ~ N(0, 1/2I) + i N(0, 1/2I), C ~ N(0, 1/H) + i N(0, 1/H). The surprise: D is a
    matrix, D ~ N(0, 1/I), as in equation 1; appendix A has as many inputs as outputs, and a vector
    in its place. Parameters are kept as real and imaginary parts. Raises RnnbenchError for a ring
    that is none.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        r_min: float = 0.0,
        r_max: float = 1.0,
        max_phase: float = 6.28,
        implementation: str = "scan",
    ) -> None:
        super().__init__()
        require_one_of("lru: implementation", implementation, tuple(SCANS))
        if not 0 <= r_min < r_max <= 1:
            raise rnnbench.RnnbenchError(
                f"lru: should be 0 <= r_min < r_max <= 1, got {r_min:g} and {r_max:g}"
            )
        require_above_zero("lru: max_phase", max_phase)
        self.implementation = implementation
        area_H, angle_H = torch.empty(2, hidden_size).uniform_(EDGE, 1 - EDGE).unbind()
        nu_H = -0.5 * torch.log(area_H * (r_max**2 - r_min**2) + r_min**2)
        self.nu_log = nn.Parameter(nu_H.log())
        self.theta_log = nn.Parameter((max_phase * angle_H).log())
        self.gamma_log = nn.Parameter(0.5 * torch.log(-torch.expm1(-2 * nu_H)))
        self.input_real = nn.Parameter(torch.randn(hidden_size, input_size) / sqrt(2 * input_size))
        self.input_imaginary = nn.Parameter(
            torch.randn(hidden_size, input_size) / sqrt(2 * input_size)
        )
        self.output_real = nn.Parameter(torch.randn(hidden_size, hidden_size) / sqrt(hidden_size))
        self.output_imaginary = nn.Parameter(
            torch.randn(hidden_size, hidden_size) / sqrt(hidden_size)
        )
        self.skip = nn.Parameter(torch.randn(hidden_size, input_size) / sqrt(input_size))

    def param_groups(self) -> Sequence[rnnbench.ParameterGroup]:
        """lambda, gamma and B: half the learning rate, no weight decay, as in N. Zucchet's public
        minimal-LRU."""
        own = [self.nu_log, self.theta_log, self.gamma_log, self.input_real, self.input_imaginary]
        return [rnnbench.ParameterGroup(own, learning_rate_factor=0.5, weight_decay=False)]

    def eigenvalues(self) -> Tensor:
        """lambda, (H,), complex; |lambda| < 1 whatever the parameters are."""
        return torch.polar(torch.exp(-self.nu_log.exp()), self.theta_log.exp())

    def forward(self, x_BTI: Tensor, state: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """(B, T, I) to (B, T, H) and the last h, (B, H), complex. Raises ValueError where T is 0.

        P: the real and the imaginary part, next to each other, which makes one real product of each
           complex one.
        """
        require_steps(x_BTI)
        into_HPI = (
            torch.stack([self.input_real, self.input_imaginary], 1)
            * self.gamma_log.exp()[:, None, None]
        )
        pairs_BTHP = functional.linear(x_BTI, into_HPI.flatten(0, 1)).reshape(
            *x_BTI.shape[:2], -1, 2
        )
        driven_BTH = torch.view_as_complex(pairs_BTHP)
        if state is None:
            state = torch.zeros_like(driven_BTH[:, 0])
        h_BTH = SCANS[self.implementation](self.eigenvalues()[None, None], driven_BTH, state)
        out_HHP = torch.stack([self.output_real, -self.output_imaginary], 2)
        y_BTH = functional.linear(torch.view_as_real(h_BTH).flatten(2), out_HHP.flatten(1))
        return y_BTH + functional.linear(x_BTI, self.skip), h_BTH[:, -1]
