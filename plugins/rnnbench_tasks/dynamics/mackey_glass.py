"""The task `mackey-glass`: the next value of the Mackey-Glass equation, which has a delay."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import ClassVar, NamedTuple

import numpy as np
from numpy.polynomial import chebyshev

import rnnbench
from rnnbench_tasks.dynamics.chaotic import CLOSED_LOOP, Array, Chaotic, ClosedLoop

DELAY = 17
GAIN = 0.2
DECAY = 0.1
POWER = 10
DEGREE = 32
"""Of the polynomials by which x is represented over one delay; the error is about 1e-8."""
SPACING = 6
"""Units of time from one step to the next."""
SETTLING = 60
"""Delays until the beginning is forgotten, apart from the phase of the oscillation."""
PHASES = 1000
"""Units of time among which a sequence begins: some twenty oscillations."""
MEAN = 0.930
DEVIATION = 0.226
"""Standard deviation of x on the attractor."""


@dataclass(frozen=True)
class MackeyGlass(Chaotic):
    """Forecast x(t + 6) of the Mackey-Glass equation with a delay of 17, at every step.

    x:        1.3 0.2 -1.1 -1.6 -0.4 ...   in standard deviations
    answers:    -   - -1.6 -0.4  0.9 ...   (horizon 3: the first 2 are not asked)

    x' = 0.2 x(t - 17) / (1 + x(t - 17)^10) - 0.1 x. The next value depends on x(t) and on x(s) for
    s from t - 17 to t - 11. Four values are the classical inputs; the horizon is twice as long by
    default. An oscillation takes about eight steps, and its phase hardly wanders: series begin from
    constants drawn from 0.5 to 1.5, and each sequence is cut out after 60 delays and a time drawn
    from 1,000 units. A sequence is two horizons long. Tests in a closed loop, `valid
    time@closed-loop`, count the Lyapunov times until a forecast from the model's own forecasts
    first misses by half a deviation.

    The target is the score of a tuned simple model, rounded up: ridge regression on the last eight
    values and the products of up to three of them, NRMSE 0.0047 over 9,000 answers after 18,000 for
    training (without products 0.387), measured 2026-11-30 by benchmarks/targets_dynamics.py. The
    largest Lyapunov exponent is 0.0051, so that a Lyapunov time is 33 steps.

    source: Mackey & Glass 1977, doi:10.1126/science.267326; delay 17 as in Farmer 1982,
    doi:10.1016/0167-2789(82)90042-2, and steps of 6 as in Jang 1993, doi:10.1109/21.256541.
    Integration is from one delay to the next, each by Chebyshev collocation (Trefethen 2000,
    "Spectral Methods in MATLAB"); the exponent is that of an integration in tangent space (tests).
    """

    horizon: int = 8
    name: ClassVar[str] = "mackey-glass"
    shortest_horizon: ClassVar[int] = 4
    target: ClassVar[float] = 0.005
    spacing: ClassVar[float] = float(SPACING)
    exponent: ClassVar[float] = 0.0051

    def series(self, rng: np.random.Generator, count: int, steps: int) -> Array:
        """Return x (B, T) in standard deviations from its mean."""
        grid = collocation()
        delays = -(-(SPACING * steps + PHASES) // DELAY)
        x = np.broadcast_to(rng.uniform(0.5, 1.5, count), (DEGREE + 1, count))
        for _ in range(SETTLING):
            x = one_delay_later(x)
        parts = []
        for _ in range(delays):
            x = one_delay_later(x)
            parts.append(grid.at_units @ x)
        values = np.concatenate(parts).T
        first = rng.integers(0, PHASES, count)
        chosen = np.take_along_axis(values, first[:, None] + SPACING * np.arange(steps), axis=1)
        return (chosen - MEAN) / DEVIATION

    def elsewhere(self) -> Mapping[str, rnnbench.GeneratedTask]:
        """Return the setting in which the model reads its own forecasts."""
        return {CLOSED_LOOP: MackeyGlassClosedLoop(self.horizon)}


@dataclass(frozen=True)
class MackeyGlassClosedLoop(ClosedLoop, MackeyGlass):
    """The Mackey-Glass equation in a closed loop."""

    def elsewhere(self) -> Mapping[str, rnnbench.GeneratedTask]:
        """Return nothing."""
        return {}


class Collocation(NamedTuple):
    """Matrices for functions that are given at nodes from 0 to one delay, both included.

    nodes:    (N,) times.
    solve:    (N, N), from (x(0), g at the later nodes) to the solution of x' + DECAY x = g.
    at_units: (DELAY, N), to the values at times 0, 1, ... DELAY - 1.
    """

    nodes: Array
    solve: Array
    at_units: Array


@cache
def collocation() -> Collocation:
    """Return the matrices for Chebyshev's extreme points."""
    places = -np.cos(np.pi * np.arange(DEGREE + 1) / DEGREE)
    from_values = np.linalg.inv(chebyshev.chebvander(places, DEGREE))
    slopes = chebyshev.chebder(from_values) * 2 / DELAY
    operator = chebyshev.chebvander(places, DEGREE - 1) @ slopes + DECAY * np.eye(DEGREE + 1)
    operator[0] = np.eye(DEGREE + 1)[0]
    units = 2 * np.arange(DELAY) / DELAY - 1
    at_units = chebyshev.chebvander(units, DEGREE) @ from_values
    return Collocation(DELAY * (places + 1) / 2, np.linalg.inv(operator), at_units)


def one_delay_later(x: Array) -> Array:
    """Return x at the nodes of the next delay, (N, B), from those of this one.

    Over one delay the equation is linear, x' + DECAY x = g, since g depends on the delay before.
    """
    right = GAIN * x / (1 + x**POWER)
    right[0] = x[-1]
    later: Array = collocation().solve @ right
    return later
