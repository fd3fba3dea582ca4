"""The task `caption`: a picture read row by row, and the words that describe it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal
from zipfile import Path as ZipPath

import numpy as np
from numpy.typing import NDArray

import rnnbench
from rnnbench_tasks.frames.scenes import (
    CHANNELS,
    COLOURS,
    RELATIONS,
    SHAPES,
    SIDE,
    THINGS,
    Scene,
    Thing,
    render,
    scenes,
)

SIGNS = ("(no word yet)", "(start)", "(end)")
NO_WORD, START, END = range(len(SIGNS))
VOCABULARY = (*SIGNS, *COLOURS, *SHAPES, *RELATIONS)
WORDS = 5
STEPS = SIDE + 1 + WORDS
FIFTHS = ("test", "validation", "train", "train", "train")
"""Splits with unseen = "scene", by the sum of the numbers of both things modulo 5."""
SIXTHS = ("test", "train", "train", "validation", "train", "train")
"""Splits with unseen = "thing", by shape number less colour number modulo 6."""
Array = NDArray[Any]


def _words_right(outputs: Array, targets: Array, extra: Mapping[str, Array]) -> float:  # noqa: ARG001
    width = max(0, targets.shape[1] - outputs.shape[1])
    written = np.pad(outputs, ((0, 0), (0, width)), constant_values=-1)[:, : targets.shape[1]]
    return float(np.mean((written == targets)[targets >= 0]))


WORD_ACCURACY = rnnbench.Metric(
    "word accuracy", "share of words right, place by place", "higher", _words_right
)


@dataclass(frozen=True)
class Caption(rnnbench.RecordedTask):
    """Describe a picture, read row by row, in five words; test scenes are not in training.

    rows 1-24:  a red ring in the upper half, a blue cross in the lower half, on black
    answer, from step 25 on:  red ring above blue cross (end)

    Two things, each of 6 colours and 6 shapes, are in one of 4 relations: 5,184 pictures of 24 x 24
    pixels, one for each caption. The upper thing is named first, or the left one where they are
    level, so that a picture has one caption. The model writes the caption by itself. The horizon
    reaches from the first row to the last word.

    With unseen = "scene", two things that are together in the test, in either order, are never
    together in training. There are 3,108 pictures for training, 1,036 for validation and 1,040 for
    the test. With unseen = "thing", six of the 36 things, the red circle among them, are kept for
    the test, and six for validation. Every colour and every shape is then seen in four things of
    training. The splits then have 2,304, 1,296 and 1,296 pictures. No caption of the test is in the
    training data, so that the trivial forecast is never an exact match.

    The target is the score of five tuned logistic regressions on the flattened picture, one for
    each word of the caption, rounded down. On the same splits, that score is 0.927 on validation
    and 0.927 on test data ("thing": 0.397 and 0.304), measured 2026-11-25 by
    benchmarks/targets_speech.py.

    source: Vinyals et al. 2015, arXiv:1411.4555; unseen combinations as in Johnson et al. 2017,
    arXiv:1612.06890, section 4.7.
    """

    horizon: int = field(default=STEPS, init=False)
    unseen: Literal["scene", "thing"] = "scene"
    name: ClassVar[str] = "caption"
    loss: ClassVar[rnnbench.Loss] = "cross-entropy"
    readout: ClassVar[rnnbench.Readout] = "every-step"
    mode: ClassVar[rnnbench.Mode] = "decode"
    metrics: ClassVar[tuple[rnnbench.Metric, ...]] = (rnnbench.EXACT_MATCH, WORD_ACCURACY)
    target: ClassVar[float] = 0.92
    trivial_forecast: ClassVar[str] = "the most frequent caption of the training data"
    end_token: ClassVar[int] = END
    longest_answer: ClassVar[int] = WORDS + 1

    @property
    def target_here(self) -> float:
        """The target for this dial: with unseen things, the score of the regressions is 0.397."""
        return 0.39 if self.unseen == "thing" else self.target

    @property
    def vocabulary(self) -> int:
        """The number of tokens: three signs and sixteen words."""
        return len(VOCABULARY)

    @property
    def output_size(self) -> int:
        """One class for each token."""
        return len(VOCABULARY)

    def load(self, archives: Mapping[str, ZipPath]) -> rnnbench.Splits:  # noqa: ARG002
        """Return inputs (B, 30, 72), the rows and then zeros; tokens and targets (B, 30).

        The words of the caption follow the rows.
        """
        everything = list(scenes())
        parts = np.array([self._part(scene) for scene in everything])
        batch = _read(render(), everything)
        names = ("train", "validation", "test")
        return rnnbench.Splits(*(batch.take(np.flatnonzero(parts == name)) for name in names))

    def _part(self, scene: Scene) -> str:
        """Return the split of a scene.

        It is none of the three for a scene with a thing of validation and one of the test.
        """
        if self.unseen == "scene":
            numbers = THINGS.index(scene.first) + THINGS.index(scene.second)
            return FIFTHS[numbers % len(FIFTHS)]
        shown = {part_of(scene.first), part_of(scene.second)}
        return "train" if shown == {"train"} else "/".join(sorted(shown - {"train"}))

    def trivial(self, train: rnnbench.Batch, test: rnnbench.Batch) -> Mapping[str, float]:
        """Return the measured scores of the most frequent caption of the training data.

        All captions are equally frequent there, so that the first in the order of tokens is taken.
        """
        found, counts = np.unique(captions(train).targets, axis=0, return_counts=True)
        outputs = np.broadcast_to(found[counts.argmax()], (len(test), WORDS))
        return rnnbench.score(self.metrics, outputs, captions(test))


def captions(batch: rnnbench.Batch) -> rnnbench.Batch:
    """Return a batch with the words of the captions, (B, 5), as metrics expect them."""
    return rnnbench.Batch(batch.inputs, batch.targets[:, SIDE:-1])


def part_of(thing: Thing) -> str:
    """Return the split in which a thing is first shown, where things are unseen."""
    colour, shape = thing
    difference = SHAPES.index(shape) - list(COLOURS).index(colour)
    return SIXTHS[difference % len(SIXTHS)]


def _read(pictures: Array, named: list[Scene]) -> rnnbench.Batch:
    count = len(pictures)
    inputs = np.zeros((count, STEPS, SIDE * CHANNELS), dtype=np.float32)
    inputs[:, :SIDE] = pictures.reshape(count, SIDE, -1) / 255
    words = np.array([_codes(scene) for scene in named])
    tokens, targets = np.full((2, count, STEPS), NO_WORD)
    tokens[:, SIDE] = START
    tokens[:, SIDE + 1 :] = words
    targets[:, SIDE:-1] = words
    targets[:, -1] = END
    mask = np.broadcast_to(np.arange(STEPS) >= SIDE, (count, STEPS)).copy()
    prompt = np.full(count, SIDE + 1)
    return rnnbench.Batch(inputs, targets, tokens=tokens, mask=mask, prompt=prompt)


def _codes(scene: Scene) -> list[int]:
    return [VOCABULARY.index(word) for word in scene.words]
