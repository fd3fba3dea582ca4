"""Effective remembrance: how much the last output changes without the first steps."""

import numpy as np
import torch
from torch import Tensor, nn

import rnnbench

CONTEXTS = 32
"""The most lengths of context that are measured, spaced evenly on a logarithmic scale."""
LEAST_STEPS = 3
FORGOTTEN = 0.1
"""Distances below this one count as no change."""
LEAST_SPREAD = 1e-6
"""Outputs that differ by less than this part of their size may differ by rounding alone."""


@torch.no_grad()
def effective_remembrance(
    cell: nn.Module, x_BTI: Tensor, rng: np.random.Generator
) -> rnnbench.Diagnosis:
    """Return how far the output y_T moves when only the last k steps are read, from the zero state.

    The distance is the root of the mean square of |y_T(x_{T-k+1..T}) - y_T(x_{1..T})| over
    sequences, divided by that of |y_T - mean y_T|: 1 is the error of an output that knows nothing
    of the sequence, and more than 1 is worse than that. A cell that leans on the start of its
    sequences is far off even where k is almost T.

    source: Buitrago Ruiz & Gu 2025, arXiv:2507.02782, where the distance is that between the
    model's output distributions (total variation); a diagnostic sees the outputs of the first cell.

    cell:  maps x_BTI to outputs, (B, T, H), or (B, T, C, H, W) over frames.
    x_BTI: the inputs, (B, T, I) or (B, T, C, H, W).
    rng:   is not used.

    Raises rnnbench.Refused for fewer than 3 steps, for a single sequence, where outputs are not
    finite, and where the outputs of all sequences are equal but for rounding.
    """
    del rng
    steps = x_BTI.shape[1]
    if steps < LEAST_STEPS:
        raise rnnbench.Refused(
            f"dropping the first steps needs at least {LEAST_STEPS} steps, and there are {steps}"
        )
    if len(x_BTI) < 2:
        raise rnnbench.Refused(
            "a distance is measured by how far the outputs of several sequences lie apart, and"
            " there is a single longest one"
        )
    whole_BH = _last_output(cell, x_BTI)
    if not torch.isfinite(whole_BH).all():
        raise rnnbench.Refused("the outputs are not finite")
    spread = _norm(whole_BH - whole_BH.mean(0))
    if spread <= LEAST_SPREAD * _norm(whole_BH):
        raise rnnbench.Refused("the last outputs of all sequences are equal but for rounding")
    spaced = np.geomspace(1, steps - 1, min(CONTEXTS, steps - 1))
    contexts = np.unique(spaced.round().astype(int))
    distances = []
    for context in contexts:
        y_BH = _last_output(cell, x_BTI[:, steps - context :])
        distances.append(_norm(y_BH - whole_BH) / spread)
    figures, absent = _figures(contexts, np.array(distances), steps)
    return rnnbench.Diagnosis(
        x_name="steps of context",
        y_name="distance from the output after all steps",
        x=tuple(contexts.tolist()),
        y=tuple(distances),
        figures=figures,
        absent=absent,
    )


def _last_output(cell: nn.Module, x_BTI: Tensor) -> Tensor:
    y_BTH, _ = cell(x_BTI)
    last: Tensor = y_BTH[:, -1].flatten(1).double()
    return last


def _norm(difference_BH: Tensor) -> float:
    """The root of the mean square over sequences."""
    return float(difference_BH.square().sum(1).mean().sqrt())


def _figures(
    contexts: np.ndarray, distances: np.ndarray, steps: int
) -> tuple[dict[str, float], dict[str, str]]:
    """Return the figures, and the reason for each one that does not exist."""
    name = f"steps of context within {FORGOTTEN:.0%}"
    figures = {"distance without the first step": float(distances[-1])}
    far = np.flatnonzero(~(distances < FORGOTTEN))
    if not len(far):
        return {**figures, name: float(contexts[0])}, {}
    first = far[-1] + 1
    if first == len(contexts):
        reason = f"{contexts[-1]} of {steps} steps still leave the output farther off"
        return figures, {name: reason}
    return {**figures, name: float(contexts[first])}, {}
