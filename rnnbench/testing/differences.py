"""Finite differences along a line: the slope of a function, and the rounding of its values."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

NUDGE = 1e-6
"""Step of a central difference in float64."""
ERROR_ALLOWED = 1e-4
"""Relative to the derivative, or to `SMALLEST` where it is smaller; a central difference is off by
about 1e-9."""
SMALLEST = 1e-3
LARGER_NUDGES = (1e-2, 3e-3, 3e-2)
"""Steps for functions with rounded values; the error of a difference over four of them is of fourth
order."""
FLOAT64_ROUNDING = 1e-12
"""Relative scatter up to which values count as float64: theirs is about 1e-16; values that pass
through float32 scatter by 1e-8 and more."""
PLACES = np.arange(-4, 5)
SCATTER_OF_THIRD_DIFFERENCE = 20**0.5
"""Standard deviation of a third difference (weights 1, 3, 3, 1) of errors with deviation 1."""
LARGEST_UNCERTAINTY = 0.1
"""Part of a derivative that rounding may leave uncertain; beyond it, differences decide nothing."""


class Line(NamedTuple):
    """A function of one tensor, `value()`, restricted to a line through that tensor."""

    leaf: Tensor
    direction: Tensor
    value: Callable[[], float]

    @torch.no_grad()
    def at(self, steps: float) -> float:
        """Evaluate the function this many directions away from the present tensor."""
        kept = self.leaf.detach().clone()
        self.leaf.copy_(kept + steps * self.direction)
        value = self.value()
        self.leaf.copy_(kept)
        return value


class Comparison(NamedTuple):
    """A derivative compared with finite differences.

    agrees:   whether the derivative agrees with them, or they cannot decide.
    measured: the derivative by finite differences.
    rounding: standard deviation of the rounding of the values; 0.0 for that of float64.
    """

    agrees: bool
    measured: float
    rounding: float


def compare(stated: float, line: Line) -> Comparison:
    """Compare the stated slope along a line with finite differences.

    Where the function has a kink, the slope of either side agrees. Where its values are rounded,
    larger steps are taken.
    """
    ahead = line.at(NUDGE)
    behind = line.at(-NUDGE)
    measured = (ahead - behind) / (2 * NUDGE)
    if _agree(stated, measured):
        return Comparison(True, measured, 0.0)
    rounding = _rounding(line)
    if rounding:
        return _compare_rounded(stated, line, rounding)
    here = line.at(0.0)
    sides = ((ahead - here) / NUDGE, (here - behind) / NUDGE)
    return Comparison(any(_agree(stated, side) for side in sides), measured, 0.0)


def _compare_rounded(stated: float, line: Line, rounding: float) -> Comparison:
    """Compare over larger steps; the slope fails only where some step decides against it."""
    decided = False
    measured = 0.0
    for nudge in LARGER_NUDGES:
        measured = _four_step_slope(line, nudge)
        uncertainty = 4 * rounding / nudge
        largest = LARGEST_UNCERTAINTY * max(SMALLEST, abs(measured))
        if _agree(stated, measured, min(uncertainty, largest)):
            return Comparison(True, measured, rounding)
        decided = decided or uncertainty <= largest
    return Comparison(not decided, measured, rounding)


def _agree(stated: float, measured: float, uncertainty: float = 0.0) -> bool:
    allowed = ERROR_ALLOWED * max(SMALLEST, abs(measured)) + uncertainty
    return abs(stated - measured) <= allowed


def _four_step_slope(line: Line, nudge: float) -> float:
    near = line.at(nudge) - line.at(-nudge)
    wide = line.at(2 * nudge) - line.at(-2 * nudge)
    return (8 * near - wide) / (12 * nudge)


def _rounding(line: Line) -> float:
    """Standard deviation of the errors of the values; 0.0 where it is that of float64.

    It is estimated from third differences over steps so small that a smooth function has none.
    """
    values = np.array([line.at(place * NUDGE) for place in PLACES])
    scatter = float(np.sqrt(np.mean(np.diff(values, 3) ** 2))) / SCATTER_OF_THIRD_DIFFERENCE
    scale = max(1.0, float(np.abs(values).max()))
    if not np.isfinite(scatter) or scatter <= FLOAT64_ROUNDING * scale:
        return 0.0
    return scatter
