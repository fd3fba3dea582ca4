"""Handwritten digits as sequences: 1,797 images of 8x8 that ship with scikit-learn."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import distribution
from pathlib import Path
from typing import ClassVar
from zipfile import Path as ZipPath

import numpy as np

import rnnbench
from rnnbench_tasks.classification import Classification, dealt

MEMBER = "sklearn/datasets/data/digits.csv.gz"
PIXELS_MAX = 16.0
TRAIN, VALIDATION = 1100, 300
SPLIT_SEED = 20260101


@dataclass(frozen=True)
class _Digits(Classification):
    """What both readings share: data, and splits (1,100 / 300 / 397, drawn once for all)."""

    steps: ClassVar[int]

    @property
    def output_size(self) -> int:
        """Ten digits."""
        return 10

    @property
    def data_files(self) -> Mapping[str, Path]:
        """The file of scikit-learn."""
        return digits_file()

    def load(self, archives: Mapping[str, ZipPath]) -> rnnbench.Splits:  # noqa: ARG002
        """Inputs (B, T, 64 / T) in [0, 1]; targets (B,)."""
        images, labels = read_digits()
        sequences = (images / PIXELS_MAX).astype(np.float32).reshape(len(images), self.steps, -1)
        return dealt(rnnbench.Batch(sequences, labels), SPLIT_SEED, TRAIN, VALIDATION)


@dataclass(frozen=True)
class DigitsRows(_Digits):
    """Which digit is it? Read row by row: 8 steps of 8 pixels.

    row 1:  0  0  5 13  9  1  0  0
    ...
    row 8:  0  0  6 13 10  0  0  0
    answer at the last step: 0

    The target is what tuned logistic regression on the flattened image reaches on the same splits,
    rounded down: 0.973 on validation data, where it is watched (0.965 on test data); 2026-11-22,
    benchmarks/targets_series.py. source: Alpaydin & Kaynak 1998, doi:10.24432/C50P49; the part of
    it that ships with scikit-learn.
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

    The target is what tuned logistic regression on the flattened image reaches on the same splits,
    rounded down: 0.973 on validation data, where it is watched (0.965 on test data); 2026-11-22,
    benchmarks/targets_series.py. source: Alpaydin & Kaynak 1998, doi:10.24432/C50P49; the part of
    it that ships with scikit-learn.
    """

    horizon: int = field(default=64, init=False)
    name: ClassVar[str] = "digits-pixels"
    steps: ClassVar[int] = 64
    target: ClassVar[float] = 0.97


def read_digits() -> tuple[np.ndarray, np.ndarray]:
    """Images (1797, 64) and labels (1797,), equal to `load_digits()`, read without the second and a
    half of importing scikit-learn. Raises DataUnavailable where the file is not there."""
    try:
        table = np.loadtxt(digits_file()[MEMBER], delimiter=",")
    except OSError as error:
        raise rnnbench.DataUnavailable(f"scikit-learn's digits cannot be read: {error}") from error
    return table[:, :-1], table[:, -1].astype(np.int64)


def digits_file() -> dict[str, Path]:
    """Where scikit-learn keeps its digits, by the name of the file in its package."""
    return {MEMBER: Path(str(distribution("scikit-learn").locate_file(MEMBER)))}
