"""The copy task: ten symbols, a delay, and the ten symbols again."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

import rnnbench

COPIED = 10
SYMBOLS = 8
BLANK = SYMBOLS
MARKER = SYMBOLS + 1
NAMES = (*map(str, range(SYMBOLS)), "_", "|")
"""The names of the tokens: the symbols, the blank and the marker."""
Array = NDArray[Any]


def _recall_accuracy(outputs: Array, targets: Array, extra: Mapping[str, Array]) -> float:  # noqa: ARG001
    """Return the accuracy over the steps where a symbol is due: the target is not the blank."""
    due = targets != BLANK
    return float(np.mean(np.argmax(outputs[due], axis=-1) == targets[due]))


RECALL_ACCURACY = rnnbench.Metric(
    "recall accuracy", "share of recalled symbols correct", "higher", _recall_accuracy
)


@dataclass(frozen=True)
class Copy(rnnbench.GeneratedTask):
    """Repeat ten symbols in order after a delay of T steps that ends with a marker.

    inputs:  3 1 4 1 5 2 6 5 3 5 _ _ _ ... _ | _ _ _ _ _ _ _ _ _ _
    answers: _ _ _ _ _ _ _ _ _ _ _ _ _ ... _ _ 3 1 4 1 5 2 6 5 3 5

    The inputs are ten symbols of eight kinds, T - 1 blanks, a marker and ten blanks: T + 20 one-hot
    steps. Answers are asked for at every step, and all steps count in the loss. Each symbol is due
    T + 10 steps after it was shown, so that the horizon is T + 11. The literature's T = 100 is
    horizon 111; the shortest horizon, 12, is T = 1.

    A reader of fewer steps than the horizon recalls a symbol with probability 1/8. A reader that
    knows when symbols are due, but not which, has cross-entropy ln 8 at those steps. Over all
    steps, that is 10 ln 8 / (T + 20).

    source: Arjovsky et al. 2016, arXiv:1511.06464, section 5.1, after Hochreiter & Schmidhuber
    1997.
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
        """One class for each symbol, and one for the blank."""
        return SYMBOLS + 1

    @property
    def delay(self) -> int:
        """T: the number of steps from the last symbol to the marker, marker included."""
        return self.horizon - COPIED - 1

    def generate(self, rng: np.random.Generator, count: int) -> rnnbench.Batch:
        """Return inputs (B, T + 20, 10), one-hot, and targets (B, T + 20)."""
        symbols = rng.integers(0, SYMBOLS, (count, COPIED))
        tokens = np.full((count, self.delay + 2 * COPIED), BLANK)
        targets = tokens.copy()
        tokens[:, :COPIED] = symbols
        targets[:, -COPIED:] = symbols
        tokens[:, -COPIED - 1] = MARKER
        one_hot = np.eye(SYMBOLS + 2, dtype=np.float32)
        return rnnbench.Batch(one_hot[tokens], targets)

    def example(self, one: rnnbench.Batch, outputs: Array) -> rnnbench.Example:
        """Return the symbols by number, with _ for the blank and | for the marker."""
        read = [NAMES[token] for token in one.inputs[0].argmax(axis=-1)]
        return rnnbench.example_of(one, outputs, read=read, classes=NAMES)

    def trivial(self, train: rnnbench.Batch, test: rnnbench.Batch) -> Mapping[str, float]:  # noqa: ARG002
        """Return the scores of the trivial forecast by formula.

        Where a symbol is due, it answers any one symbol (accuracy), or gives all symbols equal
        probability (cross-entropy).
        """
        steps = self.delay + 2 * COPIED
        return {
            "recall accuracy": 1 / SYMBOLS,
            "cross-entropy": COPIED * float(np.log(SYMBOLS)) / steps,
        }

    def blind_score(self, steps: int) -> float:  # noqa: ARG002
        """Return 1/8, since the symbol that is due is never among the last `steps` steps."""
        return 1 / SYMBOLS
