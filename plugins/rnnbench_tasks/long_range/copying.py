"""The copy task: ten symbols, a delay, the ten symbols again."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

import rnnbench

COPIED, SYMBOLS = 10, 8
BLANK, MARKER = SYMBOLS, SYMBOLS + 1
Array = NDArray[Any]


def _recall_accuracy(outputs: Array, targets: Array, extra: Mapping[str, Array]) -> float:  # noqa: ARG001
    """Over the steps at which a symbol is due, which are those whose target is no blank."""
    due = targets != BLANK
    return float(np.mean(np.argmax(outputs[due], axis=-1) == targets[due]))


RECALL_ACCURACY = rnnbench.Metric(
    "recall accuracy", "share of recalled symbols correct", "higher", _recall_accuracy
)


@dataclass(frozen=True)
class Copy(rnnbench.GeneratedTask):
    """Repeat ten symbols once a marker comes, T steps later.

    inputs:  3 1 4 1 5 2 6 5 3 5 _ _ _ ... _ | _ _ _ _ _ _ _ _ _ _
    answers: _ _ _ _ _ _ _ _ _ _ _ _ _ ... _ _ 3 1 4 1 5 2 6 5 3 5

    Ten symbols of eight, T - 1 blanks, a marker, ten blanks: T + 20 steps, one-hot. Every step is
    asked, and trained. Each symbol is due T + 10 steps after it was shown, so that the horizon is T
    + 11: the literature's T = 100 is horizon 111, and horizon 12 is T = 1. A reader of fewer steps
    cannot do better than 1/8 at the recall. One that knows when a symbol is due, and not which, has
    cross-entropy ln 8 there, and 10 ln 8 / (T + 20) over all steps. source: Arjovsky et al. 2016,
    arXiv:1511.06464, section 5.1, after Hochreiter & Schmidhuber 1997.
    """

    horizon: int = 100
    name: ClassVar[str] = "copy"
    shortest_horizon: ClassVar[int] = COPIED + 2
    loss: ClassVar[rnnbench.Loss] = "cross-entropy"
    readout: ClassVar[rnnbench.Readout] = "every-step"
    metrics: ClassVar[tuple[rnnbench.Metric, ...]] = (RECALL_ACCURACY, rnnbench.CROSS_ENTROPY)
    target: ClassVar[float] = 0.99
    trivial_forecast: ClassVar[str] = (
        "blanks, then any one symbol (cross-entropy: all symbols alike)"
    )

    @property
    def output_size(self) -> int:
        """The symbols and the blank."""
        return SYMBOLS + 1

    @property
    def delay(self) -> int:
        """T: the steps from the last symbol to the marker, the marker included."""
        return self.horizon - COPIED - 1

    def generate(self, rng: np.random.Generator, count: int) -> rnnbench.Batch:
        """Inputs (B, T + 20, 10), one-hot; targets (B, T + 20)."""
        symbols = rng.integers(0, SYMBOLS, (count, COPIED))
        tokens = np.full((count, self.delay + 2 * COPIED), BLANK)
        targets = tokens.copy()
        tokens[:, :COPIED] = targets[:, -COPIED:] = symbols
        tokens[:, -COPIED - 1] = MARKER
        return rnnbench.Batch(np.eye(SYMBOLS + 2, dtype=np.float32)[tokens], targets)

    def trivial(self, train: rnnbench.Batch, test: rnnbench.Batch) -> Mapping[str, float]:  # noqa: ARG002
        """By formula."""
        steps = self.delay + 2 * COPIED
        return {
            "recall accuracy": 1 / SYMBOLS,
            "cross-entropy": COPIED * float(np.log(SYMBOLS)) / steps,
        }

    def blind_score(self, steps: int) -> float:  # noqa: ARG002
        """The symbol that is due is the one that is not seen: any one symbol."""
        return 1 / SYMBOLS
