"""Gradient against lag."""

import numpy as np
import torch
from torch import Tensor, nn

import rnnbench

DIRECTIONS = 8
SEEN = 1e-12
"""Part of the largest gradient below which one says nothing about decay: it may be rounding."""


def gradient_against_lag(
    cell: nn.Module, x_BTI: Tensor, rng: np.random.Generator
) -> rnnbench.Diagnosis:
    """|d(r . y_T)/dx_{T-k}| for k = 0 .. T-1: root of the mean square over sequences and random
    directions r.

    The decay length is tau of g_k = g_0 exp(-k / tau), fitted by least squares to the logarithms.
    source: Hochreiter 1991; Bengio, Simard & Frasconi 1994. Raises rnnbench.Refused for fewer than
    3 steps.
    """
    steps = x_BTI.shape[1]
    if steps < 3:
        raise rnnbench.Refused(
            f"a gradient against lag needs at least 3 steps, and there are {steps}"
        )
    x_BTI = x_BTI.detach().clone().requires_grad_(True)
    y_BTH, _ = cell(x_BTI)
    last = y_BTH[:, -1].flatten(1)
    squares = torch.zeros(steps, dtype=torch.float64)
    for _ in range(DIRECTIONS):
        direction = torch.as_tensor(
            rng.standard_normal(last.shape), dtype=last.dtype, device=last.device
        )
        (gradient,) = torch.autograd.grad((last * direction).sum(), x_BTI, retain_graph=True)
        squares += gradient.detach().double().flatten(2).square().sum(-1).mean(0).cpu()
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
    name = "decay length (steps)"
    seen = np.flatnonzero(sizes > SEEN * sizes.max())
    if len(seen) < 3:
        return {}, {name: f"there is a gradient at {len(seen)} lags only"}
    slope = np.polyfit(seen, np.log(sizes[seen]), 1)[0]
    if slope >= 0:
        return {}, {name: "the gradient does not fall with the lag"}
    return {name: float(-1 / slope)}, {}
