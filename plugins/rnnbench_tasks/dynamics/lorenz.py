"""The task `lorenz`: the next value of one coordinate of the Lorenz system."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import ClassVar

import numpy as np

import rnnbench
from rnnbench_tasks.dynamics.chaotic import CLOSED_LOOP, Array, Chaotic, ClosedLoop

SIGMA = 10.0
RHO = 28.0
BETA = 8 / 3
LINEAR = np.array([[-SIGMA, SIGMA, 0.0], [RHO, -1.0, 0.0], [0.0, 0.0, -BETA]])
STEP = 0.01
"""Time of one step of integration."""
DEVIATION = 7.93
"""Standard deviation of x on the attractor; its mean is 0, by symmetry."""
STATES = 1024
"""States on the attractor, near which sequences begin."""
AWAY = 1.0
"""Standard deviation of the distance of a beginning from such a state, in each coordinate."""
SETTLING = 1.0
"""Time that a beginning has to fall back to the attractor, which takes the distance to e^-14."""


@dataclass(frozen=True)
class Lorenz(Chaotic):
    """Forecast x(t + 0.1) of the Lorenz system from x alone, at every step.

    x:        -1.2 -1.0 -0.7 -0.3  0.4 ...   in standard deviations
    answers:     -    - -0.3  0.4  1.2 ...   (horizon 3: the first 2 are not asked)

    x' = 10 (y - x), y' = x (28 - z) - y, z' = x y - 8/3 z. The two other coordinates have to be
    inferred from earlier x; five values suffice in principle, more than twice the dimension 2.06 of
    the attractor (Sauer, Yorke & Casdagli 1991). A turn around one of the two wings takes about
    seven steps. Integration is by the classical Runge-Kutta method with steps of 0.01.

    A sequence is two horizons long. Tests in a closed loop, `valid time@closed-loop`, count the
    Lyapunov times until a forecast from the model's own forecasts first misses by half a deviation.

    The target is the score of a tuned simple model, rounded up: ridge regression on the last 12
    values and the products of up to three of them, NRMSE 0.0195 over 17,000 answers after 34,000
    for training (without products 0.321), measured 2026-11-30 by benchmarks/targets_dynamics.py.
    The largest Lyapunov exponent is 0.906, so that a Lyapunov time is 11 steps.

    source: Lorenz 1963, doi:10.1175/1520-0469(1963)020<0130:DNF>2.0.CO;2; the exponent is that of
    Sprott 2003, "Chaos and Time-Series Analysis", and of an integration in tangent space (tests).
    """

    horizon: int = 16
    name: ClassVar[str] = "lorenz"
    target: ClassVar[float] = 0.02
    spacing: ClassVar[float] = 0.1
    exponent: ClassVar[float] = 0.906

    def series(self, rng: np.random.Generator, count: int, steps: int) -> Array:
        """Return x (B, T) in standard deviations, from beginnings beside the attractor."""
        near = attractor()[:, rng.integers(0, STATES, count)]
        state = near + AWAY * rng.standard_normal((3, count))
        state[:2] *= rng.choice([-1.0, 1.0], count)
        for _ in range(round(SETTLING / STEP)):
            state = advanced(state)
        values = np.empty((count, steps))
        for step in range(steps):
            values[:, step] = state[0]
            for _ in range(round(self.spacing / STEP)):
                state = advanced(state)
        return values / DEVIATION

    def elsewhere(self) -> Mapping[str, rnnbench.GeneratedTask]:
        """Return the setting in which the model reads its own forecasts."""
        return {CLOSED_LOOP: LorenzClosedLoop(self.horizon)}


@dataclass(frozen=True)
class LorenzClosedLoop(ClosedLoop, Lorenz):
    """The Lorenz system in a closed loop."""

    def elsewhere(self) -> Mapping[str, rnnbench.GeneratedTask]:
        """Return nothing."""
        return {}


def derivative(state: Array) -> Array:
    """Return (x', y', z'), (3, B), at states (3, B)."""
    x, y, z = state
    slope: Array = LINEAR @ state
    slope[1] -= x * z
    slope[2] += x * y
    return slope


def advanced(state: Array) -> Array:
    """Return states (3, B) one step of integration later, by the classical Runge-Kutta method."""
    first = derivative(state)
    second = derivative(state + STEP / 2 * first)
    third = derivative(state + STEP / 2 * second)
    fourth = derivative(state + STEP * third)
    later: Array = state + STEP / 6 * (first + 2 * (second + third) + fourth)
    return later


@cache
def attractor() -> Array:
    """Return states on the attractor, (3, STATES), the same in every process."""
    rng = np.random.default_rng(0)
    state: Array = rng.normal(0, 8, (3, STATES)) + np.array([[0], [0], [25]])
    for _ in range(round(20 / STEP)):
        state = advanced(state)
    return state
