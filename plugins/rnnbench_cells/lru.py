"""The linear recurrent unit: a diagonal complex recurrence, stable for all parameters."""

from collections.abc import Sequence
from math import sqrt

import torch
from torch import Tensor, nn
from torch.nn import functional

import rnnbench
from rnnbench_cells.options import require_above_zero, require_one_of
from rnnbench_cells.scan import SCANS, require_steps

EDGE = 1e-6
"""Distance of uniform draws from 0 and 1, where logarithms of parameters would be infinite."""


class LRU(nn.Module):
    """h_t = lambda h_{t-1} + gamma B x_t, y_t = Re(C h_t) + D x_t, with a diagonal lambda.

    The eigenvalues are lambda = exp(-exp(nu_log) + i exp(theta_log)). The state h, B and C are
    complex; B and C are stored as real and imaginary parts. The initial state is h_0 = 0. The cell
    is linear: the source has its nonlinearity in the block around the cell.

    source: Orvieto et al. 2023, arXiv:2303.06349, section 3 and appendix A.
    The surprise: D is an (H, I) matrix, as in equation 1. Appendix A has a vector, for as many
    inputs as outputs.

    r_min, r_max: at the start, lambda is uniform by area on the ring r_min < |lambda| < r_max
                  (lemma 3.2).
    max_phase:    at the start, the angle of lambda is uniform in (0, max_phase); long sequences
                  need small angles (section 3.4).

    The learned gamma starts at sqrt(1 - |lambda|^2), which gives h about unit variance for white
    noise. Draws: B ~ N(0, 1/2I) + i N(0, 1/2I), C ~ N(0, 1/H) + i N(0, 1/H), D ~ N(0, 1/I).
    Raises RnnbenchError unless 0 <= r_min < r_max <= 1 and max_phase > 0, and for an unknown
    implementation.
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
                "lru: r_min and r_max should satisfy 0 <= r_min < r_max <= 1, got"
                f" {r_min:g} and {r_max:g}"
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
        """Return lambda, gamma and B as a group with half the learning rate and no weight decay.

        source: the public repository minimal-LRU by N. Zucchet.
        """
        own = [self.nu_log, self.theta_log, self.gamma_log, self.input_real, self.input_imaginary]
        return [rnnbench.ParameterGroup(own, learning_rate_factor=0.5, weight_decay=False)]

    def eigenvalues(self) -> Tensor:
        """Return lambda, (H,), complex, with |lambda| < 1 for all values of the parameters."""
        return torch.polar(torch.exp(-self.nu_log.exp()), self.theta_log.exp())

    def forward(self, x_BTI: Tensor, state: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Map (B, T, I) to outputs, (B, T, H), and the last h, (B, H), complex.

        The axis P holds real and imaginary part, so that one real product serves for a complex one.
        Raises ValueError where T is 0.
        """
        require_steps(x_BTI)
        gamma_H = self.gamma_log.exp()
        input_HPI = torch.stack([self.input_real, self.input_imaginary], 1)
        into_HPI = input_HPI * gamma_H[:, None, None]
        pairs_BTG = functional.linear(x_BTI, into_HPI.flatten(0, 1))
        driven_BTH = torch.view_as_complex(pairs_BTG.reshape(*x_BTI.shape[:2], -1, 2))
        if state is None:
            state = torch.zeros_like(driven_BTH[:, 0])
        scan = SCANS[self.implementation]
        h_BTH = scan(self.eigenvalues()[None, None], driven_BTH, state)
        out_HHP = torch.stack([self.output_real, -self.output_imaginary], 2)
        pairs_BTG = torch.view_as_real(h_BTH).flatten(2)
        y_BTH = functional.linear(pairs_BTG, out_HHP.flatten(1))
        return y_BTH + functional.linear(x_BTI, self.skip), h_BTH[:, -1]
