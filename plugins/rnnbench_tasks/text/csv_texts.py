"""The task `csv-texts`: classification of texts in a file of the user."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

import rnnbench
from rnnbench_tasks.classification import majority_share
from rnnbench_tasks.own_file import OwnFile


@dataclass(frozen=True)
class CsvTexts(OwnFile):
    """Name the class of each text in your own file, word by word, from its last `horizon` words.

    words:  the room was clean and the staff ...
    answer at the last word: good

    `path` is a table with a column of texts, `text`, and one of classes, `label`. `rnnbench
    inspect` says what is done with it, and which columns it would guess. `group` names a column,
    such as an author, whose texts stay in one part of the split.

    A draw that is the same for every seed takes 70 % of each class for training, 15 % for
    validation and 15 % for the test; equal texts are in one part. Words are in lower case, and
    punctuation marks are words. The 1,999 most frequent words of the training texts are known. What
    score is reachable in a file is unknown, so that there is no target, unless the dial sets one.
    """

    horizon: int = 1_000
    text: str = ""
    label: str = ""
    group: str = ""
    name: ClassVar[str] = "csv-texts"
    kind: ClassVar[str] = "text classification"
    loss: ClassVar[rnnbench.Loss] = "cross-entropy"
    metrics: ClassVar[tuple[rnnbench.Metric, ...]] = (rnnbench.ACCURACY, rnnbench.SCALED_ACCURACY)
    trivial_forecast: ClassVar[str] = "majority class"

    @property
    def choices(self) -> "rnnbench.datafile.Choices":
        """What the dials say of the file."""
        return rnnbench.datafile.Choices(
            window=self.horizon,
            text=self.text or None,
            label=self.label or None,
            group=self.group or None,
        )

    @property
    def vocabulary(self) -> int:
        """The number of known words, plus the unknown one."""
        return len(self.dataset.preparation.vocabulary) + 1

    def batch(
        self, dataset: "rnnbench.datafile.Dataset", part: "rnnbench.datafile.Part"
    ) -> rnnbench.Batch:
        """Return codes (B, T), padded on the right, and classes (B,)."""
        chance = majority_share(dataset.train.targets, part.targets)
        extra = {"chance": np.full((len(part), 1), chance)}
        return rnnbench.Batch(part.inputs, part.targets, extra, lengths=part.lengths)

    def example(self, one: rnnbench.Batch, outputs: np.ndarray) -> rnnbench.Example:
        """Return the first and the last words of a text, and the class as the file names it."""
        preparation = self.dataset.preparation
        words = ("?", *preparation.vocabulary)
        read = [words[code] for code in one.inputs[0]]
        return rnnbench.example_of(one, outputs, read=read, classes=preparation.classes)

    def trivial(self, train: rnnbench.Batch, test: rnnbench.Batch) -> Mapping[str, float]:  # noqa: ARG002
        """Return the measured scores of the most frequent class of the training data."""
        return {"accuracy": float(test.extra["chance"][0, 0]), "scaled accuracy": 0.0}
