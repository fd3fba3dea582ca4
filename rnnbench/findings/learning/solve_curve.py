"""Solve rate against horizon as a curve: a logistic line through the logarithm of the horizon, that
never rises."""

from collections.abc import Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit, log_expit

Values = NDArray[np.float64]
FLAT = 1e-6
"""Slopes below this are as good as none."""


class SolveCurve(Struct, frozen=True):
    """Solve rate = 1 / (1 + exp(-(level - slope log(horizon)))), with slope >= 0.

    half: the horizon at which half of all seeds are expected to solve it; None where that lies
          outside of those tried, of which the curve knows nothing.
    """

    level: float
    slope: float
    half: float | None

    def rate(self, horizon: float) -> float:
        """The expected solve rate at a horizon."""
        return float(expit(self.level - self.slope * np.log(horizon)))


def fit(known: Sequence[tuple[int, int, int]]) -> SolveCurve:
    """The curve through (horizon, solved, seeds) of at least two horizons, by Firth's penalised
    likelihood.

    The penalty (Jeffreys' prior; Firth 1993, Heinze & Schemper 2002) keeps the curve finite where
    horizons part those that solve from those that do not, which is the rule. Which rungs a ladder
    tries depends on what it saw and on nothing else, so that those not tried add nothing to a
    likelihood.
    """
    horizons, solved, seeds = np.array(known, dtype=np.float64).T
    logs = np.log(horizons)
    middle, width = logs.mean(), np.ptp(logs)
    x = (logs - middle) / width
    found = minimize(
        lambda parameters: -_penalised(parameters, x, solved, seeds),
        x0=[0.0, 1.0],
        method="Nelder-Mead",
        bounds=[(None, None), (0.0, None)],
        options={"xatol": 1e-7, "fatol": 1e-10, "maxiter": 4000},
    )
    level, slope = found.x[0] + found.x[1] * middle / width, found.x[1] / width
    half = float(np.exp(level / slope)) if slope > FLAT else np.inf
    return SolveCurve(
        float(level), float(slope), half if horizons.min() <= half <= horizons.max() else None
    )


def _penalised(parameters: Values, x: Values, solved: Values, seeds: Values) -> float:
    """Log-likelihood and half the logarithm of the determinant of its information matrix."""
    level, slope = parameters
    line = level - slope * x
    weights = seeds * np.exp(log_expit(line) + log_expit(-line))
    determinant = weights.sum() * (weights @ x**2) - (weights @ x) ** 2
    likelihood = solved @ log_expit(line) + (seeds - solved) @ log_expit(-line)
    return float(likelihood + 0.5 * np.log(max(determinant, np.finfo(np.float64).tiny)))
