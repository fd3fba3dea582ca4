"""Word problems of groups: the running product of group elements."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from itertools import permutations
from typing import ClassVar, Literal

import numpy as np

import rnnbench
from rnnbench_tasks.lengths import Array, VariableLength, padded

GroupName = Literal["Z2", "Z60", "S3", "A5", "S5"]


@dataclass(frozen=True)
class Group(VariableLength):
    """What is the product of all group elements read so far?

    read:                 (12)  (123)  (123)  ...      in S3, each a token
    answer at each step:  (12)  (13)   (23)   ...      do the first, then the second, then the third

    group = Z2 (parity), Z60 (abelian), S3 (solvable), A5 and S5 (not solvable: their word problems
    are complete for NC1). Tokens are drawn evenly from all elements, so that a reader who misses a
    step is right 1 time in |G|: |G| = 2, 60, 6, 60, 120. Lengths are drawn evenly from 1 to the
    horizon; tests at 1x, 2x, 4x and 10x have exactly so many times the horizon, and ask at the last
    step alone: a mean over all steps would count those of training again. The target is ours: 99 of
    100 answers right on the lengths of training. source: Merrill, Petty & Sabharwal 2024,
    arXiv:2404.08819, with more lengths than theirs, 1 to the horizon.
    """

    group: GroupName = "A5"
    asked: Literal["every-step", "last-step"] = "every-step"
    name: ClassVar[str] = "group"
    loss: ClassVar[rnnbench.Loss] = "cross-entropy"
    readout: ClassVar[rnnbench.Readout] = "every-step"
    metrics: ClassVar[tuple[rnnbench.Metric, ...]] = (rnnbench.ACCURACY, rnnbench.SCALED_ACCURACY)
    target: ClassVar[float] = 0.99
    trivial_forecast: ClassVar[str] = "any one element"

    @property
    def order(self) -> int:
        """|G|."""
        return len(elements(self.group))

    @property
    def vocabulary(self) -> int:
        """One token an element."""
        return self.order

    @property
    def output_size(self) -> int:
        """One class an element."""
        return self.order

    def generate(self, rng: np.random.Generator, count: int) -> rnnbench.Batch:
        """Inputs (B, T) elements; targets (B, T) their running product; extra "chance" (B, 1)."""
        lengths = self.draw_lengths(rng, count)
        factors = rng.integers(0, self.order, (count, self.longest))
        table, products = multiplication_table(self.group), factors.copy()
        for step in range(1, self.longest):
            products[:, step] = table[products[:, step - 1], factors[:, step]]
        chance = np.full((count, 1), 1 / self.order)
        mask = (
            None if self.asked == "every-step" else np.arange(self.longest) == lengths[:, None] - 1
        )
        tokens, answers = padded(factors, lengths), padded(products, lengths)
        return rnnbench.Batch(tokens, answers, {"chance": chance}, lengths=lengths, mask=mask)

    def elsewhere(self) -> Mapping[str, rnnbench.GeneratedTask]:
        """The same lengths as elsewhere, asked for at the last step."""
        found: dict[str, rnnbench.GeneratedTask] = {}
        for name, task in super().elsewhere().items():
            assert isinstance(task, Group)
            found[name] = replace(task, asked="last-step")
        return found

    def trivial(self, train: rnnbench.Batch, test: rnnbench.Batch) -> Mapping[str, float]:  # noqa: ARG002
        """By formula: the product of elements drawn evenly is drawn evenly."""
        return {"accuracy": 1 / self.order, "scaled accuracy": 0.0}

    def blind_score(self, steps: int) -> float:
        """By formula: right up to that step, and at chance from then on."""
        if self.asked == "last-step":
            seen = np.mean(self.possible_lengths <= steps)
        else:
            seen = np.minimum(self.possible_lengths, steps).sum() / self.possible_lengths.sum()
        return float(seen + (1 - seen) / self.order)


@cache
def elements(group: GroupName) -> Array:
    """The elements as permutations of n points, (|G|, n), the identity first: rotations, all, or
    the even ones."""
    points = int(group[1:])
    found: Array = (
        np.array(list(permutations(range(points)))) if group[0] != "Z" else _rotations(points)
    )
    if group[0] == "A":
        inversions = [
            found[:, i] > found[:, j] for i in range(points) for j in range(i + 1, points)
        ]
        found = found[np.sum(inversions, axis=0) % 2 == 0]
    return found


def _rotations(points: int) -> Array:
    turned: Array = np.arange(points) + np.arange(points)[:, None]
    return turned % points


@cache
def multiplication_table(group: GroupName) -> Array:
    """The position of "first i, then j" among the elements, (|G|, |G|)."""
    found = elements(group)
    position = {element.tobytes(): index for index, element in enumerate(found)}
    return np.array([[position[then[first].tobytes()] for then in found] for first in found])
