"""The task `csv-classify`: classification of sequences in a file of the user."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar
from zipfile import Path as ZipPath

import numpy as np

import rnnbench
from rnnbench_tasks.series.own_file import Table, check_dials, check_target, named, read_table
from rnnbench_tasks.series.own_split import split_sequences
from rnnbench_tasks.series.sequences import Labelled, scaled_and_padded


@dataclass(frozen=True)
class CsvClassify(rnnbench.RecordedTask):
    """Name the class of each sequence in your own file, from its last `horizon` rows.

    visit:      a     a     a     b     b
    pulse:     71    75    80    66    65
    outcome:  ill   ill   ill  well  well
    answer at the last row: ill, well

    `path` is a file of comma-separated values with one row a step, whose first line names the
    columns. `sequence` names the column of the sequence that a row belongs to, and `answer` that of
    its class. `columns` names the columns to read, separated by commas (by default, all others).
    Rows are in the order of time, or are sorted by the column that `time` names.

    A draw that is the same for every seed takes 70 % of each class for training, 15 % for
    validation and 15 % for the test. Where `group` names a column (of patients, say), all sequences
    of a group are in one split. Scaling is fitted on the training sequences alone. What score is
    reachable in a file is unknown, so that there is no target: trainings last for the whole budget,
    and cells are ranked by their test scores. Where a scaled accuracy is known to be good enough,
    set it as `target`; cells are then ranked by the epochs to it.
    """

    horizon: int = 100
    path: str = ""
    answer: str = ""
    sequence: str = ""
    columns: str = ""
    time: str = ""
    group: str = ""
    separator: str = ","
    target: float | None = field(default=None, kw_only=True)  # type: ignore[misc]  # here a dial
    name: ClassVar[str] = "csv-classify"
    loss: ClassVar[rnnbench.Loss] = "cross-entropy"
    metrics: ClassVar[tuple[rnnbench.Metric, ...]] = (rnnbench.SCALED_ACCURACY, rnnbench.ACCURACY)
    trivial_forecast: ClassVar[str] = "majority class"

    def __post_init__(self) -> None:
        super().__post_init__()
        check_dials(self.path, self.separator)
        check_target(self.target)

    @property
    def output_size(self) -> int:
        """The number of classes in the file."""
        return len(set(self._table().words(self.answer, "answer")))

    @property
    def own_files(self) -> tuple[Path, ...]:
        """The file, where `path` is set."""
        return (Path(self.path).expanduser(),) if self.path else ()

    def load(self, archives: Mapping[str, ZipPath]) -> rnnbench.Splits:  # noqa: ARG002
        """Return inputs (B, T, C), padded on the right, and targets (B,)."""
        table = self._table()
        if self.time:
            table = table.in_order_of(self.time, unique=False)
        rows: dict[str, list[int]] = {}
        for position, name in enumerate(table.words(self.sequence, "sequence")):
            rows.setdefault(name, []).append(position)
        classes = _word_of_each(table, rows, self.answer, "answer")
        groups = _word_of_each(table, rows, self.group, "group") if self.group else None
        labels = np.unique(classes, return_inverse=True)[1].astype(np.int64)
        values = table.several(self._columns(table), "columns")
        sequences = tuple(values[index][-self.horizon :] for index in rows.values())
        labelled = Labelled(sequences, labels)
        train, validation, test = map(labelled.take, split_sequences(table, classes, groups))
        _check_parts(table, self.answer, labels, (train, validation, test))
        longest = max(map(len, sequences))
        splits = scaled_and_padded(train, validation, test, longest)
        parts = (splits.train, splits.validation, splits.test)
        return rnnbench.Splits(*(_with_chance(part, splits.train) for part in parts))

    def _table(self) -> Table:
        return read_table(self.name, self.path, self.separator)

    def _columns(self, table: Table) -> list[str]:
        """Return the names of the columns to read.

        Raises DataUnavailable where a column has another role, or where none is left.
        """
        roles = (self.answer, self.sequence, self.time, self.group)
        columns = named(self.columns) or [name for name in table.columns if name not in roles]
        for name in (self.answer, self.sequence, self.group):
            if name and name in columns:
                role = "no measurement: it says which rows belong together"
                if name == self.answer:
                    role = "the answer"
                raise table.fault(f"column '{name}' is {role} and cannot be read too")
        if not columns:
            raise table.fault(f"no column is left to read beside {', '.join(table.columns)}")
        return columns

    def example(self, one: rnnbench.Batch, outputs: np.ndarray) -> rnnbench.Example:
        """Return the sequence, and the class as the file names it."""
        classes = sorted(set(self._table().words(self.answer, "answer")))
        return rnnbench.example_of(one, outputs, classes=classes)

    def trivial(self, train: rnnbench.Batch, test: rnnbench.Batch) -> Mapping[str, float]:  # noqa: ARG002
        """Return the measured scores of the most frequent class of the training data."""
        return {"scaled accuracy": 0.0, "accuracy": float(test.extra["chance"][0, 0])}


def _word_of_each(
    table: Table, rows: Mapping[str, Sequence[int]], column: str, dial: str
) -> list[str]:
    """Return the word of each sequence in a column.

    Raises DataUnavailable where a sequence has two words or none.
    """
    words = table.words(column, dial)
    word_of_each = []
    for name, index in rows.items():
        different = sorted({words[row] for row in index})
        if len(different) > 1:
            raise table.fault(
                f"column '{column}': sequence '{name}' has '{different[0]}' and '{different[1]}',"
                " expected one"
            )
        if not different[0]:
            raise table.fault(f"column '{column}': the cells of sequence '{name}' are empty")
        word_of_each.append(different[0])
    return word_of_each


def _check_parts(table: Table, answer: str, labels: np.ndarray, parts: Sequence[Labelled]) -> None:
    """Raise DataUnavailable where a part has a single class, or training data lack a class."""
    classes = len(np.unique(labels))
    for name, part in zip(("training", "validation", "test"), parts, strict=True):
        present = len(np.unique(part.labels))
        if present < 2 or (name == "training" and present < classes):
            raise table.fault(
                f"column '{answer}': the {name} data hold {present} of {classes} classes"
            )


def _with_chance(part: rnnbench.Batch, train: rnnbench.Batch) -> rnnbench.Batch:
    """Add the accuracy of the training data's majority class, for the scaled accuracy."""
    share = np.mean(part.targets == np.bincount(train.targets).argmax())
    extra = {"chance": np.full((len(part), 1), share)}
    return rnnbench.Batch(part.inputs, part.targets, extra, lengths=part.lengths)
