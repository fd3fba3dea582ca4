"""Solve rate by horizon, as a logistic curve in the logarithm of the horizon that never rises."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import scipy
from msgspec import Struct
from numpy.typing import NDArray

Values = NDArray[np.float64]
FLAT = 1e-6
"""Slopes below this count as zero."""


class SolveCurve(Struct, frozen=True):
    """Solve rate = 1 / (1 + exp(-(level - slope log(horizon)))), with slope >= 0.

    half: the horizon that half of all seeds are expected to solve; None where it lies outside of
          the horizons that were tried.
    """

    level: float
    slope: float
    half: float | None

    def rate(self, horizon: float) -> float:
        """Return the expected solve rate at a horizon."""
        return float(scipy.special.expit(self.level - self.slope * np.log(horizon)))


def fit(known: Sequence[tuple[int, int, int]]) -> SolveCurve:
    """Fit the curve by Firth's penalised likelihood.

    The penalty (Jeffreys' prior; Firth 1993, Heinze & Schemper 2002) keeps the curve finite where
    all seeds solve the shorter horizons and none the longer ones, which is the rule. Which rungs a
    ladder tries depends on its earlier results alone, so that rungs not tried add nothing to the
    likelihood.

    known: (horizon, solved, seeds) at two horizons or more.
    """
    return _fit(tuple(known))


@lru_cache(maxsize=1024)
def _fit(known: tuple[tuple[int, int, int], ...]) -> SolveCurve:
    """Fit the curve; many cells have the same numbers, as those that solve every rung."""
    horizons, solved, seeds = np.array(known, dtype=np.float64).T
    logs = np.log(horizons)
    middle = logs.mean()
    width = np.ptp(logs)
    x = (logs - middle) / width
    optimum = scipy.optimize.minimize(
        lambda parameters: -_penalised(parameters, x, solved, seeds),
        x0=[0.0, 1.0],
        method="Nelder-Mead",
        bounds=[(None, None), (0.0, None)],
        options={"xatol": 1e-7, "fatol": 1e-10, "maxiter": 4000},
    )
    level_of_x, slope_of_x = optimum.x
    level = level_of_x + slope_of_x * middle / width
    slope = slope_of_x / width
    half = float(np.exp(level / slope)) if slope > FLAT else np.inf
    was_tried = horizons.min() <= half <= horizons.max()
    return SolveCurve(float(level), float(slope), half if was_tried else None)


def _penalised(parameters: Values, x: Values, solved: Values, seeds: Values) -> float:
    """Return the log-likelihood plus half the log-determinant of its information matrix."""
    level, slope = parameters
    line = level - slope * x
    log_share = scipy.special.log_expit(line)
    log_rest = scipy.special.log_expit(-line)
    weights = seeds * np.exp(log_share + log_rest)
    determinant = weights.sum() * (weights @ x**2) - (weights @ x) ** 2
    likelihood = solved @ log_share + (seeds - solved) @ log_rest
    return float(likelihood + 0.5 * np.log(max(determinant, np.finfo(np.float64).tiny)))
