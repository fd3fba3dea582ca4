"""The task `text-file`: a language model of a text of the user."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

import rnnbench
from rnnbench_tasks.own_file import OwnFile

Array = NDArray[Any]


def _bits(outputs: Array, targets: Array, extra: Mapping[str, Array]) -> float:  # noqa: ARG001
    return float(-np.mean(outputs) / np.log(2))


BITS = rnnbench.Metric("bits", "bits a character or a word", "lower", _bits)


@dataclass(frozen=True)
class TextFile(OwnFile):
    """Predict each next character, or each next word, of the text in your own file.

    text:                 I n   t h e   b e g i n n i n
    answer at each step:  n   t h e   b e g i n n i n g

    `path` is a plain text, in any encoding that `rnnbench inspect` recognises. `unit` is
    "character" or "word"; by default, a text of 200,000 words or more is read by word. Words are in
    lower case, and punctuation marks are words. The 1,999 most frequent symbols of the training
    part are known; perplexities are comparable for one file and one unit alone.

    The first 70 % of the text are training data, the next 15 % validation data, the last 15 % test
    data. Each is one stream whose state is carried on, and `horizon` is the window through which
    the gradient flows (truncated backpropagation). What score is reachable in a file is unknown, so
    that there is no target: trainings last for the whole budget, and cells are ranked by their test
    scores. Where a number of bits is known to be good enough, set it as `target`.
    """

    horizon: int = 60
    unit: Literal["", "character", "word"] = ""
    name: ClassVar[str] = "text-file"
    kind: ClassVar[str] = "language model"
    loss: ClassVar[rnnbench.Loss] = "cross-entropy"
    readout: ClassVar[rnnbench.Readout] = "every-step"
    mode: ClassVar[rnnbench.Mode] = "stream"
    metrics: ClassVar[tuple[rnnbench.Metric, ...]] = (BITS, rnnbench.PERPLEXITY)
    trivial_forecast: ClassVar[str] = "a bigram model, which sees the last symbol alone"

    def check_target(self, target: float) -> None:
        """Raise ValueError for a target that nothing can reach."""
        if not target > 0:
            raise ValueError(f"target must be above 0 bits, got {target:g}")

    @property
    def choices(self) -> "rnnbench.datafile.Choices":
        """What the dials say of the file."""
        return rnnbench.datafile.Choices(window=self.horizon, unit=self.unit or None)

    @property
    def vocabulary(self) -> int:
        """The number of known symbols, plus the unknown one."""
        return len(self.dataset.preparation.vocabulary) + 1

    def trivial(self, train: rnnbench.Batch, test: rnnbench.Batch) -> Mapping[str, float]:
        """Return the measured scores of the bigram model of the training part."""
        symbols = [np.append(part.inputs[0, :1], part.targets[0]) for part in (train, test)]
        logarithms = rnnbench.baselines.log_probabilities(
            symbols[0], symbols[1], self.vocabulary, 2
        )
        return {
            metric.name: metric.compute(logarithms, symbols[1][1:], {}) for metric in self.metrics
        }
