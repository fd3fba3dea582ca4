"""Moving digits: handwritten digits that bounce about, to be seen ahead."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar
from zipfile import Path as ZipPath

import numpy as np
from numpy.typing import NDArray

import rnnbench
from rnnbench_tasks.images.digits import DigitsRows, digits_file

IMAGE_SIDE = 8
SMALLEST = 2 * IMAGE_SIDE
SEQUENCES = {"train": 1600, "validation": 400, "test": 400}
MOTION_SEEDS = {"train": 1, "validation": 2, "test": 3}
FIRST_ASKED = 1
MARGINS = 0.5 ** np.arange(2, 12)
Array = NDArray[Any]


@dataclass(frozen=True)
class MovingDigits(rnnbench.RecordedTask):
    """What does the next frame show? Handwritten digits bounce in a box; after some frames the
    lights go out.

    frame:  1   2   3   4   5   6    7    8
    input:  f1  f2  f3  f4  f5  0    0    0     (shown = 5, horizon = 5)
    answer: -   f3  f4  f5  f6  f7   f8   f9

    Each of `digits` images moves by a fixed whole number of pixels a frame, up or down and to
    either side, and turns back where its ink touches the border; the brighter one is seen where two
    overlap. The question is put from the second frame on, the first at which a direction can be
    known. The last `horizon` - 2 inputs are black, so that two of the last `horizon` steps show
    something: enough to know all that follows, but for digits that hide each other. Horizon 2 asks
    for one frame ahead alone; 11 with 10 frames shown is the ten to ten of the source.

    A recorded task, for all that it is drawn: the images of the test (397) and of validation (300)
    are none of the 1,100 of training, as on `digits-rows`, which one `generate` for all three could
    not say. 1,600, 400 and 400 sequences, the same for every seed. Brightness lies in [0, 1], so
    that even the true frames have a cross-entropy: the mean entropy of their half-tones. The mean
    frame of training beats the trivial forecast, which pays for being sure. The target is what
    tuned ridge regression on the last two frames shown reaches, one for each number of frames
    ahead, rounded up: 0.257 on validation and 0.257 on test data (size = 16, where digits move
    faster for their size: 0.279 and 0.277), measured 2026-11-25 by benchmarks/targets_speech.py.
    source: Srivastava et al. 2015, arXiv:1502.04681 (MNIST digits, real-valued directions); black
    inputs while forecasting as in the unconditional decoder there.
    """

    horizon: int = 5
    shown: int = 5
    digits: int = 2
    size: int = 32
    name: ClassVar[str] = "moving-digits"
    shortest_horizon: ClassVar[int] = 2
    loss: ClassVar[rnnbench.Loss] = "binary-cross-entropy"
    readout: ClassVar[rnnbench.Readout] = "every-step"
    metrics: ClassVar[tuple[rnnbench.Metric, ...]] = (rnnbench.FRAME_BCE, rnnbench.FRAME_MSE)
    target: ClassVar[float] = 0.26
    trivial_forecast: ClassVar[str] = "the last frame that was shown"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.shown < 2:
            raise ValueError(f"shown must be at least 2, got {self.shown}")
        if self.digits < 1:
            raise ValueError(f"digits must be at least 1, got {self.digits}")
        if self.size < SMALLEST or self.size % SMALLEST:
            raise ValueError(f"size must be a multiple of {SMALLEST}, got {self.size}")

    @property
    def target_here(self) -> float:
        """What the same regression reaches on validation data: 0.253 and 0.229 where one frame
        ahead is asked alone."""
        if self.horizon == FIRST_ASKED + 1:
            return 0.23 if self.size == 2 * SMALLEST else self.target
        return 0.28 if self.size == SMALLEST else self.target

    @property
    def steps(self) -> int:
        """T: the frames shown and the black ones."""
        return self.shown + self.horizon - 2

    @property
    def frame_shape(self) -> tuple[int, int, int]:
        """One channel."""
        return (1, self.size, self.size)

    @property
    def output_size(self) -> int:
        """One number a pixel."""
        return self.size**2

    @property
    def data_files(self) -> Mapping[str, Path]:
        """The file of scikit-learn."""
        return digits_file()

    def load(self, archives: Mapping[str, ZipPath]) -> rnnbench.Splits:
        """Inputs (B, T, 1, size, size) and targets (B, T, size * size): the frame after each."""
        images = DigitsRows().load(archives)
        return rnnbench.Splits(
            **{part: self._sequences(getattr(images, part).inputs, part) for part in SEQUENCES}
        )

    def _sequences(self, images: Array, part: str) -> rnnbench.Batch:
        rng, count = np.random.default_rng(MOTION_SEEDS[part]), SEQUENCES[part]
        frames = np.zeros((count, self.steps + 1, self.size, self.size), dtype=np.float32)
        for sequence in frames:
            for image in images[rng.integers(0, len(images), self.digits)]:
                _draw(sequence, scaled(image, self.size), rng)
        inputs = frames[:, :-1, None].copy()
        inputs[:, self.shown :] = 0
        mask = np.broadcast_to(np.arange(self.steps) >= FIRST_ASKED, (count, self.steps)).copy()
        return rnnbench.Batch(inputs, frames[:, 1:].reshape(count, self.steps, -1), mask=mask)

    def trivial(self, train: rnnbench.Batch, test: rnnbench.Batch) -> Mapping[str, float]:
        """Measured: the present frame, or the last one shown; kept away from black and white by the
        margin that costs the least cross-entropy in training, since no certain forecast survives a
        mistake."""

        def kept_away(batch: rnnbench.Batch, margin: float) -> Array:
            last = np.minimum(np.arange(self.steps), self.shown - 1)
            frames = np.clip(batch.inputs[:, last].reshape(batch.targets.shape), margin, 1 - margin)
            logits: Array = np.log(frames / (1 - frames))
            return logits

        def scores(batch: rnnbench.Batch, margin: float) -> dict[str, float]:
            return rnnbench.score(self.metrics, kept_away(batch, margin), batch)

        sample = train.take(np.arange(min(len(train), SEQUENCES["test"])))
        return scores(
            test, min(MARGINS, key=lambda margin: scores(sample, margin)[self.metric.name])
        )


def scaled(image: Array, size: int) -> Array:
    """The ink of an image (64,) in a frame of this size: without empty rows and columns, (height,
    width)."""
    picture = image.reshape(IMAGE_SIDE, IMAGE_SIDE)
    rows, columns = (np.flatnonzero(picture.any(axis=axis)) for axis in (1, 0))
    ink = picture[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    times = size // SMALLEST
    return np.kron(ink, np.ones((times, times), dtype=ink.dtype))


def _draw(frames: Array, ink: Array, rng: np.random.Generator) -> None:
    """Let the ink move through the frames (T, size, size), from a random place at a random speed on
    each axis.

    The two speeds differ by one pixel, so that two places one after the other tell the direction
    even at a border.
    """
    slow = frames.shape[-1] // SMALLEST
    room = np.array(frames.shape[1:]) - ink.shape
    start = rng.integers(0, room + 1)
    speed = rng.choice([-slow - 1, -slow, slow, slow + 1], 2)
    for step, frame in enumerate(frames):
        top, left = bounced(start + step * speed, room)
        place = frame[top : top + ink.shape[0], left : left + ink.shape[1]]
        np.maximum(place, ink, out=place)


def bounced(way: Array, room: Array) -> Array:
    """Where one is who has gone this way between 0 and `room`, turning back at both ends."""
    place: Array = room - np.abs(way % (2 * room) - room)
    return place
