"""The records of searches for learning rates."""

from msgspec import Struct

from rnnbench.findings.stats.ranges import Range


class RateScore(Struct, frozen=True, kw_only=True):
    """The results of a search at one learning rate, on validation data.

    lost:   how many trials gave no score, as they diverged, were cut off or failed.
    epochs: restricted mean of epochs to target; the budget counts where it was not reached. None
            without a target.
    score:  score by the deciding metric at the chosen epochs.
    """

    rate: float
    trials: int
    lost: int
    epochs: Range | None
    score: Range | None


class Search(Struct, frozen=True, kw_only=True):
    """The search for a cell's learning rate: its curve, the chosen rate, and its cost.

    The cost does not include the evaluation at the chosen rate.

    seconds: wall time of its processes; indicative, as other processes ran at the same time.
    """

    rates: tuple[RateScore, ...]
    chosen: float | None
    trials: int
    steps: int
    sequences: int
    seconds: float
