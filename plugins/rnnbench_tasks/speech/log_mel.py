"""Log-mel frames: a wave as the loudness of twenty bands of hearing, fifty times a second.

Frames of 512 samples every 441 (23 and 20 ms at 22,050 Hz), Hann window, triangular bands whose
middles stand at equal distances on the mel scale, 2595 log10(1 + f / 700 Hz), in decibels of the
loudest tone that a wave can hold. Those from -90 to -10 are rounded to 256 levels, so that the last
bit of a Fourier transform, which depends on the machine, is not in the data. source: Davis &
Mermelstein 1980, doi:10.1109/TASSP.1980.1163420.
"""

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnbench_tasks.speech.spoken import RATE_HZ

BANDS = 20
WINDOW, HOP = 512, 441
LOWEST_HZ, HIGHEST_HZ = 60.0, 8000.0
QUIETEST_DB, LOUDEST_DB = -90.0, -10.0
LEVELS = 255
FULL_SCALE = 32768
Array = NDArray[Any]


def log_mel(wave: Array) -> Array:
    """A wave (samples,) int16 to frames (T, 20) uint8; one that is shorter than a frame is filled
    up with silence."""
    from scipy.fft import rfft  # when speech is made, and not when tasks are listed
    from scipy.signal.windows import hann

    padded = np.pad(wave / FULL_SCALE, (0, max(0, WINDOW - len(wave))))
    windows = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[::HOP]
    power = np.square(np.abs(rfft(windows * hann(WINDOW, sym=False))) / (WINDOW / 4))
    decibels = 10 * np.log10(power @ bands().T + 10 ** (QUIETEST_DB / 10))
    levels: Array = np.rint(
        np.clip((decibels - QUIETEST_DB) / (LOUDEST_DB - QUIETEST_DB), 0, 1) * LEVELS
    )
    return levels.astype(np.uint8)


@cache
def bands() -> Array:
    """(bands, frequencies): triangles from the middle of the band below to the middle of the band
    above, area 1."""
    edges = _hertz(np.linspace(_mel(LOWEST_HZ), _mel(HIGHEST_HZ), BANDS + 2))
    frequencies = np.arange(WINDOW // 2 + 1) * RATE_HZ / WINDOW
    low, middle, high = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    rising, falling = (frequencies - low) / (middle - low), (high - frequencies) / (high - middle)
    triangles = np.clip(np.minimum(rising, falling), 0, None)
    weights: Array = triangles / triangles.sum(axis=1, keepdims=True)
    return weights


def _mel(hertz: float) -> float:
    return float(2595 * np.log10(1 + hertz / 700))


def _hertz(mel: Array) -> Array:
    return 700 * (10 ** (mel / 2595) - 1)
