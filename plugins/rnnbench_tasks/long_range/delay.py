"""The delay task: what was the signal, so many steps ago?"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

import rnnbench

STOP_BAND = 1e-3
"""Power beyond the band over power in it (-30 dB): see the docstring for why it is not zero."""


@dataclass(frozen=True)
class Delay(rnnbench.GeneratedTask):
    """What was the signal `horizon - 1` steps ago? Asked at every step.

    signal:  .7  .9  .2 -.4 -.8 -.1 ...
    answers: -   -   -  .7  .9  .2 ...   (horizon 4: a lag of 3 steps; the first three steps are not
             asked)

    Gaussian noise of variance 1, band-limited to `bandwidth` of the frequencies that steps can
    carry (1: white). The lag is horizon - 1, and a sequence is two horizons long. What the mean
    answers, 0, has error variance 1, so NRMSE 1 and R2 0. R2 at a lag is the memory capacity at
    that lag; for white noise it sums to at most the number of state floats over all lags. A signal
    without any power beyond its band could be extrapolated, and fewer steps than the horizon would
    do. With the -30 dB left there they do not: without that step and all before it, the best reader
    has NRMSE 0.27 at the default, and more than 0.13 at any horizon and bandwidth (`blind_score`).
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
        """The signal."""
        return 1

    @property
    def lag(self) -> int:
        """Steps between a value and the question for it."""
        return self.horizon - 1

    def spectrum(self) -> NDArray[np.float64]:
        """Power at the frequencies 0 to 1 (Nyquist) of noise whose period is four times a sequence;
        variance 1."""
        bins = 4 * self.horizon + 1
        power = np.where(np.arange(bins) <= self.bandwidth * (bins - 1), 1.0, STOP_BAND)
        variance = float(np.fft.irfft(power)[0])
        return power / variance

    def generate(self, rng: np.random.Generator, count: int) -> rnnbench.Batch:
        """Inputs and targets (B, T, 1)."""
        spectrum, steps = self.spectrum(), 2 * self.horizon
        white = rng.standard_normal((count, 2 * (len(spectrum) - 1)), dtype=np.float32)
        signal = np.fft.irfft(np.fft.rfft(white) * np.sqrt(spectrum))[:, :steps, None].astype(
            np.float32
        )
        targets = np.zeros_like(signal)
        targets[:, self.lag :] = signal[:, : -self.lag]
        mask = np.broadcast_to(np.arange(steps) >= self.lag, (count, steps)).copy()
        return rnnbench.Batch(signal, targets, mask=mask)

    def trivial(self, train: rnnbench.Batch, test: rnnbench.Batch) -> Mapping[str, float]:  # noqa: ARG002
        """By formula: the variance of the signal."""
        return {"nrmse": 1.0, "r2": 0.0}

    def blind_score(self, steps: int) -> float:
        """The error of the best linear estimate from the last steps, which for a Gaussian signal is
        the best of all."""
        covariance: NDArray[Any] = np.fft.irfft(self.spectrum())
        places = np.arange(steps)
        known = covariance[np.abs(places[:, None] - places)]
        asked = covariance[self.lag - places]
        return float(np.sqrt(1 - asked @ np.linalg.solve(known, asked)))
