"""Dead units: units of a cell whose output is the same for all inputs."""

import numpy as np
import torch
from torch import Tensor, nn

import rnnbench

STILL = 1e-6
"""A unit is dead where its output moves by no more than this part of its largest size."""


@torch.no_grad()
def dead_units(cell: nn.Module, x_BTI: Tensor, rng: np.random.Generator) -> rnnbench.Diagnosis:
    """Return by how much the outputs of units move over all sequences and steps, as quantiles.

    The movement is the difference between the largest and the smallest output of a unit, as a part
    of its largest absolute output, so from 0 to 2. A unit is dead where that is at most 1e-6: it
    tells nothing of the inputs, and rounding alone moves it.

    source: for rectified units, Lu et al. 2019, arXiv:1903.06733, section 2.

    cell:  maps x_BTI to outputs, (B, T, H), or (B, T, C, H, W) over frames.
    x_BTI: the inputs, (B, T, I) or (B, T, C, H, W).
    rng:   is not used.

    Raises rnnbench.Refused where outputs are not finite.
    """
    del rng
    y_BTH, _ = cell(x_BTI)
    y_NH = y_BTH.flatten(2).flatten(0, 1).double()
    if not torch.isfinite(y_NH).all():
        raise rnnbench.Refused("the outputs are not finite")
    moved_H = y_NH.amax(0) - y_NH.amin(0)
    largest_H = y_NH.abs().amax(0)
    movements = torch.where(largest_H > 0, moved_H / largest_H, 0.0)
    quantiles = np.percentile(movements.cpu().numpy(), range(101), method="inverted_cdf")
    dead = int((movements <= STILL).sum())
    return rnnbench.Diagnosis(
        x_name="units that move no more (%)",
        y_name="movement of the output, as a part of its largest size",
        x=tuple(range(101)),
        y=tuple(quantiles.tolist()),
        figures={"dead units": float(dead), "units": float(len(movements))},
    )
