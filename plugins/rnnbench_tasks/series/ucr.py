"""Sets of the UCR and UEA archives of time series classification, one task for each set."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar
from zipfile import Path as ZipPath

import numpy as np

import rnnbench
from rnnbench_tasks.classification import Classification
from rnnbench_tasks.series.sequences import SETS, read_set, scaled_and_padded, set_aside

VALIDATION_SHARE = 0.25
SPLIT_SEED = 20261125


@dataclass(frozen=True)
class _Ucr(Classification):
    """A set with its given test data; a quarter of each training class is validation data.

    Each channel is scaled by mean and deviation of the remaining training sequences. In the
    archive, each univariate sequence already has mean 0 and deviation 1.
    """

    set_name: ClassVar[str]
    classes: ClassVar[int]
    archives: ClassVar[tuple[rnnbench.Archive, ...]] = (SETS,)

    @property
    def output_size(self) -> int:
        """The number of classes."""
        return self.classes

    def load(self, archives: Mapping[str, ZipPath]) -> rnnbench.Splits:
        """Return inputs (B, T, C) and targets (B,)."""
        given, test = read_set(archives[SETS.package], self.set_name)
        kept, aside = set_aside(given.labels, VALIDATION_SHARE, np.random.default_rng(SPLIT_SEED))
        return scaled_and_padded(given.take(kept), given.take(aside), test, self.horizon)

    def example(self, one: rnnbench.Batch, outputs: np.ndarray) -> rnnbench.Example:
        """Return the series, and the class as the archive counts it."""
        classes = [f"class {number} of {self.classes}" for number in range(1, self.classes + 1)]
        return rnnbench.example_of(one, outputs, classes=classes)


@dataclass(frozen=True)
class ItalyPowerDemand(_Ucr):
    """Is a day of hourly electricity demand in Italy from winter (October to March) or summer?

    demand:  -0.71  -1.18  -1.37  ...  0.58  0.17  -0.27
    answer at the last hour: class 1 of 2

    There are 51 training, 16 validation and 1,029 test days. The target is the accuracy of tuned
    logistic regression on the flattened sequence on the same splits, rounded down. That accuracy is
    1.000 on validation and 0.957 on test data, measured 2026-11-25 by benchmarks/targets_series.py.

    source: Keogh et al. 2006, Intelligent Icons; UCR archive, Dau et al. 2019, arXiv:1810.07758.
    """

    horizon: int = field(default=24, init=False)
    name: ClassVar[str] = "italy-power-demand"
    set_name: ClassVar[str] = "ItalyPowerDemand"
    classes: ClassVar[int] = 2
    target: ClassVar[float] = 0.95


@dataclass(frozen=True)
class BasicMotions(_Ucr):
    """Is the wearer of a watch standing, running, walking or playing badminton? 10 s at 10 Hz.

    acceleration x:  0.08  0.08  -0.90  ...  -0.21
    ...
    rotation z:      0.63  0.63   0.97  ...  -0.03
    answer at the last step: standing

    There are 32 training, 8 validation and 40 test recordings. So few validation data choose an
    epoch partly by chance. The target is the accuracy of tuned logistic regression on the flattened
    sequence on the same splits, rounded down. That accuracy is 0.750 on validation and 0.775 on
    test data, measured 2026-11-25 by benchmarks/targets_series.py.

    source: Bagnall et al. 2018, arXiv:1811.00075 (UEA archive).
    """

    horizon: int = field(default=100, init=False)
    name: ClassVar[str] = "basic-motions"
    set_name: ClassVar[str] = "BasicMotions"
    classes: ClassVar[int] = 4
    target: ClassVar[float] = 0.75


@dataclass(frozen=True)
class GunPoint(_Ucr):
    """Does a hand draw a gun or only point? Its position from left to right, in 150 frames.

    position:  -0.65  -0.64  -0.64  ...  1.85  ...  -0.64
    answer at the last frame: it points

    There are 38 training, 12 validation and 150 test motions. So few validation data choose an
    epoch partly by chance. The target is the accuracy of tuned logistic regression on the flattened
    sequence on the same splits, rounded down. That accuracy is 1.000 on validation and 0.867 on
    test data, measured 2026-11-25 by benchmarks/targets_series.py.

    source: Ratanamahatana & Keogh; UCR archive, Dau et al. 2019, arXiv:1810.07758.
    """

    horizon: int = field(default=150, init=False)
    name: ClassVar[str] = "gunpoint"
    set_name: ClassVar[str] = "GunPoint"
    classes: ClassVar[int] = 2
    target: ClassVar[float] = 0.86


@dataclass(frozen=True)
class ArrowHead(_Ucr):
    """Which of three types is a stone point? The distances around its outline, in 251 steps.

    distance:  -1.96  -1.96  -1.96  ...  1.54  ...  -1.91
    answer at the last step: Avonlea (of Avonlea, Clovis and mixed)

    There are 27 training, 9 validation and 175 test outlines. So few validation data choose an
    epoch partly by chance. The target is the accuracy of tuned logistic regression on the flattened
    sequence on the same splits, rounded down. That accuracy is 0.667 on validation and 0.714 on
    test data, measured 2026-11-25 by benchmarks/targets_series.py.

    source: Ye & Keogh 2009, doi:10.1145/1557019.1557122; UCR archive, Dau et al. 2019,
    arXiv:1810.07758.
    """

    horizon: int = field(default=251, init=False)
    name: ClassVar[str] = "arrowhead"
    set_name: ClassVar[str] = "ArrowHead"
    classes: ClassVar[int] = 3
    target: ClassVar[float] = 0.66


@dataclass(frozen=True)
class OsuLeaf(_Ucr):
    """Of which of six trees is a leaf? The distances around its outline, in 427 steps.

    distance:  0.55  0.46  0.38  ...  2.16  ...  0.51
    answer at the last step: class 6 of 6

    There are 151 training, 49 validation and 242 test leaves. The target is the accuracy of tuned
    logistic regression on the flattened sequence on the same splits, rounded down. That accuracy is
    0.490 on validation and 0.417 on test data, measured 2026-11-25 by benchmarks/targets_series.py.

    source: Grandhi 2002 (thesis, Oregon State University); UCR archive, Dau et al. 2019,
    arXiv:1810.07758.
    """

    horizon: int = field(default=427, init=False)
    name: ClassVar[str] = "osuleaf"
    set_name: ClassVar[str] = "OSULeaf"
    classes: ClassVar[int] = 6
    target: ClassVar[float] = 0.41


@dataclass(frozen=True)
class Acsf1(_Ucr):
    """Which of ten kinds of household appliance draws this power? 1,460 measurements.

    power:  -0.58  -0.58  1.73  ...  -0.58  1.73  -0.58
    answer at the last step: class 10 of 10

    There are 80 training recordings, 8 of each kind, 20 for validation and 100 for the test. The
    target is the accuracy of tuned logistic regression on the flattened sequence on the same
    splits, rounded down. That accuracy is 0.550 on validation and 0.410 on test data, measured
    2026-11-25 by benchmarks/targets_series.py.

    source: Gisler et al. 2013, ACS-F1; UCR archive, Dau et al. 2019, arXiv:1810.07758.
    """

    horizon: int = field(default=1460, init=False)
    name: ClassVar[str] = "acsf1"
    set_name: ClassVar[str] = "ACSF1"
    classes: ClassVar[int] = 10
    target: ClassVar[float] = 0.41


TASKS: tuple[type[rnnbench.Task], ...] = (
    ItalyPowerDemand,
    BasicMotions,
    GunPoint,
    ArrowHead,
    OsuLeaf,
    Acsf1,
)
