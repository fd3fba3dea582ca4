"""Gradient of the last output with respect to earlier inputs, by lag."""

import numpy as np
import torch
from torch import Tensor, nn

import rnnbench

DIRECTIONS = 8
"""Random directions in the space of outputs over which squared gradients are averaged."""
LEAST_SHARE = 1e-12
"""Gradients below this share of the largest may be rounding errors and are not fitted."""
LEAST_LAGS = 3
"""Fewest lags through which a decay is fitted."""


def gradient_against_lag(
    cell: nn.Module, x_BTI: Tensor, rng: np.random.Generator
) -> rnnbench.Diagnosis:
    """Return the gradient norms g_k = |d(r . y_T) / dx_{T-k}| for lags k = 0 .. T - 1, in steps.

    Each g_k is the root of the mean square over sequences and random directions r ~ N(0, I). The
    decay length is tau, in steps, of g_k = g_0 exp(-k / tau), fitted by least squares to log g_k.

    source: Hochreiter 1991; Bengio, Simard & Frasconi 1994.

    cell:  maps x_BTI to outputs, (B, T, H), or (B, T, C, H, W) over frames.
    x_BTI: the inputs, (B, T, I) or (B, T, C, H, W).
    rng:   draws the directions r.

    Raises rnnbench.Refused for fewer than 3 steps.
    """
    steps = x_BTI.shape[1]
    if steps < LEAST_LAGS:
        raise rnnbench.Refused(
            f"a gradient against lag needs at least {LEAST_LAGS} steps, and there are {steps}"
        )
    x_BTI = x_BTI.detach().clone().requires_grad_(True)
    y_BTH, _ = cell(x_BTI)
    last = y_BTH[:, -1].flatten(1)
    squares = torch.zeros(steps, dtype=torch.float64)
    for _ in range(DIRECTIONS):
        drawn = rng.standard_normal(last.shape)
        direction = torch.as_tensor(drawn, dtype=last.dtype, device=last.device)
        (gradient,) = torch.autograd.grad((last * direction).sum(), x_BTI, retain_graph=True)
        squared_norms_BT = gradient.detach().double().flatten(2).square().sum(-1)
        squares += squared_norms_BT.mean(0).cpu()
    sizes = (squares / DIRECTIONS).sqrt().flip(0).numpy()
    figures, absent = _decay(sizes)
    return rnnbench.Diagnosis(
        x_name="lag (steps)",
        y_name="size of the gradient",
        x=tuple(range(steps)),
        y=tuple(sizes.tolist()),
        figures=figures,
        absent=absent,
        log_y=True,
    )


def _decay(sizes: np.ndarray) -> tuple[dict[str, float], dict[str, str]]:
    """Return the decay length as a figure, or the reason why there is none.

    sizes: the gradient norm at each lag, (T,).
    """
    name = "decay length (steps)"
    lags = np.flatnonzero(sizes > LEAST_SHARE * sizes.max())
    if len(lags) < LEAST_LAGS:
        reason = (
            f"the gradient exceeds rounding errors at {len(lags)} of {len(sizes)} lags; a fit needs"
            f" {LEAST_LAGS}"
        )
        return {}, {name: reason}
    slope = np.polyfit(lags, np.log(sizes[lags]), 1)[0]
    if slope >= 0:
        return {}, {name: "the gradient does not fall with the lag"}
    return {name: float(-1 / slope)}, {}
