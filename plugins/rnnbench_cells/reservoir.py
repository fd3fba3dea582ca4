"""The echo state network: a random recurrent network that is left as it was drawn."""

import math

import torch
from torch import Tensor
from torch.nn import functional

import rnnbench
from rnnbench_cells.options import require_above_zero

EXACT_SIZE = 512
"""Up to this many units the spectral radius is that of all eigenvalues, beyond it that of growth
over many steps."""
GROWTH_STEPS = 1000


class EchoStateNetwork(rnnbench.StepCell):
    """h_t = (1 - leak) h_{t-1} + leak tanh(W x_t + b + U h_{t-1}); y_t = h_t, h_0 = 0; nothing of
    it is learned.

    source: Jaeger 2001, GMD report 148; leaky units and advice on scales: Lukosevicius 2012,
    doi:10.1007/978-3-642-35289-8_36. The surprise: here the readout learns by gradient descent as
    with every other cell, not by regression, and an embedding in front of the cell learns through
    it.

    leak: 1 has no memory but through U. input_scaling: W and b ~ U(-input_scaling, input_scaling).
    spectral_radius: the largest |eigenvalue| of U; beyond EXACT_SIZE units it is met to about 1 %.
    connections: inputs of each unit from others, drawn with replacement, weights ~ U(-1, 1) before
    they are scaled.
        As many at any size, so that a step costs O(H). At most H.
    W, b and U are buffers, drawn from torch's generator. Raises RnnbenchError for values out of
    range.
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
        """Zeros, (B, H)."""
        return x_BI.new_zeros(len(x_BI), len(self.bias))

    def prepare(self, x_BTI: Tensor) -> Tensor:
        """W x + b."""
        return functional.linear(x_BTI, self.input_weight, self.bias)

    def step(self, x_BI: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        """One step; output and new state are the same (B, H)."""
        inner_BH = x_BI + sparse_product(self.sources, self.strengths, state.T).T
        h_BH = (1 - self.leak) * state + self.leak * torch.tanh(inner_BH)
        return h_BH, h_BH


def sparse_product(sources_HK: Tensor, strengths_HK: Tensor, h_HB: Tensor) -> Tensor:
    """U h, where row i of U has `strengths[i]` at the columns `sources[i]`: (H, B) to (H, B)."""
    return functional.embedding_bag(
        sources_HK, h_HB.contiguous(), per_sample_weights=strengths_HK, mode="sum"
    )


def _spectral_radius(sources_HK: Tensor, strengths_HK: Tensor) -> float:
    """Of U; for large ones the growth of a vector over the second half of many steps (Gelfand's
    formula)."""
    size = len(sources_HK)
    strengths_HK = strengths_HK.double()
    if size <= EXACT_SIZE:
        matrix = torch.zeros(size, size, dtype=torch.double).scatter_add_(
            1, sources_HK, strengths_HK
        )
        return float(torch.linalg.eigvals(matrix).abs().max())
    v_H = torch.ones(size, dtype=torch.double)
    growth = 0.0
    for step in range(GROWTH_STEPS):
        v_H = (v_H[sources_HK] * strengths_HK).sum(1)
        norm = v_H.norm()
        v_H = v_H / norm
        growth += norm.log().item() if step >= GROWTH_STEPS // 2 else 0.0
    return math.exp(growth / (GROWTH_STEPS - GROWTH_STEPS // 2))
