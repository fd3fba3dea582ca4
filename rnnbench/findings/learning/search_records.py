"""The records of searches for learning rates."""

from msgspec import Struct

from rnnbench import text
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


class Optimum(Struct, frozen=True, kw_only=True):
    """How wide the optimum of a learning rate is: an unbroken run of trained rates near the best.

    low:           the lowest of these rates.
    high:          the highest.
    is_open_below: whether `low` is the lowest rate that was trained, so that lower ones may be near
                   too.
    is_open_above: whether `high` is the highest rate that was trained.
    by_epochs:     whether near means at most 1.5 times the epochs to target of the best rate, or
                   else a validation score that is worse by at most 10 % of the way from the trivial
                   forecast to that of the best rate.
    """

    low: float
    high: float
    is_open_below: bool
    is_open_above: bool
    by_epochs: bool

    @property
    def in_words(self) -> str:
        """The width as a factor: `×10 (0.001 to 0.01)`, with "at least" where it is open."""
        ends = text.setting(self.low)
        if self.high > self.low:
            ends = f"{ends} to {text.setting(self.high)}"
        at_least = "at least " if self.is_open_below or self.is_open_above else ""
        return f"{at_least}{text.TIMES}{text.rounded(self.high / self.low)} ({ends})"


class Search(Struct, frozen=True, kw_only=True):
    """The search for a cell's learning rate: its curve, the chosen rate, and its cost.

    The cost does not include the evaluation at the chosen rate.

    seconds: wall time of its processes; indicative, as other processes ran at the same time.
    optimum: the rates that are nearly as good as the best one; None where `no_optimum` says why.
    """

    rates: tuple[RateScore, ...]
    chosen: float | None
    trials: int
    steps: int
    sequences: int
    seconds: float
    optimum: Optimum | None = None
    no_optimum: str = ""
