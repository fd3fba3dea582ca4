"""Memory capacity."""

import numpy as np
import torch
from torch import Tensor, nn

import rnnbench

WASHOUT, FITTED, TESTED, LAGS = 100, 1200, 600, 100


@torch.no_grad()
def memory_capacity(cell: nn.Module, x_BTI: Tensor, rng: np.random.Generator) -> rnnbench.Diagnosis:
    """MC_k: the share of the variance of u(t - k) that a linear read-out of the outputs y(t)
    explains, k = 1 .. 100.

    u is uniform noise, fed along a random direction of the input space with the mean and deviation
    that the inputs of the task have there. The read-out is fitted by least squares on 1,200 steps
    and judged on the next 600. The sum over k is at most the number of outputs, and a delay line
    reaches it. source: Jaeger 2001, section 3. Raises rnnbench.Refused for cells over frames, and
    where outputs overflow.
    """
    if x_BTI.ndim != 3:
        raise rnnbench.Refused("memory capacity is measured with a signal, and these are frames")
    noise = rng.uniform(-1, 1, WASHOUT + FITTED + TESTED)
    direction = rng.standard_normal(x_BTI.shape[2])
    direction /= np.linalg.norm(direction)
    flat = x_BTI.flatten(0, 1).double().cpu().numpy()
    spread = (flat @ direction).std() or 1.0
    signal = flat.mean(axis=0) + spread * np.sqrt(3) * noise[:, None] * direction
    y_1TH, _ = cell(torch.as_tensor(signal[None], dtype=x_BTI.dtype, device=x_BTI.device))
    if not torch.isfinite(y_1TH).all():
        raise rnnbench.Refused(f"the outputs are not finite over {len(noise)} steps of noise")
    capacities = _explained(y_1TH[0].double().cpu().numpy(), noise)
    return rnnbench.Diagnosis(
        x_name="lag (steps)",
        y_name="share of the input found again",
        x=tuple(range(1, LAGS + 1)),
        y=tuple(capacities.tolist()),
        figures={"memory capacity": float(capacities.sum()), "outputs": float(y_1TH.shape[2])},
    )


def _explained(y_TH: np.ndarray, noise: np.ndarray) -> np.ndarray:
    """The part of the variance that is explained at each lag, at least 0, on steps that were not
    fitted."""
    steps = np.arange(WASHOUT, len(noise))
    targets = noise[steps[:, None] - np.arange(1, LAGS + 1)]
    outputs = np.column_stack([y_TH[steps], np.ones(len(steps))])
    weights, *_ = np.linalg.lstsq(outputs[:FITTED], targets[:FITTED], rcond=None)
    left = np.square(outputs[FITTED:] @ weights - targets[FITTED:]).mean(axis=0)
    return np.asarray(np.maximum(0.0, 1 - left / targets[FITTED:].var(axis=0)))
