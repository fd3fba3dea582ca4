"""The task `speakers`: which of nine men says two Japanese vowels?"""

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

    The given test data are kept: 370 utterances. The last 6 of the 30 training utterances of each
    speaker are validation data. Successive takes are alike, and a random split would put them on
    both sides. Scaling is fitted on the other 216. The target is the accuracy of tuned logistic
    regression on the flattened and padded utterance on the same splits, rounded down. That accuracy
    is 0.944 on validation and 0.968 on test data, measured 2026-11-25 by
    benchmarks/targets_series.py.

    source: Kudo, Toyama & Shimbo 1999, doi:10.1016/S0167-8655(99)00077-X.
    """

    horizon: int = field(default=29, init=False)
    name: ClassVar[str] = "speakers"
    target: ClassVar[float] = 0.94
    archives: ClassVar[tuple[rnnbench.Archive, ...]] = (SETS,)

    @property
    def output_size(self) -> int:
        """One class for each speaker."""
        return 9

    def load(self, archives: Mapping[str, ZipPath]) -> rnnbench.Splits:
        """Return inputs (B, 29, 12), padded on the right, and targets (B,)."""
        given, test = read_set(archives[SETS.package], "JapaneseVowels")
        kept = []
        last = []
        for speaker in np.unique(given.labels):
            utterances = np.flatnonzero(given.labels == speaker)
            kept.append(utterances[:-VALIDATION_EACH])
            last.append(utterances[-VALIDATION_EACH:])
        train = given.take(np.concatenate(kept))
        validation = given.take(np.concatenate(last))
        return scaled_and_padded(train, validation, test, self.horizon)

    def example(self, one: rnnbench.Batch, outputs: np.ndarray) -> rnnbench.Example:
        """Return the utterance, and the speaker as the paper counts them."""
        speakers = [f"speaker {number}" for number in range(1, self.output_size + 1)]
        return rnnbench.example_of(one, outputs, classes=speakers)
