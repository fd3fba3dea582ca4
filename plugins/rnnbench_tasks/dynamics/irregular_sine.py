"""The task `irregular-sine`: a wave that is sampled at irregular times."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import ClassVar

import numpy as np

import rnnbench
from rnnbench_tasks.dynamics.chaotic import Array

FREQUENCIES = np.linspace(1.0, 2.0, 32)
"""Angular frequencies, in radians a unit of time, which are equally likely."""
LONGEST_GAP = 2.0
"""Gaps between samples are uniform from 0 to this; their mean is 1."""
NOISE = 0.1
"""Standard deviation of the noise of a sample."""
WAVES = 1000
"""Waves by which the score of blind readers is computed."""
SAMPLES = 64
"""Samples of each of these waves, or as many as a reader sees where that is more."""


@dataclass(frozen=True)
class IrregularSine(rnnbench.GeneratedTask):
    """Tell the value of a sine wave now, from samples at irregular times.

    last sample:         0.8  1.1  0.3 -0.9 ...   with noise
    time since then:     0.4  1.7  1.2  0.1 ...
    answers:              -    -  -0.8 -1.0 ...   (horizon 3: the first 2 steps are not asked)

    The wave is a cos(w t) + b sin(w t). Its a and b are normal with variance 1, and w is one of 32
    frequencies from 1 to 2, all of which differ from sequence to sequence. Each step gives the last
    sample, with noise of deviation 0.1, and the time that has passed since it, uniform from 0 to 2;
    it asks for the value without noise. The next step gives that value as a sample. A sequence is
    two horizons long, and the first horizon - 1 steps are not asked.

    The value 0 has NRMSE 1, and the last sample (`last_sample`) has the root of 2 - 2 E cos(w g) +
    0.01 for a gap g, which is 1.36. Which frequency it is shows only over several samples, and
    noise averages out over many: every step that is seen helps. The best reader of the last k
    steps, and the oracle, is a mixture over the frequencies of the means of a and b given the
    samples, which are normal; `blind_score` is the root of its mean variance over 1,000 waves with
    a fixed seed.

    The target is our choice: 0.25, which the best reader of four steps just reaches. A tuned simple
    model, ridge regression on the last eight steps and the products of up to three of their values,
    has 0.480 over 17,000 answers (measured 2026-11-30 by benchmarks/targets_dynamics.py).

    source: Rubanova, Chen & Duvenaud 2019, arXiv:1907.03907, whose toy data are waves at random
    times; the time since the last sample as an input as in their baseline, and in closed-form
    continuous-time cells (Hasani et al. 2022, arXiv:2106.13898).
    """

    horizon: int = 16
    name: ClassVar[str] = "irregular-sine"
    loss: ClassVar[rnnbench.Loss] = "squared-error"
    readout: ClassVar[rnnbench.Readout] = "every-step"
    metrics: ClassVar[tuple[rnnbench.Metric, ...]] = (rnnbench.NRMSE, rnnbench.R2)
    target: ClassVar[float] = 0.25
    trivial_forecast: ClassVar[str] = "always 0, the mean"

    @property
    def output_size(self) -> int:
        """One number: the value of the wave."""
        return 1

    def generate(self, rng: np.random.Generator, count: int) -> rnnbench.Batch:
        """Return inputs (B, 2 horizon, 2), sample and time since then, and targets (B, T, 1)."""
        steps = 2 * self.horizon
        samples, gaps, values = waves(rng, count, steps)
        inputs = np.stack([samples, gaps], axis=-1).astype(np.float32)
        mask = np.broadcast_to(np.arange(steps) >= self.horizon - 1, (count, steps))
        return rnnbench.Batch(inputs, values.astype(np.float32)[..., None], mask=mask.copy())

    def trivial(self, train: rnnbench.Batch, test: rnnbench.Batch) -> Mapping[str, float]:  # noqa: ARG002
        """Return the scores of the constant 0, the mean, by formula."""
        return {"nrmse": 1.0, "r2": 0.0}

    @property
    def last_sample(self) -> float:
        """The NRMSE of the last sample as an answer, by formula."""
        angles = LONGEST_GAP * FREQUENCIES
        return float(np.sqrt(2 - 2 * np.mean(np.sin(angles) / angles) + NOISE**2))

    def blind_score(self, steps: int) -> float:
        """Return the NRMSE of the best reader of the last `steps` steps."""
        return _blind(steps)


def waves(rng: np.random.Generator, count: int, steps: int) -> tuple[Array, Array, Array]:
    """Return the last sample, the time since then, and the value now, (B, T) each, in float64."""
    frequency = rng.choice(FREQUENCIES, count)
    cosine, sine = rng.standard_normal((2, count))
    gaps = rng.uniform(0, LONGEST_GAP, (count, steps))
    times = np.cumsum(np.pad(gaps, ((0, 0), (1, 0))), axis=1)
    angles = frequency[:, None] * times
    values = cosine[:, None] * np.cos(angles) + sine[:, None] * np.sin(angles)
    samples = values[:, :-1] + NOISE * rng.standard_normal((count, steps))
    return samples, gaps, values[:, 1:]


def posterior(samples: Array, gaps: Array) -> tuple[Array, Array]:
    """Return mean and variance of the value now, (B,), given samples and gaps, (B, K).

    Given the frequency, the value and the samples are normal: with the time t from each sample to
    now, c = cos(w t) and s = sin(w t), the precision of (a, b) at this moment is I + (c, s)^T (c,
    s) / NOISE^2, and the value is a. The frequencies are weighted by the density of the samples.
    """
    times = np.cumsum(gaps[:, ::-1], axis=1)[:, ::-1]
    angles = FREQUENCIES[:, None, None] * times
    cosine = np.cos(angles)
    sine = np.sin(angles)
    aa = 1 + np.square(cosine).sum(axis=2) / NOISE**2
    bb = 1 + np.square(sine).sum(axis=2) / NOISE**2
    ab = (cosine * sine).sum(axis=2) / NOISE**2
    toward_a = (cosine * samples).sum(axis=2) / NOISE**2
    toward_b = (sine * samples).sum(axis=2) / NOISE**2
    determinant = aa * bb - ab**2
    means = (bb * toward_a - ab * toward_b) / determinant
    other = (aa * toward_b - ab * toward_a) / determinant
    log_density = (means * toward_a + other * toward_b - np.log(determinant)) / 2
    weights = np.exp(log_density - log_density.max(axis=0))
    weights /= weights.sum(axis=0)
    mean = (weights * means).sum(axis=0)
    variance = (weights * (bb / determinant + np.square(means))).sum(axis=0) - np.square(mean)
    return mean, variance


@cache
def _blind(steps: int) -> float:
    """Return the root of the mean variance of the value given the last `steps` steps."""
    if steps == 0:
        return 1.0
    samples, gaps, _ = waves(np.random.default_rng(0), WAVES, max(steps, SAMPLES))
    _, variance = posterior(samples[:, -steps:], gaps[:, -steps:])
    return float(np.sqrt(variance.mean()))
