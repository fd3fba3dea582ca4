"""The task `csv-forecast`: forecasts of a column in a file of the user."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

import rnnbench
from rnnbench_tasks.own_file import Fill, OwnFile, listed
from rnnbench_tasks.series.level_metrics import METRICS, in_units, scores_of


@dataclass(frozen=True)
class CsvForecast(OwnFile):
    """Forecast the next `ahead` rows of a column in your own file from the `horizon` rows before.

    visitors:   31   29   40   33 | 35
    sunshine:  0.2  0.1  0.9  0.4 |
    answer at the last row: 35

    `path` is a table in any format that `rnnbench inspect` reads, which also says what is done with
    it: columns, order, groups, windows, split, transforms. `answer` names the column to forecast,
    `order` the column of times, `group` that of series, where inspect would guess others. All
    series share one model. `fill` says what becomes of missing values, and `keep` which columns are
    read even where they would be left out, separated by commas.

    The first 70 % of the rows of each series are training data, the next 15 % validation data, the
    last 15 % test data. No answer crosses a border, windows over a gap are left out, and everything
    is fitted on training rows alone. Scores are in units of the column: differences, logarithms and
    scaling are undone before. What skill is reachable in a file is unknown, so that there is no
    target: trainings last for the whole budget, and cells are ranked by their test scores. Where a
    skill is known to be good enough, set it as `target`; cells are then ranked by the epochs to it.
    """

    horizon: int = 60
    ahead: int = 1
    answer: str = ""
    group: str = ""
    order: str = ""
    fill: Fill = ""
    keep: str = ""
    name: ClassVar[str] = "csv-forecast"
    kind: ClassVar[str] = "forecast"
    loss: ClassVar[rnnbench.Loss] = "squared-error"
    metrics: ClassVar[tuple[rnnbench.Metric, ...]] = METRICS
    trivial_forecast: ClassVar[str] = "it stays as it is"
    former_dials: ClassVar[Mapping[str, str]] = {
        "time": "the dial `time` is called `order` now",
        "separator": "the dial `separator` is no more: separators are recognised",
        "columns": (
            "the dial `columns` is no more: all columns of numbers are read, and `rnnbench inspect`"
            " says which are left out"
        ),
    }

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.ahead < 1:
            raise ValueError(f"ahead must be at least 1, got {self.ahead}")

    @property
    def choices(self) -> "rnnbench.datafile.Choices":
        """What the dials say of the file."""
        return rnnbench.datafile.Choices(
            target=self.answer or None,
            window=self.horizon,
            horizon=self.ahead,
            group=self.group or None,
            order=self.order or None,
            fill=self.fill or None,
            keep=listed(self.keep),
        )

    @property
    def output_size(self) -> int:
        """The number of rows to forecast."""
        return self.ahead

    def batch(
        self, dataset: "rnnbench.datafile.Dataset", part: "rnnbench.datafile.Part"
    ) -> rnnbench.Batch:
        """Return windows (B, T, I) and answers (B, `ahead`), with what undoes the transforms."""
        answer = dataset.preparation.answer
        assert answer is not None
        assert dataset.level is not None
        assert part.actual is not None
        assert part.references is not None
        assert part.start is not None
        last = np.repeat(dataset.level[part.start - 1, None], self.ahead, axis=1)
        if (part.actual == last).all():
            first = int(part.lines[0]) if part.lines is not None else 0
            raise rnnbench.DataUnavailable(
                f"{dataset.inspection.file}: column '{answer.column}' is the same in all rows of"
                f" one part, from line {first} on: nothing can be better than its last value"
            )
        size = (len(part), self.ahead)
        extra = {
            "actual": part.actual,
            "trivial": last,
            "references": part.references,
            "offset": np.broadcast_to(answer.offset, size),
            "scale": np.broadcast_to(answer.scale, size),
            "logarithmic": np.full((len(part), 1), answer.logarithm),
            "naive_error": np.full((len(part), 1), self._naive_error(dataset)),
            "start": part.start[:, None],
        }
        return rnnbench.Batch(part.inputs, part.targets, extra)

    def _naive_error(self, dataset: "rnnbench.datafile.Dataset") -> float:
        """The mean absolute error of the last value on training data, in units of the column."""
        train = dataset.train
        assert dataset.level is not None
        assert train.actual is not None
        assert train.start is not None
        return float(np.abs(train.actual - dataset.level[train.start - 1, None]).mean())

    def example(self, one: rnnbench.Batch, outputs: np.ndarray) -> rnnbench.Example:
        """Return the column as it was seen, and the forecast, in its units."""
        level = self.dataset.level
        assert level is not None
        start = int(one.extra["start"][0, 0])
        seen = level[start - self.horizon : start]
        shown = replace(one, inputs=seen[None, :, None], targets=one.extra["actual"])
        return rnnbench.example_of(shown, in_units(outputs, one.extra))

    def trivial(self, train: rnnbench.Batch, test: rnnbench.Batch) -> Mapping[str, float]:  # noqa: ARG002
        """Return the measured scores of the last row of the window, repeated."""
        return scores_of(test.extra["trivial"], test.extra)
