"""The selective-copy task with gaps between items that are unlike those of training."""

from dataclasses import dataclass, replace
from math import comb
from typing import ClassVar, Literal

import numpy as np

import rnnbench
from rnnbench_tasks.recall.selective_copy import SelectiveCopy

Gaps = Literal["short", "even", "any"]
GAPS: tuple[Gaps, ...] = ("short", "even", "any")
CROWDING = 2
"""Steps for each item in the part of a sequence in which items with short gaps are."""


@dataclass(frozen=True)
class SelectiveCopyGaps(SelectiveCopy):
    """Recall a few tokens among noise, tested at gaps between tokens unlike those of training.

    short:   _ _ 3 1 _ 4 _ _ _ ? ? ?
    even:    3 _ _ _ 1 _ _ 4 _ ? ? ?
    any:     3 _ 1 _ _ _ _ _ 4 ? ? ?
    answers:                   3 1 4

    Sequences are those of `selective-copy`, apart from the places of the items. With gaps =
    "short", all items are within 2 M steps, which begin anywhere; with "even", an item is in each
    of M parts of about equal length; with "any", they are anywhere, as in `selective-copy`. `gaps`
    are those of training, and a trained model is tested on the two others: a cell that has learned
    the rhythm of items in place of the items fails there. In each case an item is due M + T steps
    after its earliest possible place, so that the horizon is M + T + 1. The target is that of
    `selective-copy`.

    source: after Gu & Dao 2023, arXiv:2312.00752, section 4.1.1 (selective copying), whose spacing
    varies at random; in the copying task before it, spacing is constant.
    """

    gaps: Gaps = "short"
    name: ClassVar[str] = "selective-copy-gaps"
    shortest_horizon: ClassVar[int] = 9

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.horizon <= CROWDING * self.items:
            raise ValueError(
                f"horizon must be above {CROWDING * self.items} for {self.items} items, got"
                f" {self.horizon}"
            )

    @property
    def context(self) -> int:
        """The number of steps before the markers."""
        return self.horizon - 1

    def generate(self, rng: np.random.Generator, count: int) -> rnnbench.Batch:
        """Return inputs and targets (B, 2 M + T), which are asked for at the last M steps."""
        batch = super().generate(rng, count)
        if self.gaps == "any":
            return batch
        items = batch.targets[:, self.context :]
        batch.inputs[:, : self.context] = self.symbols
        places = self._crowded(rng, count) if self.gaps == "short" else self._spread(rng, count)
        np.put_along_axis(batch.inputs, places, items, axis=1)
        return batch

    def _crowded(self, rng: np.random.Generator, count: int) -> np.ndarray:
        """Draw any M places within 2 M steps that begin anywhere, (B, M) in order."""
        width = CROWDING * self.items
        chosen = rng.random((count, width)).argsort(axis=1)[:, : self.items]
        begin = rng.integers(0, self.context - width + 1, count)
        return np.sort(chosen, axis=1) + begin[:, None]

    def _borders(self) -> np.ndarray:
        """Return where each of the M parts begins, and where the last one ends, (M + 1,)."""
        return np.arange(self.items + 1) * self.context // self.items

    def _spread(self, rng: np.random.Generator, count: int) -> np.ndarray:
        """Draw a place in each of the M parts, (B, M)."""
        borders = self._borders()
        return rng.integers(borders[:-1], borders[1:], (count, self.items))

    def elsewhere(self) -> dict[str, rnnbench.GeneratedTask]:
        """Return settings with the two other kinds of gaps."""
        return {gaps: replace(self, gaps=gaps) for gaps in GAPS if gaps != self.gaps}

    def blind_score(self, steps: int) -> float:
        """Return the accuracy of the best reader of the last `steps` steps, by formula.

        It is right for an item that it sees, and guesses others with probability 1/V.
        """
        if self.gaps == "any":
            return super().blind_score(steps)
        seen = 0.0
        for item in range(self.items):
            unseen = min(self.context + item + 1 - steps, self.context)
            seen += self._chance_to_see(item, unseen) / self.items
        return seen + (1 - seen) / self.symbols

    def _chance_to_see(self, item: int, unseen: int) -> float:
        """Return the probability that an item is behind the first `unseen` places."""
        if self.gaps == "even":
            borders = self._borders()
            length = borders[item + 1] - borders[item]
            return float(np.clip((borders[item + 1] - unseen) / length, 0, 1))
        width = CROWDING * self.items
        begins = range(self.context - width + 1)
        hidden = [min(max(unseen - begin, 0), width) for begin in begins]
        return sum(self._behind(item, part, width) for part in hidden) / len(begins)

    def _behind(self, item: int, hidden: int, width: int) -> float:
        """Return the probability that at most `item` of M items are in `hidden` of `width` places.

        source: the hypergeometric distribution.
        """
        ways = sum(comb(hidden, n) * comb(width - hidden, self.items - n) for n in range(item + 1))
        return ways / comb(width, self.items)
