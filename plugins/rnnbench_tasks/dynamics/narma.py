"""The task `narma-10`: the output of a driven nonlinear system of order ten."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import ClassVar

import numpy as np

import rnnbench
from rnnbench_tasks.dynamics.chaotic import Array

ORDER = 10
LARGEST_INPUT = 0.5
MEAN_INPUT = LARGEST_INPUT / 2
INPUT_DEVIATION = LARGEST_INPUT / np.sqrt(12)
BOUND = 1.0
"""Inputs that drive the system beyond this are drawn anew: it may then run away."""
MEAN = 0.38
DEVIATION = 0.105
"""Mean and standard deviation of y; targets are y in these units."""
PAIRS = 400
"""Pairs of sequences by which the score of blind readers is computed."""


@dataclass(frozen=True)
class Narma10(rnnbench.GeneratedTask):
    """Compute the output of a nonlinear system from its random input, at every step.

    u:        .12 .40 .33 .05 ... .21 .47
    answers:    -   -   -   - ... .38 .41   (the first 19 steps are not asked)

    y(t + 1) = 0.3 y(t) + 0.05 y(t) (y(t) + ... + y(t - 9)) + 1.5 u(t - 9) u(t) + 0.1, with u(t)
    uniform on [0, 0.5]. After u(t) the answer is y(t + 1). A sequence has `horizon` steps; before
    it, u and y are 0. The first 19 steps are not asked: y starts from 0 there. Inputs that drive y
    above 1 are drawn anew, since the system may run away from there. Inputs and targets are scaled
    by fixed means and deviations.

    The answer at the last step depends on all inputs, ever less on earlier ones. A reader of fewer
    than 10 steps lacks u(t - 9) at each answer. The trivial forecast is the mean of y at each step.
    The best reader of the last k steps errs by half of the mean squared difference of two outputs
    with the same last k inputs and independent ones before; `blind_score` measures that in a
    simulation with fixed seeds. There is no closed loop, since the system is driven.

    The target is the score of a tuned simple model, rounded up: ridge regression on the last 40
    inputs and the products of two of them, NRMSE 0.0765 over 21,000 answers after 42,000 for
    training (without products 0.383), measured 2026-11-30 by benchmarks/targets_dynamics.py.

    source: Atiya & Parlos 2000, doi:10.1109/72.846741, the tenth-order system.
    """

    horizon: int = 40
    name: ClassVar[str] = "narma-10"
    shortest_horizon: ClassVar[int] = 2 * ORDER
    loss: ClassVar[rnnbench.Loss] = "squared-error"
    readout: ClassVar[rnnbench.Readout] = "every-step"
    metrics: ClassVar[tuple[rnnbench.Metric, ...]] = (rnnbench.NRMSE, rnnbench.R2)
    target: ClassVar[float] = 0.077
    trivial_forecast: ClassVar[str] = "the mean at each step"

    @property
    def output_size(self) -> int:
        """One number: the output of the system."""
        return 1

    def generate(self, rng: np.random.Generator, count: int) -> rnnbench.Batch:
        """Return inputs and targets (B, horizon, 1); the first 19 steps are not asked."""
        u, y = driven(rng, count, self.horizon)
        inputs = ((u - MEAN_INPUT) / INPUT_DEVIATION).astype(np.float32)[..., None]
        targets = ((y - MEAN) / DEVIATION).astype(np.float32)[..., None]
        mask = np.broadcast_to(np.arange(self.horizon) >= 2 * ORDER - 1, (count, self.horizon))
        return rnnbench.Batch(inputs, targets, mask=mask.copy())

    def trivial(self, train: rnnbench.Batch, test: rnnbench.Batch) -> Mapping[str, float]:
        """Return the measured scores of the mean of the training data at each step."""
        means = np.broadcast_to(train.targets.mean(axis=0), test.targets.shape)
        return rnnbench.score(self.metrics, means, test)

    def blind_score(self, steps: int) -> float:
        """Return the NRMSE of the best reader of the last `steps` steps, who knows the step."""
        return _blind(self.horizon, steps)


def output(u: Array) -> Array:
    """Return y(t + 1) after each input u(t), (B, T); u and y are 0 before.

    It is infinite where the system runs away.
    """
    count, steps = u.shape
    inputs = np.concatenate([np.zeros((count, ORDER - 1)), u], axis=1)
    y = np.zeros((count, steps + ORDER))
    with np.errstate(over="ignore"):
        for step in range(steps):
            now = y[:, step + ORDER - 1]
            recent = y[:, step : step + ORDER].sum(axis=1)
            product = inputs[:, step] * inputs[:, step + ORDER - 1]
            y[:, step + ORDER] = 0.3 * now + 0.05 * now * recent + 1.5 * product + 0.1
    return y[:, ORDER:]


def driven(rng: np.random.Generator, count: int, steps: int) -> tuple[Array, Array]:
    """Return inputs u and outputs y, (B, T) each, none of which exceeds BOUND."""
    u = rng.uniform(0, LARGEST_INPUT, (count, steps))
    y = output(u)
    while (away := y.max(axis=1) > BOUND).any():
        u[away] = rng.uniform(0, LARGEST_INPUT, (int(away.sum()), steps))
        y[away] = output(u[away])
    return u, y


@cache
def _blind(horizon: int, steps: int) -> float:
    """Return the root of E (y - y')^2 / 2 over the variance of y, at the steps that are asked.

    y and y' have the same last `steps` inputs. E (y - y')^2 / 2 is the mean variance of y where
    only these inputs are known.
    """
    one, y = driven(np.random.default_rng(1), PAIRS, horizon)
    other, _ = driven(np.random.default_rng(2), PAIRS, horizon)
    squares = []
    for step in range(2 * ORDER - 1, horizon):
        known = max(0, step + 1 - steps)
        mixed = np.concatenate([other[:, :known], one[:, known : step + 1]], axis=1)
        squares.append(np.square(output(mixed)[:, -1] - y[:, step]))
    return float(np.sqrt(np.mean(squares) / 2 / np.var(y[:, 2 * ORDER - 1 :])))
