"""Synthetic speech: single digits and strings of them, by voices that training never hears."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar
from zipfile import Path as ZipPath

import numpy as np
from numpy.typing import NDArray

import rnnbench
from rnnbench_tasks.classification import Classification
from rnnbench_tasks.sequence_metrics import ABSENT, written
from rnnbench_tasks.speech import log_mel, spoken
from rnnbench_tasks.speech.recordings import place, read_recordings

SPREAD = 2.0
"""Features lie between plus and minus this: 20 dB are one."""
Array = NDArray[Any]


def _error_rate(outputs: Array, targets: Array, extra: Mapping[str, Array]) -> float:  # noqa: ARG001
    from rapidfuzz.distance import Levenshtein  # a compiled library, for when something is scored

    pairs = [(written(heard), written(said)) for heard, said in zip(outputs, targets, strict=True)]
    return sum(Levenshtein.distance(*pair) for pair in pairs) / sum(len(said) for _, said in pairs)


DIGIT_ERRORS = rnnbench.Metric(
    "digit error rate",
    "digits put in, left out or taken for another / digits said",
    "lower",
    _error_rate,
)


@dataclass(frozen=True)
class Keywords(Classification):
    """Which digit is said? Synthetic speech, read frame by frame: loudness in twenty bands, fifty
    times a second.

    frame:  1    2    3    ...  22
    band 1: -0.1  0.9  1.2 ... -1.9
    answer at the last real step: 7

    Each digit is said once by 20 voices in 8 accents of English at 3 speeds: 4,800 clips of 9 to 41
    frames, the log-mel frames in units of 20 dB from -2 to 2. It is synthetic speech, by eSpeak NG
    1.52 (formant synthesis), without noise: cleaner and more alike than people are. Split by voice:
    12 are heard in training (2,880 clips), 4 in validation, 4 in the test (960 each). Chance is
    1/10. The horizon is the longest clip. Needs the extra rnnbench[speech]. The target is what
    tuned logistic regression on the flattened and padded clip reaches on the same splits, rounded
    down: 0.980 on validation and 0.999 on test data, measured 2026-11-25 by
    benchmarks/targets_speech.py.
    """

    horizon: int = field(default=41, init=False)
    name: ClassVar[str] = "keywords"
    target: ClassVar[float] = 0.98

    @property
    def data_files(self) -> Mapping[str, Path]:
        """The file in which this machine keeps its recordings."""
        return {f"speech/{place().name}": place()}

    @property
    def output_size(self) -> int:
        """Ten digits."""
        return 10

    def load(self, archives: Mapping[str, ZipPath]) -> rnnbench.Splits:  # noqa: ARG002
        """Inputs (B, T, 20) and lengths (B,); targets (B,). Raises DataUnavailable without the
        extra `speech`."""
        said = spoken.single_digits()
        frames, lengths = _padded(read_recordings()[: len(said)])
        return by_voice(
            rnnbench.Batch(frames, np.array([clip.digits[0] for clip in said]), lengths=lengths),
            said,
        )


@dataclass(frozen=True)
class DigitStrings(rnnbench.RecordedTask):
    """Which digits are said? Synthetic speech of 3 to 7 digits, with nothing to tell where one
    ends.

    frames: 1 2 3 4 ... 74 ("six seven six", loudness in twenty bands fifty times a second)
    answer: 6 7 6 (labels 7 8 7: label 0 is the blank)

    Trained by connectionist temporal classification; the likeliest label at each step, repeats
    merged and blanks removed, is the answer. The voices, accents, speeds and frames of `keywords`,
    five strings each, one of each length, no string twice: 1,440 for training, 480 by four other
    voices for validation and 480 by four more for the test. The horizon is the longest clip. Needs
    the extra rnnbench[speech]. The target is the digit error rate of a simple recogniser, rounded
    up: ridge regression says how many digits there are, the clip is cut into so many equal parts,
    and logistic regression names each: 0.437 on validation and 0.449 on test data, measured
    2026-11-25 by benchmarks/targets_speech.py. source: Graves et al. 2006,
    doi:10.1145/1143844.1143891.
    """

    horizon: int = field(default=171, init=False)
    name: ClassVar[str] = "digit-strings"
    loss: ClassVar[rnnbench.Loss] = "ctc"
    readout: ClassVar[rnnbench.Readout] = "every-step"
    metrics: ClassVar[tuple[rnnbench.Metric, ...]] = (DIGIT_ERRORS, rnnbench.EXACT_MATCH)
    target: ClassVar[float] = 0.45
    trivial_forecast: ClassVar[str] = "the most frequent digit, as often as strings are long"

    @property
    def data_files(self) -> Mapping[str, Path]:
        """The file in which this machine keeps its recordings."""
        return {f"speech/{place().name}": place()}

    @property
    def output_size(self) -> int:
        """The blank and ten digits."""
        return 11

    def load(self, archives: Mapping[str, ZipPath]) -> rnnbench.Splits:  # noqa: ARG002
        """Inputs (B, T, 20) and lengths (B,); targets (B, 7): digit + 1, and 0 behind the last.

        Raises DataUnavailable without the extra `speech`.
        """
        said = spoken.strings()
        frames, lengths = _padded(read_recordings()[-len(said) :])
        labels = np.zeros((len(said), spoken.MOST_DIGITS), dtype=np.int64)
        for row, clip in enumerate(said):
            labels[row, : len(clip.digits)] = np.array(clip.digits) + 1
        return by_voice(rnnbench.Batch(frames, labels, lengths=lengths), said)

    def trivial(self, train: rnnbench.Batch, test: rnnbench.Batch) -> Mapping[str, float]:
        """Measured: one digit, repeated; the shortest of equally frequent lengths, which errs
        least."""
        length = np.bincount((train.targets > 0).sum(axis=1)).argmax()
        digit = np.bincount(train.targets[train.targets > 0]).argmax()
        return rnnbench.score(self.metrics, np.full((len(test), length), digit), said_in(test))


def said_in(batch: rnnbench.Batch) -> rnnbench.Batch:
    """The labels alone, (B, 7), as metrics see them."""
    return rnnbench.Batch(batch.inputs, np.where(batch.targets > 0, batch.targets, ABSENT))


def by_voice(everything: rnnbench.Batch, said: Sequence[spoken.Clip]) -> rnnbench.Splits:
    """The clips of the voices of each split, in the order in which they were said."""
    voices = np.array([clip.voice for clip in said])
    parts = (spoken.TRAIN, spoken.VALIDATION, spoken.TEST)
    return rnnbench.Splits(
        *(everything.take(np.flatnonzero(np.isin(voices, part))) for part in parts)
    )


def _padded(recordings: Sequence[Array]) -> tuple[Array, Array]:
    """Recordings (T_i, bands) uint8 as features (N, T, bands), zeros behind the last frame; and
    their lengths (N,)."""
    lengths = np.array([len(frames) for frames in recordings])
    features = np.zeros((len(recordings), lengths.max(), log_mel.BANDS), dtype=np.float32)
    for row, frames in enumerate(recordings):
        features[row, : len(frames)] = SPREAD * (frames / (log_mel.LEVELS / 2) - 1)
    return features, lengths
