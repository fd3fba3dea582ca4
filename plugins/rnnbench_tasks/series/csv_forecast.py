"""The task `csv-forecast`: forecasts of one or several columns in a file of the user."""

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
    or several ones at once, separated by commas; `order` the column of times, `group` that of
    series, where inspect would guess others. All series share one model. `fill` says what becomes
    of missing values, `keep` which columns are read even where they would be left out, separated by
    commas, and `resample` the step of time, such as 1h, on which rows are put by their means.

    The first 70 % of the rows of each series are training data, the next 15 % validation data, the
    last 15 % test data. No answer crosses a border, windows over a gap are left out, and everything
    is fitted on training rows alone. Scores are in units of the column: differences, logarithms and
    scaling are undone before. Of several columns, skill, MAPE and MASE are means over columns, each
    against its own last value; there is no MAE of them, since units differ. What skill is reachable
    in a file is unknown, so that there is no target: trainings last for the whole budget, and cells
    are ranked by their test scores. Where a skill is known to be good enough, set it as `target`;
    cells are then ranked by the epochs to it.
    """

    horizon: int = 60
    ahead: int = 1
    answer: str = ""
    group: str = ""
    order: str = ""
    fill: Fill = ""
    keep: str = ""
    resample: str = ""
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
            resample=self.resample or None,
        )

    @property
    def output_size(self) -> int:
        """The number of rows to forecast, of each column."""
        return self.dataset.preparation.output_size if "," in self.answer else self.ahead

    def batch(
        self, dataset: "rnnbench.datafile.Dataset", part: "rnnbench.datafile.Part"
    ) -> rnnbench.Batch:
        """Return windows (B, T, I) and answers (B, O), with what undoes the transforms."""
        answers = dataset.preparation.answers
        assert part.actual is not None
        assert part.references is not None
        assert part.start is not None
        last = dataset.last_values(part)
        stays = dataset.by_target(part.actual == last).all(axis=(0, 2))
        if stays.any():
            column = dataset.targets[int(stays.argmax())]
            first = int(part.lines[0]) if part.lines is not None else 0
            raise rnnbench.DataUnavailable(
                f"{dataset.inspection.file}: column '{column}' is the same in all rows of"
                f" one part, from line {first} on: nothing can be better than its last value"
            )
        size = part.actual.shape
        logarithmic = np.repeat([answer.logarithm for answer in answers], self.ahead)
        extra = {
            "actual": part.actual,
            "trivial": last,
            "references": part.references,
            "offset": np.broadcast_to(np.concatenate([answer.offset for answer in answers]), size),
            "scale": np.broadcast_to(np.concatenate([answer.scale for answer in answers]), size),
            "logarithmic": np.broadcast_to(logarithmic, size),
            "naive_error": np.broadcast_to(dataset.naive_errors, (len(part), len(answers))),
            "start": part.start[:, None],
        }
        return rnnbench.Batch(part.inputs, part.targets, extra)

    def example(self, one: rnnbench.Batch, outputs: np.ndarray) -> rnnbench.Example:
        """Return the columns as they were seen, and the forecasts, in their units."""
        levels = self.dataset.levels
        assert levels is not None
        start = int(one.extra["start"][0, 0])
        seen = levels[start - self.horizon : start]
        shown = replace(one, inputs=seen[None], targets=one.extra["actual"])
        return rnnbench.example_of(shown, in_units(outputs, one.extra))

    def trivial(self, train: rnnbench.Batch, test: rnnbench.Batch) -> Mapping[str, float]:  # noqa: ARG002
        """Return the measured scores of the last row of the window, repeated."""
        return scores_of(test.extra["trivial"], test.extra)
