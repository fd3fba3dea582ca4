"""Synthetic speech: single digits and strings of them, by voices that training never has."""

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
"""Features are in [-SPREAD, SPREAD]; a difference of 1 is 20 dB."""
Array = NDArray[Any]


def _error_rate(outputs: Array, targets: Array, extra: Mapping[str, Array]) -> float:  # noqa: ARG001
    from rapidfuzz.distance import Levenshtein  # a compiled module that listing tasks does not need

    edits = 0
    spoken_digits = 0
    for output, target in zip(outputs, targets, strict=True):
        right = written(target)
        edits += Levenshtein.distance(written(output), right)
        spoken_digits += len(right)
    return edits / spoken_digits


DIGIT_ERRORS = rnnbench.Metric(
    "digit error rate",
    "digits put in, left out or taken for another / digits said",
    "lower",
    _error_rate,
)


@dataclass(frozen=True)
class Keywords(Classification):
    """Which digit is spoken? Synthetic speech as loudness in twenty bands, fifty frames a second.

    frame:  1    2    3    ...  22
    band 1: -0.1  0.9  1.2 ... -1.9
    answer at the last real step: 7

    Twenty voices speak each digit once, in 8 accents of English at 3 speeds: 4,800 clips of 9 to 41
    frames. The features are log-mel frames in units of 20 dB, from -2 to 2. The speech is
    synthesised by eSpeak NG 1.52 (formant synthesis), without noise: it is cleaner and more uniform
    than that of people. The split is by voice: 12 for training (2,880 clips), 4 for validation and
    4 for the test (960 each). Chance is 1/10. The horizon is the longest clip. The task needs the
    extra rnnbench[speech].

    The target is the accuracy of tuned logistic regression on the flattened and padded clip on the
    same splits, rounded down. That accuracy is 0.980 on validation and 0.999 on test data, measured
    2026-11-25 by benchmarks/targets_speech.py.
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
        """One class for each of the ten digits."""
        return 10

    def load(self, archives: Mapping[str, ZipPath]) -> rnnbench.Splits:  # noqa: ARG002
        """Return inputs (B, T, 20), lengths (B,) and targets (B,).

        Raises DataUnavailable without the extra `speech`.
        """
        said = spoken.single_digits()
        frames, lengths = _padded(read_recordings()[: len(said)])
        labels = np.array([clip.digits[0] for clip in said])
        return by_voice(rnnbench.Batch(frames, labels, lengths=lengths), said)

    def example(self, one: rnnbench.Batch, outputs: Array) -> rnnbench.Example:
        """Return the frames, and the digit as a word."""
        return rnnbench.example_of(one, outputs, classes=spoken.WORDS)


@dataclass(frozen=True)
class DigitStrings(rnnbench.RecordedTask):
    """Which digits are spoken? Synthetic speech of 3 to 7 digits, without marks between them.

    frames: 1 2 3 4 ... 74 ("six seven six", loudness in twenty bands fifty times a second)
    answer: 6 7 6 (labels 7 8 7: label 0 is the blank)

    Training uses connectionist temporal classification. The answer is the likeliest label at each
    step, with repeats merged and blanks removed. Voices, accents, speeds and frames are those of
    `keywords`. Each voice speaks five strings, one of each length, in each accent at each speed,
    and no string comes twice. There are 1,440 strings for training, 480 by four other voices for
    validation and 480 by four more for the test. The horizon is the longest clip. The task needs
    the extra rnnbench[speech].

    The target is the digit error rate of a simple recogniser, rounded up: 0.437 on validation and
    0.449 on test data, measured 2026-11-25 by benchmarks/targets_speech.py. It estimates the number
    of digits by ridge regression, cuts the clip into that many equal parts, and names each part by
    logistic regression.

    source: Graves et al. 2006, doi:10.1145/1143844.1143891.
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
        """One class for the blank, and one for each of the ten digits."""
        return 11

    def load(self, archives: Mapping[str, ZipPath]) -> rnnbench.Splits:  # noqa: ARG002
        """Return inputs (B, T, 20), lengths (B,) and targets (B, 7): digit + 1, then 0 as padding.

        Raises DataUnavailable without the extra `speech`.
        """
        said = spoken.strings()
        frames, lengths = _padded(read_recordings()[-len(said) :])
        labels = np.zeros((len(said), spoken.MOST_DIGITS), dtype=np.int64)
        for row, clip in enumerate(said):
            labels[row, : len(clip.digits)] = np.array(clip.digits) + 1
        return by_voice(rnnbench.Batch(frames, labels, lengths=lengths), said)

    def trivial(self, train: rnnbench.Batch, test: rnnbench.Batch) -> Mapping[str, float]:
        """Return the measured scores of the most frequent digit, repeated.

        It is repeated to the most frequent length of training strings, the shortest of equally
        frequent ones, which has the fewest errors.
        """
        length = np.bincount((train.targets > 0).sum(axis=1)).argmax()
        digit = np.bincount(train.targets[train.targets > 0]).argmax()
        outputs = np.full((len(test), length), digit)
        return rnnbench.score(self.metrics, outputs, said_in(test))


def said_in(batch: rnnbench.Batch) -> rnnbench.Batch:
    """Return a batch with the labels, (B, 7), padded with -1 as metrics expect."""
    return rnnbench.Batch(batch.inputs, np.where(batch.targets > 0, batch.targets, ABSENT))


def by_voice(everything: rnnbench.Batch, said: Sequence[spoken.Clip]) -> rnnbench.Splits:
    """Return the examples of each split, by the voice of the clip of each example."""
    voices = np.array([clip.voice for clip in said])
    parts = (spoken.TRAIN, spoken.VALIDATION, spoken.TEST)
    positions = [np.flatnonzero(np.isin(voices, part)) for part in parts]
    return rnnbench.Splits(*map(everything.take, positions))


def _padded(recordings: Sequence[Array]) -> tuple[Array, Array]:
    """Return features (N, T, bands), padded with zeros, and their lengths (N,).

    recordings: levels of each clip, (T_i, bands) uint8.
    """
    lengths = np.array([len(frames) for frames in recordings])
    features = np.zeros((len(recordings), lengths.max(), log_mel.BANDS), dtype=np.float32)
    for row, frames in enumerate(recordings):
        features[row, : len(frames)] = SPREAD * (frames / (log_mel.LEVELS / 2) - 1)
    return features, lengths
