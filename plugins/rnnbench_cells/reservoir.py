"""The echo state network: a random recurrent network whose weights are never trained."""

import math

import torch
from torch import Tensor
from torch.nn import functional

import rnnbench
from rnnbench_cells.options import require_above_zero

EXACT_SIZE = 512
"""Most units for which all eigenvalues of U are computed; larger radii are estimated by growth."""
GROWTH_STEPS = 1000
"""Products with U from which a large spectral radius is estimated; the first half is discarded."""


class EchoStateNetwork(rnnbench.StepCell):
    """h_t = (1 - leak) h_{t-1} + leak tanh(W x_t + b + U h_{t-1}); y_t = h_t, with fixed weights.

    The initial state is h_0 = 0. W, b and U are buffers, drawn from torch's generator.

    source: Jaeger 2001, GMD report 148; leaky units and advice on scales: Lukosevicius 2012,
    doi:10.1007/978-3-642-35289-8_36.
    The surprise: the readout is trained by gradient descent, as with every other cell, and not by
    regression. An embedding before the cell is trained through it.

    spectral_radius: the largest |eigenvalue| of U, above 0. It is exact up to 512 units and met to
                     about 1 % beyond.
    leak:            in (0, 1]; a unit with leak 1 keeps nothing of its state except through U.
    input_scaling:   W and b are drawn from U(-input_scaling, input_scaling).
    connections:     how many units each unit sees through U, drawn with replacement, at most H.
                     Their weights are drawn from U(-1, 1) and rescaled to the spectral radius. A
                     step costs O(H), because this number does not grow with H.

    Raises RnnbenchError for a leak outside (0, 1], and for another option that is not above 0.
    """

    input_weight: Tensor
    bias: Tensor
    sources: Tensor
    strengths: Tensor

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        spectral_radius: float = 0.9,
        leak: float = 1.0,
        input_scaling: float = 1.0,
        connections: int = 10,
        implementation: str = "eager",
    ) -> None:
        super().__init__(implementation)
        if not 0 < leak <= 1:
            raise rnnbench.RnnbenchError(f"esn: leak should be above 0 and at most 1, got {leak:g}")
        require_above_zero("esn: spectral_radius", spectral_radius)
        require_above_zero("esn: input_scaling", input_scaling)
        require_above_zero("esn: connections", connections)
        self.leak = leak
        self.register_buffer(
            "input_weight", torch.empty(hidden_size, input_size).uniform_(-1, 1) * input_scaling
        )
        self.register_buffer("bias", torch.empty(hidden_size).uniform_(-1, 1) * input_scaling)
        shape = (hidden_size, min(connections, hidden_size))
        self.register_buffer("sources", torch.randint(hidden_size, shape))
        drawn = torch.empty(shape).uniform_(-1, 1)
        self.register_buffer(
            "strengths", drawn * (spectral_radius / _spectral_radius(self.sources, drawn))
        )

    def initial_state(self, x_BI: Tensor) -> Tensor:
        """Return zeros, (B, H)."""
        return x_BI.new_zeros(len(x_BI), len(self.bias))

    def prepare(self, x_BTI: Tensor) -> Tensor:
        """Return W x + b of all steps, (B, T, H)."""
        return functional.linear(x_BTI, self.input_weight, self.bias)

    def step(self, x_BI: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        """Run one step; the output is the new state h, (B, H)."""
        inner_BH = x_BI + sparse_product(self.sources, self.strengths, state.T).T
        h_BH = (1 - self.leak) * state + self.leak * torch.tanh(inner_BH)
        return h_BH, h_BH


def sparse_product(sources_HK: Tensor, strengths_HK: Tensor, h_HB: Tensor) -> Tensor:
    """Return U h, (H, B) to (H, B), for a sparse U.

    Row i of U has the weights `strengths_HK[i]` in the columns `sources_HK[i]`, which add up where
    a column occurs twice.
    """
    return functional.embedding_bag(
        sources_HK, h_HB.contiguous(), per_sample_weights=strengths_HK, mode="sum"
    )


def _spectral_radius(sources_HK: Tensor, strengths_HK: Tensor) -> float:
    """Return the spectral radius of the sparse U, the largest |eigenvalue|.

    For more than EXACT_SIZE units it is estimated by Gelfand's formula: the mean growth of a
    vector under repeated products with U.
    """
    size = len(sources_HK)
    strengths_HK = strengths_HK.double()
    if size <= EXACT_SIZE:
        matrix = torch.zeros(size, size, dtype=torch.double).scatter_add_(
            1, sources_HK, strengths_HK
        )
        return float(torch.linalg.eigvals(matrix).abs().max())
    v_H = torch.ones(size, dtype=torch.double)
    log_growth = 0.0
    for step in range(GROWTH_STEPS):
        v_H = (v_H[sources_HK] * strengths_HK).sum(1)
        norm = v_H.norm()
        v_H = v_H / norm
        if step >= GROWTH_STEPS // 2:
            log_growth += norm.log().item()
    return math.exp(log_growth / (GROWTH_STEPS - GROWTH_STEPS // 2))
