"""Memory capacity: how much of earlier inputs a linear readout of the outputs explains."""

import numpy as np
import torch
from torch import Tensor, nn

import rnnbench

LAGS = 100
"""Longest lag at which the capacity is measured, in steps."""
WASHOUT = 100
"""Steps left out at the start, until the initial state no longer matters; at least LAGS."""
FITTED = 1200
"""Steps on which the readout is fitted."""
TESTED = 600
"""Later steps on which the readout is evaluated."""


@torch.no_grad()
def memory_capacity(cell: nn.Module, x_BTI: Tensor, rng: np.random.Generator) -> rnnbench.Diagnosis:
    """Return the share of the variance of u(t - k) that a linear readout of y(t) explains, by k.

    The lags are k = 1 .. 100 steps. The input u is uniform noise along a random direction of the
    input space, with the mean of the task's inputs and their standard deviation in that direction.
    The readout is fitted by least squares on 1,200 steps and evaluated on the next 600.

    The memory capacity is the sum over k. It is at most the number of outputs, and a delay line
    reaches that bound.

    source: Jaeger 2001, GMD report 152, section 3.

    cell:  maps (1, T, I) to outputs, (1, T, H).
    x_BTI: inputs of the task, (B, T, I), which set mean and standard deviation.
    rng:   draws the noise and its direction.

    Raises rnnbench.Refused for a cell over frames, and where outputs are not finite.
    """
    if x_BTI.ndim != 3:
        raise rnnbench.Refused(
            "memory capacity needs features as inputs, (B, T, I), and these are frames"
        )
    noise = rng.uniform(-1, 1, WASHOUT + FITTED + TESTED)
    direction = rng.standard_normal(x_BTI.shape[2])
    direction /= np.linalg.norm(direction)
    flat = x_BTI.flatten(0, 1).double().cpu().numpy()
    spread = (flat @ direction).std() or 1.0
    signal = flat.mean(axis=0) + spread * np.sqrt(3) * noise[:, None] * direction
    signal_1TI = torch.as_tensor(signal[None], dtype=x_BTI.dtype, device=x_BTI.device)
    y_1TH, _ = cell(signal_1TI)
    if not torch.isfinite(y_1TH).all():
        raise rnnbench.Refused(f"the outputs are not finite over {len(noise)} steps of noise")
    capacities = _explained(y_1TH[0].double().cpu().numpy(), noise)
    return rnnbench.Diagnosis(
        x_name="lag (steps)",
        y_name="share of the variance explained",
        x=tuple(range(1, LAGS + 1)),
        y=tuple(capacities.tolist()),
        figures={"memory capacity": float(capacities.sum()), "outputs": float(y_1TH.shape[2])},
    )


def _explained(y_TH: np.ndarray, noise: np.ndarray) -> np.ndarray:
    """Return the share of variance explained at each lag, (LAGS,), on steps that were not fitted.

    A negative share counts as 0.

    y_TH:  outputs at each step.
    noise: the input at each step, (T,).
    """
    steps = np.arange(WASHOUT, len(noise))
    lags = np.arange(1, LAGS + 1)
    targets = noise[steps[:, None] - lags]
    constant = np.ones(len(steps))
    regressors = np.column_stack([y_TH[steps], constant])
    weights, *_ = np.linalg.lstsq(regressors[:FITTED], targets[:FITTED], rcond=None)
    errors = regressors[FITTED:] @ weights - targets[FITTED:]
    unexplained = np.square(errors).mean(axis=0) / targets[FITTED:].var(axis=0)
    return np.asarray(np.maximum(0.0, 1 - unexplained))
