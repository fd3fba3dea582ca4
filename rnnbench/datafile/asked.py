"""What a trained model is asked about a new file: inputs, and what each answer is about."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from rnnbench.datafile.table import Array


@dataclass(frozen=True)
class Questions:
    """Some of the questions, as `Part` has them.

    inputs:     (B, T, I) float32, or (B, T) int64 codes.
    lengths:    (B,) the number of real steps; None where all are real.
    references: of forecasts, what outputs are added to, (B, O); None of classes.
    """

    inputs: Array
    lengths: Array | None = None
    references: Array | None = None


@dataclass(frozen=True)
class Asked:
    """The questions to a model about a new file, in order.

    keys:    by column of the answers, a text for each question: the line, the series, the time.
    read:    takes the first question and the one behind the last, and returns them.
    notices: sentences on what is not read, or left out.
    """

    keys: Mapping[str, Sequence[str]]
    read: Callable[[int, int], Questions]
    notices: tuple[str, ...]

    def __len__(self) -> int:
        return len(next(iter(self.keys.values())))
