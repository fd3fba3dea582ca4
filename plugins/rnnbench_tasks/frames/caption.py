"""Captions: a picture read row by row, and the words for what is on it."""

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
SIXTHS = ("test", "train", "train", "validation", "train", "train")
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
    """What is on the picture? Read row by row, then said in five words; of scenes that training
    never shows.

    rows 1-24:  a red ring in the upper half, a blue cross in the lower half, on black
    answer, from step 25 on:  red ring above blue cross (end)

    Two things, each of 6 colours and 6 shapes, in 4 relations: 5,184 pictures of 24 x 24 pixels,
    one a caption. The upper one is named first, the left one where they are level, so that a
    picture has one caption. The model then writes by itself. The horizon reaches from the first row
    to the last word.

    unseen = "scene": two things that are together in the test, in either order, are never together
    in training (3,108 pictures; 1,036 for validation and 1,040 for the test). "thing": six of the
    36 things, among them the red circle, are kept for the test, six for validation, so that every
    colour and every shape is seen in four things (2,304, 1,296, 1,296). As no caption of the test
    is in the training data, the trivial forecast is never an exact match. The target is what five
    tuned logistic regressions on the flattened picture, one for each place of the caption, reach on
    the same splits, rounded down: 0.927 on validation and 0.927 on test data ("thing": 0.397 and
    0.304), measured 2026-11-25 by benchmarks/targets_speech.py. source: Vinyals et al. 2015,
    arXiv:1411.4555; things kept back: Johnson et al. 2017, arXiv:1612.06890, section 4.7.
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
        """The same models reach 0.397 on validation data where things are unseen."""
        return 0.39 if self.unseen == "thing" else self.target

    @property
    def vocabulary(self) -> int:
        """Three signs and sixteen words."""
        return len(VOCABULARY)

    @property
    def output_size(self) -> int:
        """One class a word."""
        return len(VOCABULARY)

    def load(self, archives: Mapping[str, ZipPath]) -> rnnbench.Splits:  # noqa: ARG002
        """Inputs (B, 30, 72): the rows, then zeros; tokens and targets (B, 30): the words behind
        the rows."""
        everything = list(scenes())
        parts, batch = (
            np.array([self._part(scene) for scene in everything]),
            _read(render(), everything),
        )
        return rnnbench.Splits(
            **{
                part: batch.take(np.flatnonzero(parts == part))
                for part in ("train", "validation", "test")
            }
        )

    def _part(self, scene: Scene) -> str:
        """The split of a scene; none of the three for one that shows a thing of validation and one
        of the test."""
        if self.unseen == "scene":
            return FIFTHS[(THINGS.index(scene.first) + THINGS.index(scene.second)) % len(FIFTHS)]
        shown = {part_of(scene.first), part_of(scene.second)}
        return "train" if shown == {"train"} else "/".join(sorted(shown - {"train"}))

    def trivial(self, train: rnnbench.Batch, test: rnnbench.Batch) -> Mapping[str, float]:
        """Measured: all captions are equally frequent in training, and the first of them stands for
        all."""
        found, counts = np.unique(captions(train).targets, axis=0, return_counts=True)
        outputs = np.broadcast_to(found[counts.argmax()], (len(test), WORDS))
        return rnnbench.score(self.metrics, outputs, captions(test))


def captions(batch: rnnbench.Batch) -> rnnbench.Batch:
    """The words alone, (B, 5), as metrics see them."""
    return rnnbench.Batch(batch.inputs, batch.targets[:, SIDE:-1])


def part_of(thing: Thing) -> str:
    """The split in which a thing is first shown."""
    colour, shape = thing
    return SIXTHS[(SHAPES.index(shape) - list(COLOURS).index(colour)) % len(SIXTHS)]


def _read(pictures: Array, named: list[Scene]) -> rnnbench.Batch:
    count = len(pictures)
    inputs = np.zeros((count, STEPS, SIDE * CHANNELS), dtype=np.float32)
    inputs[:, :SIDE] = pictures.reshape(count, SIDE, -1) / 255
    words = np.array([[VOCABULARY.index(word) for word in scene.words] for scene in named])
    tokens, targets = np.full((2, count, STEPS), NO_WORD)
    tokens[:, SIDE] = START
    tokens[:, SIDE + 1 :] = targets[:, SIDE:-1] = words
    targets[:, -1] = END
    mask = np.broadcast_to(np.arange(STEPS) >= SIDE, (count, STEPS)).copy()
    return rnnbench.Batch(
        inputs, targets, tokens=tokens, mask=mask, prompt=np.full(count, SIDE + 1)
    )
