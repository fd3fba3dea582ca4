"""Predictions of cells and baselines on the test part of a user's file, beside each other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rnnbench.baselines import BaselineScore
from rnnbench.findings.learning.looks import Schedule
from rnnbench.findings.tryout.judging import judge
from rnnbench.findings.tryout.records import BaselineRow, CellRow
from rnnbench.tryout.losses import Array, Losses

Predictions = Mapping[str, Mapping[int, Array]]
"""By row and seed: what a trained model says of the test part."""


@dataclass(frozen=True)
class Evaluation:
    """What a tryout is evaluated from.

    cells:       the rows that were planned.
    predictions: by row and seed.
    baselines:   fitted to the same file.
    """

    losses: Losses
    cells: Sequence[str]
    predictions: Predictions
    baselines: Sequence[BaselineScore]

    @property
    def best_baseline(self) -> BaselineScore | None:
        """The baseline with the least mean loss on the test part."""
        fitted = [baseline for baseline in self.baselines if baseline.predictions is not None]
        return min(fitted, key=self._mean_loss, default=None)

    def _mean_loss(self, baseline: BaselineScore) -> float:
        assert baseline.predictions is not None
        return float(self.losses.of(baseline.predictions).mean())

    def judged(self, looks: Mapping[str, Schedule]) -> tuple[CellRow, ...]:
        """Return a row for each cell with predictions, beside the best baseline."""
        by_cell = {row: self._losses_of(row) for row in self.cells}
        best = self.best_baseline
        of_baseline = None
        if best is not None and best.predictions is not None:
            of_baseline = self.losses.of(best.predictions)[: self._shortest()]
        return judge(by_cell, of_baseline, self.losses.scale, looks)

    def _losses_of(self, row: str) -> dict[int, Array]:
        by_seed = self.predictions.get(row, {})
        return {seed: self.losses.of(found)[: self._shortest()] for seed, found in by_seed.items()}

    def _shortest(self) -> int:
        """Return how many predictions all of them have: of a text, streams of equal length leave
        out the last symbols."""
        counts = [self.losses.test]
        for by_seed in self.predictions.values():
            counts += [len(found) for found in by_seed.values()]
        return min(counts)

    def baseline_rows(self) -> tuple[BaselineRow, ...]:
        """Return a row for each baseline, the least error first and those without one last; of
        equal ones, the simpler first."""
        rows = [self._baseline_row(baseline) for baseline in self.baselines]
        return tuple(sorted(rows, key=_by_error))

    def _baseline_row(self, baseline: BaselineScore) -> BaselineRow:
        error = None
        if baseline.predictions is not None:
            error = self.losses.figure(self._mean_loss(baseline))
        return BaselineRow(
            name=baseline.name, setting=baseline.setting, error=error, absent=baseline.reason or ""
        )

    def typical(self, row: str) -> Array:
        """Return the predictions of the seed of a cell with the median error."""
        by_seed = self.predictions[row]
        order = sorted(by_seed, key=lambda seed: float(self.losses.of(by_seed[seed]).mean()))
        return by_seed[order[(len(order) - 1) // 2]]


def _by_error(row: BaselineRow) -> tuple[bool, float]:
    return row.error is None, row.error or 0.0
