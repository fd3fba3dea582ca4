"""Linear differential equations with a diagonal complex matrix, solved over steps of held inputs.

The equation h' = A h + B x, solved exactly for an input that stays the same for a step of length
Delta, gives h_t = exp(A Delta) h_{t-1} + (exp(A Delta) - 1) / A B x_t. Eigenvalues come in
conjugate pairs, of which one is kept: outputs are twice the real part.
"""

import math

import torch
from torch import Tensor

import rnnbench
from rnnbench_cells.options import require_above_zero

RATE = 1e-3
"""Learning rate of A and Delta in the public repositories of S4D and S5."""
SHORTEST = 1e-3
LONGEST = 1e-1
"""At the start, Delta is drawn between these two, uniformly by its logarithm."""


def held(decay: Tensor, frequency: Tensor, log_step: Tensor) -> tuple[Tensor, Tensor]:
    """Return A Delta and (exp(A Delta) - 1) / A for A = -exp(decay) + i frequency, complex."""
    rate = torch.complex(-decay.exp(), frequency)
    log_gain = rate * log_step.exp()
    return log_gain, torch.expm1(log_gain) / rate


def log_steps(cell: str, number: int, shortest: float, longest: float) -> Tensor:
    """Draw logarithms of Delta uniformly between those of two bounds, (number,)."""
    require_above_zero(f"{cell}: shortest", shortest)
    if longest < shortest:
        raise rnnbench.RnnbenchError(
            f"{cell}: longest should be at least shortest ({shortest:g}), got {longest:g}"
        )
    return torch.empty(number).uniform_(math.log(shortest), math.log(longest))
