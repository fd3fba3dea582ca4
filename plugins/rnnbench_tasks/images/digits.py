"""Handwritten digits as sequences: 1,797 images of 8x8 pixels that scikit-learn ships."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import distribution
from pathlib import Path
from typing import ClassVar
from zipfile import Path as ZipPath

import numpy as np

import rnnbench
from rnnbench_tasks.classification import Classification, split_by_counts

MEMBER = "sklearn/datasets/data/digits.csv.gz"
PIXELS_MAX = 16.0
TRAIN = 1100
VALIDATION = 300
SPLIT_SEED = 20260101


@dataclass(frozen=True)
class _Digits(Classification):
    """Data and splits of both tasks: 1,100, 300 and 397 images, drawn once for all seeds."""

    steps: ClassVar[int]
    """T, the number of steps into which an image is cut."""

    @property
    def output_size(self) -> int:
        """One class for each of the ten digits."""
        return 10

    @property
    def data_files(self) -> Mapping[str, Path]:
        """The file of images in the installed scikit-learn."""
        return digits_file()

    def load(self, archives: Mapping[str, ZipPath]) -> rnnbench.Splits:  # noqa: ARG002
        """Return inputs (B, T, 64 / T) in [0, 1] and targets (B,)."""
        images, labels = read_digits()
        sequences = (images / PIXELS_MAX).astype(np.float32).reshape(len(images), self.steps, -1)
        return split_by_counts(rnnbench.Batch(sequences, labels), SPLIT_SEED, TRAIN, VALIDATION)


@dataclass(frozen=True)
class DigitsRows(_Digits):
    """Which digit is it? Read row by row: 8 steps of 8 pixels.

    row 1:  0  0  5 13  9  1  0  0
    ...
    row 8:  0  0  6 13 10  0  0  0
    answer at the last step: 0

    The target is the accuracy of tuned logistic regression on the flattened image on the same
    splits, rounded down. That accuracy is 0.973 on validation and 0.965 on test data, measured
    2026-11-22 by benchmarks/targets_series.py.

    source: Alpaydin & Kaynak 1998, doi:10.24432/C50P49; the part that ships with scikit-learn.
    """

    horizon: int = field(default=8, init=False)
    name: ClassVar[str] = "digits-rows"
    steps: ClassVar[int] = 8
    target: ClassVar[float] = 0.97


@dataclass(frozen=True)
class DigitsPixels(_Digits):
    """Which digit is it? Read pixel by pixel: 64 steps of one pixel.

    pixels:  0 0 5 13 9 1 0 0 0 0 13 15 10 15 5 0 ... 6 13 10 0 0 0
    answer at the last step: 0

    The target is the accuracy of tuned logistic regression on the flattened image on the same
    splits, rounded down. That accuracy is 0.973 on validation and 0.965 on test data, measured
    2026-11-22 by benchmarks/targets_series.py.

    source: Alpaydin & Kaynak 1998, doi:10.24432/C50P49; the part that ships with scikit-learn.
    """

    horizon: int = field(default=64, init=False)
    name: ClassVar[str] = "digits-pixels"
    steps: ClassVar[int] = 64
    target: ClassVar[float] = 0.97


def read_digits() -> tuple[np.ndarray, np.ndarray]:
    """Return images (1797, 64) from 0 to 16 and labels (1797,), equal to `load_digits()`.

    Reading the file saves the 1.5 seconds of importing scikit-learn. Raises DataUnavailable where
    it cannot be read.
    """
    try:
        table = np.loadtxt(digits_file()[MEMBER], delimiter=",")
    except OSError as error:
        raise rnnbench.DataUnavailable(f"scikit-learn's digits cannot be read: {error}") from error
    return table[:, :-1], table[:, -1].astype(np.int64)


def digits_file() -> dict[str, Path]:
    """Return the path of scikit-learn's digits, by the name of the file in its package."""
    return {MEMBER: Path(str(distribution("scikit-learn").locate_file(MEMBER)))}
