"""The user's own file: sequences are classified."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar
from zipfile import Path as ZipPath

import numpy as np

import rnnbench
from rnnbench_tasks.series.own_file import Table, check_dials, named, read_table
from rnnbench_tasks.series.sequences import Labelled, scaled_and_padded

ASIDE_SHARE = 0.15
SPLIT_SEED = 20261125


@dataclass(frozen=True)
class CsvClassify(rnnbench.RecordedTask):
    """Name the class of each sequence in your own file, from its last `horizon` rows.

    visit:      a     a     a     b     b
    pulse:     71    75    80    66    65
    outcome:  ill   ill   ill  well  well
    answer at the last row: ill, well

    `path` is a file of comma-separated values whose first line names its columns, one row a step:
    `sequence` is the column that says which sequence a row belongs to, `answer` that of the class,
    `columns` those to read, with commas (all the others where none is named). Rows stand in the
    order of time, or are brought into it by `time`. 70 % of each class train, 15 % validate, 15 %
    test, drawn once for all; where `group` names a column (the patient, say), what is of one group
    stays on one side. Scaling is fitted on the training sequences alone. What can be reached in a
    file that nobody has seen is not known: the target, half of the way from the majority class to
    no error, is a convention.
    """

    horizon: int = 100
    path: str = ""
    answer: str = ""
    sequence: str = ""
    columns: str = ""
    time: str = ""
    group: str = ""
    separator: str = ","
    name: ClassVar[str] = "csv-classify"
    loss: ClassVar[rnnbench.Loss] = "cross-entropy"
    metrics: ClassVar[tuple[rnnbench.Metric, ...]] = (rnnbench.SCALED_ACCURACY, rnnbench.ACCURACY)
    target: ClassVar[float] = 0.5
    trivial_forecast: ClassVar[str] = "majority class"

    def __post_init__(self) -> None:
        super().__post_init__()
        check_dials(self.path, self.separator)

    @property
    def output_size(self) -> int:
        """The classes that stand in the file."""
        return len(set(self._table().words(self.answer, "answer")))

    @property
    def own_files(self) -> tuple[Path, ...]:
        """The file."""
        return (Path(self.path).expanduser(),) if self.path else ()

    def load(self, archives: Mapping[str, ZipPath]) -> rnnbench.Splits:  # noqa: ARG002
        """Inputs (B, T, C), padded on the right where sequences are shorter; targets (B,)."""
        table = self._table()
        table = table.in_order_of(self.time, unique=False) if self.time else table
        rows: dict[str, list[int]] = {}
        for position, name in enumerate(table.words(self.sequence, "sequence")):
            rows.setdefault(name, []).append(position)
        words = _one_each(table, rows, self.answer, "answer")
        groups = _one_each(table, rows, self.group, "group") if self.group else None
        labels = np.unique(words, return_inverse=True)[1].astype(np.int64)
        values = table.several(self._columns(table), "columns")
        sequences = Labelled(
            tuple(values[index][-self.horizon :] for index in rows.values()), labels
        )
        parts = [sequences.take(part) for part in _three_parts(table, words, groups)]
        _check_parts(table, self.answer, labels, parts)
        splits = scaled_and_padded(parts[0], parts[1], parts[2], max(map(len, sequences.sequences)))
        return rnnbench.Splits(
            *(_with_chance(part, splits.train) for part in vars(splits).values())
        )

    def _table(self) -> Table:
        return read_table(self.name, self.path, self.separator)

    def _columns(self, table: Table) -> list[str]:
        others = [
            name
            for name in table.columns
            if name not in (self.answer, self.sequence, self.time, self.group)
        ]
        found = named(self.columns) or others
        for name in (self.answer, self.sequence, self.group):
            if name and name in found:
                what = (
                    "the answer"
                    if name == self.answer
                    else "no measurement: it says which rows belong together"
                )
                raise table.fault(f"column '{name}' is {what} and cannot be read too")
        if not found:
            raise table.fault(f"no column is left to read beside {', '.join(table.columns)}")
        return found

    def trivial(self, train: rnnbench.Batch, test: rnnbench.Batch) -> Mapping[str, float]:  # noqa: ARG002
        """Measured: the most frequent class of the training data."""
        return {"scaled accuracy": 0.0, "accuracy": float(test.extra["chance"][0, 0])}


def _one_each(table: Table, rows: Mapping[str, Sequence[int]], column: str, dial: str) -> list[str]:
    """The word of each sequence in this column. Raises DataUnavailable where a sequence has two."""
    words, found = table.words(column, dial), []
    for name, index in rows.items():
        kinds = sorted({words[i] for i in index})
        if len(kinds) > 1:
            raise table.fault(
                f"column '{column}': sequence '{name}' has '{kinds[0]}' and '{kinds[1]}',"
                " expected one"
            )
        if not kinds[0]:
            raise table.fault(f"column '{column}': the cells of sequence '{name}' are empty")
        found.append(kinds[0])
    return found


def _three_parts(
    table: Table, words: Sequence[str], groups: Sequence[str] | None
) -> list[np.ndarray]:
    """Positions of training, validation and test sequences: shares of each class, or of all
    groups."""
    rng = np.random.default_rng(SPLIT_SEED)
    units = [[position] for position in range(len(words))] if groups is None else _members(groups)
    kinds = [words[unit[0]] if groups is None else "" for unit in units]
    parts: list[list[int]] = [[], [], []]
    for kind in dict.fromkeys(kinds):
        own = [unit for unit, its in zip(units, kinds, strict=True) if its == kind]
        if len(own) < 3:
            found = (
                f"class '{kind}' has {len(own)} sequences"
                if groups is None
                else f"there are {len(own)} groups"
            )
            raise table.fault(f"{found}, and three parts need at least 3")
        aside = max(1, round(ASIDE_SHARE * len(own)))
        order = rng.permutation(len(own))
        for part, chosen in zip((1, 2, 0), np.split(order, [aside, 2 * aside]), strict=True):
            parts[part] += [position for unit in chosen for position in own[unit]]
    return [np.sort(part) for part in parts]


def _members(groups: Sequence[str]) -> list[list[int]]:
    found: dict[str, list[int]] = {}
    for position, group in enumerate(groups):
        found.setdefault(group, []).append(position)
    return list(found.values())


def _check_parts(table: Table, answer: str, labels: np.ndarray, parts: Sequence[Labelled]) -> None:
    """Raises DataUnavailable where a part holds one class alone, or training data lack one."""
    for name, part in zip(("training", "validation", "test"), parts, strict=True):
        there = len(np.unique(part.labels))
        if there < 2 or (name == "training" and there < len(np.unique(labels))):
            raise table.fault(
                f"column '{answer}': the {name} data hold {there} of {len(np.unique(labels))}"
                " classes"
            )


def _with_chance(part: rnnbench.Batch, train: rnnbench.Batch) -> rnnbench.Batch:
    """With the share of the majority class of the training data, from which accuracy is scaled."""
    share = np.mean(part.targets == np.bincount(train.targets).argmax())
    return rnnbench.Batch(
        part.inputs, part.targets, {"chance": np.full((len(part), 1), share)}, lengths=part.lengths
    )
