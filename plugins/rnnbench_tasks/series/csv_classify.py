"""The task `csv-classify`: classification of sequences in a file of the user."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

import rnnbench
from rnnbench_tasks.classification import majority_share
from rnnbench_tasks.own_file import Fill, OwnFile, listed


@dataclass(frozen=True)
class CsvClassify(OwnFile):
    """Name the class of each sequence in your own file, from its last `horizon` rows.

    visit:      a     a     a     b     b
    pulse:     71    75    80    66    65
    outcome:  ill   ill   ill  well  well
    answer at the last row: ill, well

    `path` is a table with one row a step, or a file of the UCR and UEA archives (`.ts`, `.arff`).
    `rnnbench inspect` says what is done with it. `label` names the column of classes, `group` that
    of the sequence of a row, and `order` that of times, where inspect would guess others. `fill`
    says what becomes of missing values, and `keep` which columns are read even where they would be
    left out, separated by commas.

    A draw that is the same for every seed takes 70 % of each class for training, 15 % for
    validation and 15 % for the test. Equal sequences, and those of one source such as a patient,
    are in one part. Scaling is fitted on the training sequences alone. What score is reachable in a
    file is unknown, so that there is no target: trainings last for the whole budget, and cells are
    ranked by their test scores. Where an accuracy is known to be good enough, set it as `target`;
    cells are then ranked by the epochs to it.
    """

    horizon: int = 1_000
    label: str = ""
    group: str = ""
    order: str = ""
    fill: Fill = ""
    keep: str = ""
    name: ClassVar[str] = "csv-classify"
    kind: ClassVar[str] = "classification"
    loss: ClassVar[rnnbench.Loss] = "cross-entropy"
    metrics: ClassVar[tuple[rnnbench.Metric, ...]] = (rnnbench.ACCURACY, rnnbench.SCALED_ACCURACY)
    trivial_forecast: ClassVar[str] = "majority class"
    former_dials: ClassVar[Mapping[str, str]] = {
        "answer": "the dial `answer` is called `label` now",
        "sequence": (
            "the dial `sequence` is called `group` now, and what was the `group` of sequences, such"
            " as a patient, is found by itself"
        ),
        "time": "the dial `time` is called `order` now",
        "separator": "the dial `separator` is no more: separators are recognised",
        "columns": (
            "the dial `columns` is no more: all columns of numbers are read, and `rnnbench inspect`"
            " says which are left out"
        ),
    }

    @property
    def choices(self) -> "rnnbench.datafile.Choices":
        """What the dials say of the file."""
        return rnnbench.datafile.Choices(
            window=self.horizon,
            group=self.group or None,
            order=self.order or None,
            label=self.label or None,
            fill=self.fill or None,
            keep=listed(self.keep),
        )

    def batch(
        self, dataset: "rnnbench.datafile.Dataset", part: "rnnbench.datafile.Part"
    ) -> rnnbench.Batch:
        """Return inputs (B, T, C), padded on the right, and classes (B,)."""
        chance = majority_share(dataset.train.targets, part.targets)
        extra = {"chance": np.full((len(part), 1), chance)}
        return rnnbench.Batch(part.inputs, part.targets, extra, lengths=part.lengths)

    def example(self, one: rnnbench.Batch, outputs: np.ndarray) -> rnnbench.Example:
        """Return the sequence, and the class as the file names it."""
        return rnnbench.example_of(one, outputs, classes=self.dataset.preparation.classes)

    def trivial(self, train: rnnbench.Batch, test: rnnbench.Batch) -> Mapping[str, float]:  # noqa: ARG002
        """Return the measured scores of the most frequent class of the training data."""
        return {"accuracy": float(test.extra["chance"][0, 0]), "scaled accuracy": 0.0}
