"""Who is speaking? Nine men who say one Japanese vowel after another."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar
from zipfile import Path as ZipPath

import numpy as np

import rnnbench
from rnnbench_tasks.classification import Classification
from rnnbench_tasks.series.sequences import SETS, read_set, scaled_and_padded

VALIDATION_EACH = 6


@dataclass(frozen=True)
class Speakers(Classification):
    """Which of nine men says /ae/? Twelve cepstral coefficients a frame, 7 to 29 frames.

    coefficient 1:   1.86  1.89  1.94  ...   1.26
    ...
    coefficient 12:  0.09  0.09  0.07  ...  -0.18
    answer at the last frame: speaker 1

    The given test data are kept: 370 utterances. The last 6 of each speaker's 30 training
    utterances validate: takes that follow on each other are alike, and a draw would put them on
    both sides. Scaling is fitted on the other 216. The target is what tuned logistic regression on
    the flattened and padded utterance reaches on the same splits, rounded down: 0.944 on validation
    and 0.968 on test data, measured 2026-11-25 by benchmarks/targets_series.py. source: Kudo,
    Toyama & Shimbo 1999, doi:10.1016/S0167-8655(99)00077-X.
    """

    horizon: int = field(default=29, init=False)
    name: ClassVar[str] = "speakers"
    target: ClassVar[float] = 0.94
    archives: ClassVar[tuple[rnnbench.Archive, ...]] = (SETS,)

    @property
    def output_size(self) -> int:
        """Nine speakers."""
        return 9

    def load(self, archives: Mapping[str, ZipPath]) -> rnnbench.Splits:
        """Inputs (B, 29, 12), padded on the right; targets (B,)."""
        given, test = read_set(archives[SETS.package], "JapaneseVowels")
        each = [np.flatnonzero(given.labels == speaker) for speaker in np.unique(given.labels)]
        kept, last = (
            np.concatenate(cut) for cut in zip(*map(_without_the_last, each), strict=True)
        )
        return scaled_and_padded(given.take(kept), given.take(last), test, self.horizon)


def _without_the_last(utterances: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return utterances[:-VALIDATION_EACH], utterances[-VALIDATION_EACH:]
