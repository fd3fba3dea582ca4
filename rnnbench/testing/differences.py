"""Finite differences along a line: how steep a function is, and how coarsely its values are
rounded."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

NUDGE = 1e-6
ERROR_ALLOWED = 1e-4
"""Relative to the derivative, and to a thousandth where it is smaller; a central difference is off
by some 1e-9."""
SMALLEST = 1e-3
LARGER_NUDGES = (1e-2, 3e-3, 3e-2)
"""For functions whose values are rounded: a difference over four of these steps is off by their
fourth power."""
SEEN_AS_ROUNDING = 1e-12
"""In float64 values scatter by some 1e-16 of their size; those that pass through float32 by 1e-8
and more."""
PLACES = np.arange(-4, 5)
SCATTER_OF_THIRD_DIFFERENCE = 20**0.5
"""Standard deviations of independent errors in a third difference, whose weights are 1, 3, 3 and
1."""
LOOSEST = 0.1
"""Where rounding leaves more than this part of a derivative open, differences decide nothing."""


class Line(NamedTuple):
    """A function of one tensor, `value()`, looked at along a direction of that tensor."""

    leaf: Tensor
    way: Tensor
    value: Callable[[], float]

    @torch.no_grad()
    def at(self, steps: float) -> float:
        """The value so many steps from here."""
        kept = self.leaf.detach().clone()
        self.leaf.copy_(kept + steps * self.way)
        value = self.value()
        self.leaf.copy_(kept)
        return value


class Judged(NamedTuple):
    """Whether a derivative agrees with finite differences, the one that they give, and the rounding
    of the values (0.0 where none was seen)."""

    agrees: bool
    seen: float
    rounding: float


def compare(stated: float, line: Line) -> Judged:
    """Whether a function is as steep along the line as stated. Where it bends sharply just here,
    either side will do; where its values are rounded, larger steps are taken."""
    ahead = line.at(NUDGE)
    behind = line.at(-NUDGE)
    seen = (ahead - behind) / (2 * NUDGE)
    if _agree(stated, seen):
        return Judged(True, seen, 0.0)
    rounding = _rounding(line)
    if not rounding:
        here = line.at(0.0)
        sides = ((ahead - here) / NUDGE, (here - behind) / NUDGE)
        return Judged(any(_agree(stated, side) for side in sides), seen, 0.0)
    decided = False
    for nudge in LARGER_NUDGES:
        seen = _over_four(line, nudge)
        left_open = 4 * rounding / nudge
        loosest = LOOSEST * max(SMALLEST, abs(seen))
        if _agree(stated, seen, min(left_open, loosest)):
            return Judged(True, seen, rounding)
        decided = decided or left_open <= loosest
    return Judged(not decided, seen, rounding)


def _agree(stated: float, seen: float, left_open: float = 0.0) -> bool:
    return abs(stated - seen) <= ERROR_ALLOWED * max(SMALLEST, abs(seen)) + left_open


def _over_four(line: Line, nudge: float) -> float:
    near = line.at(nudge) - line.at(-nudge)
    wide = line.at(2 * nudge) - line.at(-2 * nudge)
    return (8 * near - wide) / (12 * nudge)


def _rounding(line: Line) -> float:
    """The standard deviation of the errors of the values, from third differences over steps so
    small that a smooth function has none; 0.0 where it is that of float64."""
    values = np.array([line.at(place * NUDGE) for place in PLACES])
    scatter = float(np.sqrt(np.mean(np.diff(values, 3) ** 2))) / SCATTER_OF_THIRD_DIFFERENCE
    if not np.isfinite(scatter) or scatter <= SEEN_AS_ROUNDING * max(
        1.0, float(np.abs(values).max())
    ):
        return 0.0
    return scatter
