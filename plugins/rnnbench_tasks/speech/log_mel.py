"""Log-mel frames: a wave as the loudness of twenty bands of frequencies, fifty times a second.

Frames have 512 samples every 441 (23 and 20 ms at 22,050 Hz) under a Hann window. Bands are
triangles whose centres are equally spaced on the mel scale, 2595 log10(1 + f / 700 Hz). Loudness is
in decibels of the loudest tone that a wave can hold.

Levels from -90 to -10 dB are rounded to 256 values, since the last bit of a Fourier transform
depends on the machine.

source: Davis & Mermelstein 1980, doi:10.1109/TASSP.1980.1163420.
"""

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnbench_tasks.speech.spoken import RATE_HZ

BANDS = 20
WINDOW = 512
HOP = 441
LOWEST_HZ = 60.0
HIGHEST_HZ = 8000.0
QUIETEST_DB = -90.0
LOUDEST_DB = -10.0
LEVELS = 255
FULL_SCALE = 32768
Array = NDArray[Any]


def log_mel(wave: Array) -> Array:
    """Return the frames, (T, 20) uint8, of a wave (samples,) int16.

    A wave shorter than a frame is padded with silence.
    """
    from scipy.fft import rfft  # only where speech is synthesised
    from scipy.signal.windows import hann

    padded = np.pad(wave / FULL_SCALE, (0, max(0, WINDOW - len(wave))))
    windows = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[::HOP]
    power = np.square(np.abs(rfft(windows * hann(WINDOW, sym=False))) / (WINDOW / 4))
    decibels = 10 * np.log10(power @ bands().T + 10 ** (QUIETEST_DB / 10))
    shares = np.clip((decibels - QUIETEST_DB) / (LOUDEST_DB - QUIETEST_DB), 0, 1)
    levels: Array = np.rint(shares * LEVELS)
    return levels.astype(np.uint8)


@cache
def bands() -> Array:
    """Return the weights of frequencies in bands, (bands, frequencies).

    Each band is a triangle of sum 1 from the centre of the band below to that of the band above.
    """
    edges = _hertz(np.linspace(_mel(LOWEST_HZ), _mel(HIGHEST_HZ), BANDS + 2))
    frequencies = np.arange(WINDOW // 2 + 1) * RATE_HZ / WINDOW
    low = edges[:-2, None]
    middle = edges[1:-1, None]
    high = edges[2:, None]
    rising = (frequencies - low) / (middle - low)
    falling = (high - frequencies) / (high - middle)
    triangles = np.clip(np.minimum(rising, falling), 0, None)
    weights: Array = triangles / triangles.sum(axis=1, keepdims=True)
    return weights


def _mel(hertz: float) -> float:
    return float(2595 * np.log10(1 + hertz / 700))


def _hertz(mel: Array) -> Array:
    return 700 * (10 ** (mel / 2595) - 1)
