"""What predictions on the test part cost, in units of a user's file."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from rnnbench import text
from rnnbench.datafile import Dataset, in_units
from rnnbench.findings.tryout.judging import LossScale
from rnnbench.findings.tryout.records import Measure

Array = NDArray[np.float64]
PERCENT = " %"


@dataclass(frozen=True)
class Losses:
    """How predictions on the test part of a file are judged: by squared errors of forecasts, as
    the skill by which trainings are ranked; by wrong answers; by bits.

    Of several targets, squared errors are shares of the mean squared error of each one's last
    value, since units differ. Their mean is 1 - skill, where skill is the mean over targets.
    """

    dataset: Dataset

    @property
    def kind(self) -> str:
        """What the file was taken for."""
        return self.dataset.inspection.kind

    @property
    def scale(self) -> LossScale:
        """What losses mean."""
        return LossScale(in_order=self.kind in ("forecast", "language model"), figure=self.figure)

    @property
    def figure(self) -> Callable[[float], float]:
        """The error that is shown, of a mean loss."""
        factor = self._factor()
        if self.kind == "forecast":
            return lambda loss: factor * sqrt(loss)
        return lambda loss: factor * loss

    @property
    def measure(self) -> Measure:
        """What the error that is shown means."""
        if self.kind == "forecast":
            return self._of_forecasts()
        if self.kind == "language model":
            unit = self.dataset.preparation.unit or "symbol"
            return Measure(
                name=f"bits a {unit}", unit="", says=f"a {unit} takes {{}} bits on average"
            )
        return Measure(name="wrong answers", unit=PERCENT, says="{} of all answers are wrong")

    @property
    def test(self) -> int:
        """How many windows, sequences, texts or symbols the test part has."""
        if self.kind == "language model":
            return int(self.dataset.test.targets.size)
        return len(self.dataset.test)

    @property
    def unit(self) -> str:
        """What the test part is counted in, for one of them."""
        if self.kind == "forecast":
            return "test window"
        if self.kind == "language model":
            return f"test {self.dataset.preparation.unit}"
        return "test text" if self.kind == "text classification" else "test sequence"

    def predicted(self, outputs: Array) -> Array:
        """Return what outputs of a model mean: values in units of the file, (B, O); numbers of
        classes, (B,); log-probabilities, (N,)."""
        if self.kind == "forecast":
            answers = self.dataset.preparation.answers
            references = self.dataset.test.references
            assert references is not None
            return in_units(answers, outputs.astype(np.float64), references)
        if self.kind == "language model":
            return outputs.astype(np.float64)
        classes: Array = outputs.argmax(axis=-1)
        return classes

    def of(self, predicted: Array) -> Array:
        """Return the losses of predictions, (N,)."""
        if self.kind == "forecast":
            return np.asarray(np.mean(self.squared(predicted), axis=1))
        if self.kind == "language model":
            return np.asarray(-predicted / np.log(2))
        return np.asarray(predicted != self.dataset.test.targets, dtype=np.float64)

    def squared(self, predicted: Array) -> Array:
        """Return the squared errors of forecasts, (B, O)."""
        squares = np.asarray(np.square(predicted - self._actual()))
        return squares / self._naive_squares if self.has_several_targets else squares

    @property
    def has_several_targets(self) -> bool:
        """Whether several columns are forecast, whose units may differ."""
        return len(self.dataset.targets) > 1

    @cached_property
    def _naive_squares(self) -> Array:
        """The mean squared error of the last value of each target, (O,), the same at each step."""
        last = self.dataset.last_values(self.dataset.test)
        squares = self.dataset.by_target(np.square(last - self._actual()))
        by_target = squares.mean(axis=(0, 2))
        by_target[by_target == 0] = 1.0
        return np.repeat(by_target, squares.shape[2])

    def of_targets(self, predicted: Array) -> tuple[float, ...]:
        """Return the root mean squared error of each target, in its own units."""
        squares = self.dataset.by_target(np.square(predicted - self._actual()))
        return tuple(float(root) for root in np.sqrt(squares.mean(axis=(0, 2))))

    def _of_forecasts(self) -> Measure:
        name = "root mean squared error"
        if self.has_several_targets:
            quoted = [f"'{_plain(target)}'" for target in self.dataset.targets]
            of = f"forecasts of {text.enumerated(quoted)} are typically off by"
            says = f"{of} {{}} of what their last values are off by"
            return Measure(
                name=f"{name}, share of the last value's, over all targets",
                unit=PERCENT,
                says=says,
            )
        (column,) = self.dataset.targets
        if self._in_percent():
            says = f"forecasts are typically off by {{}} of '{_plain(column)}'"
            return Measure(name=f"{name}, share of the mean", unit=PERCENT, says=says)
        says = f"forecasts are typically off by {{}} in '{_plain(column)}'"
        return Measure(name=name, unit="", says=says)

    def _factor(self) -> float:
        if self.kind == "language model":
            return 1.0
        if self.has_several_targets:
            return 100.0
        if self.kind == "forecast":
            return 100 / float(np.mean(self._actual())) if self._in_percent() else 1.0
        return 100.0

    def _in_percent(self) -> bool:
        """Whether an error is a share of the target, which then is positive throughout."""
        return bool(self._actual().min() > 0)

    def _actual(self) -> Array:
        actual = self.dataset.test.actual
        assert actual is not None
        return np.asarray(actual)


def _plain(column: str) -> str:
    """Return the name of a column without the marks of a format string."""
    return column.replace("{", "(").replace("}", ")")
