"""The delay task: the value of a signal some steps ago."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

import rnnbench

STOP_BAND = 1e-3
"""Ratio of power beyond the band to power in it (-30 dB); see `Delay` for why it is not zero."""


@dataclass(frozen=True)
class Delay(rnnbench.GeneratedTask):
    """Recall the value of a signal `horizon - 1` steps ago, at every step.

    signal:  .7  .9  .2 -.4 -.8 -.1 ...
    answers: -   -   -  .7  .9  .2 ...   (horizon 4: a lag of 3 steps; the first 3 are not asked)

    The signal is Gaussian noise of variance 1, band-limited to a share `bandwidth` of the
    frequencies that steps can carry (1: white noise). The lag is horizon - 1 steps, and a sequence
    is two horizons long. The constant answer 0, the mean, has NRMSE 1 and R2 0. R2 at a lag is the
    memory capacity at that lag. Summed over all lags of white noise, it is at most the number of
    state floats.

    A signal without power beyond its band could be extrapolated from fewer steps than the horizon.
    Power at -30 dB beyond the band prevents that: the best reader of horizon - 1 steps has NRMSE
    0.27 at the default dials. That NRMSE is above 0.13 at any horizon and bandwidth
    (`blind_score`).

    source: Jaeger 2001, "Short term memory in echo state networks", GMD report 152 (white noise);
    Voelker et al. 2019, "Legendre Memory Units", NeurIPS (band-limited).
    """

    horizon: int = 20
    bandwidth: float = 0.5
    name: ClassVar[str] = "delay"
    shortest_horizon: ClassVar[int] = 2
    loss: ClassVar[rnnbench.Loss] = "squared-error"
    readout: ClassVar[rnnbench.Readout] = "every-step"
    metrics: ClassVar[tuple[rnnbench.Metric, ...]] = (rnnbench.NRMSE, rnnbench.R2)
    target: ClassVar[float] = 0.1
    trivial_forecast: ClassVar[str] = "always 0, the mean"

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 < self.bandwidth <= 1:
            raise ValueError(f"bandwidth must be in (0, 1], got {self.bandwidth}")

    @property
    def output_size(self) -> int:
        """One number: the delayed signal."""
        return 1

    @property
    def lag(self) -> int:
        """The number of steps between a value and the question for it."""
        return self.horizon - 1

    def spectrum(self) -> NDArray[np.float64]:
        """Return the power at 4 horizon + 1 even frequencies from 0 to Nyquist, for variance 1.

        The noise has a period of four sequences.
        """
        bins = 4 * self.horizon + 1
        power = np.where(np.arange(bins) <= self.bandwidth * (bins - 1), 1.0, STOP_BAND)
        variance = float(np.fft.irfft(power)[0])
        return power / variance

    def generate(self, rng: np.random.Generator, count: int) -> rnnbench.Batch:
        """Return inputs and targets (B, 2 horizon, 1); the first `lag` steps are not asked."""
        spectrum = self.spectrum()
        steps = 2 * self.horizon
        white = rng.standard_normal((count, 2 * (len(spectrum) - 1)), dtype=np.float32)
        coloured = np.fft.irfft(np.fft.rfft(white) * np.sqrt(spectrum))
        signal = coloured[:, :steps, None].astype(np.float32)
        targets = np.zeros_like(signal)
        targets[:, self.lag :] = signal[:, : -self.lag]
        mask = np.broadcast_to(np.arange(steps) >= self.lag, (count, steps)).copy()
        return rnnbench.Batch(signal, targets, mask=mask)

    def trivial(self, train: rnnbench.Batch, test: rnnbench.Batch) -> Mapping[str, float]:  # noqa: ARG002
        """Return the scores of the constant 0, the mean, by formula."""
        return {"nrmse": 1.0, "r2": 0.0}

    def blind_score(self, steps: int) -> float:
        """Return the NRMSE of the best linear estimate from the last `steps` steps, by formula.

        For a Gaussian signal, no other estimate is better.
        """
        covariance: NDArray[Any] = np.fft.irfft(self.spectrum())
        places = np.arange(steps)
        known = covariance[np.abs(places[:, None] - places)]
        asked = covariance[self.lag - places]
        return float(np.sqrt(1 - asked @ np.linalg.solve(known, asked)))
