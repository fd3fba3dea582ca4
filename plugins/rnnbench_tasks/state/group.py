"""Word problems of groups: the running product of group elements."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from itertools import combinations, permutations
from typing import ClassVar, Literal

import numpy as np

import rnnbench
from rnnbench_tasks.lengths import Array, VariableLength, padded

GroupName = Literal["Z2", "Z60", "S3", "A5", "S5"]


@dataclass(frozen=True)
class Group(VariableLength):
    """What is the product of all group elements read so far?

    read:                 (12)  (123)  (123)  ...      in S3, each element a token
    answer at each step:  (12)  (13)   (23)   ...      products from left to right: first (12), ...

    `group` is Z2 (parity), Z60 (abelian), S3 (solvable), A5 or S5. The last two are not solvable:
    their word problems are complete for NC1. Tokens are drawn evenly from all |G| = 2, 60, 6, 60 or
    120 elements. A reader who misses a step is therefore right with probability 1/|G|. Lengths are
    drawn evenly from 1 to the horizon.

    The tests 1x, 2x, 4x and 10x have sequences of exactly 1, 2, 4 and 10 horizons. They ask at the
    last step alone, since a mean over all steps would count the lengths of training again. The
    target is our choice: 99 % of answers right at training lengths.

    source: Merrill, Petty & Sabharwal 2024, arXiv:2404.08819, with more lengths than there: all
    from 1 to the horizon.
    """

    group: GroupName = "A5"
    asked: Literal["every-step", "last-step"] = "every-step"
    """Where answers are asked for; the tests on longer sequences ask at the last step."""
    name: ClassVar[str] = "group"
    loss: ClassVar[rnnbench.Loss] = "cross-entropy"
    readout: ClassVar[rnnbench.Readout] = "every-step"
    metrics: ClassVar[tuple[rnnbench.Metric, ...]] = (rnnbench.ACCURACY, rnnbench.SCALED_ACCURACY)
    target: ClassVar[float] = 0.99
    trivial_forecast: ClassVar[str] = "any one element"

    @property
    def order(self) -> int:
        """The order of the group, |G|: the number of its elements."""
        return len(elements(self.group))

    @property
    def vocabulary(self) -> int:
        """One token for each element."""
        return self.order

    @property
    def output_size(self) -> int:
        """One class for each element."""
        return self.order

    def generate(self, rng: np.random.Generator, count: int) -> rnnbench.Batch:
        """Return inputs (B, T) of elements and targets (B, T), their running products.

        `extra["chance"]`, (B, 1), is 1/|G|.
        """
        lengths = self.draw_lengths(rng, count)
        factors = rng.integers(0, self.order, (count, self.longest))
        table = multiplication_table(self.group)
        products = factors.copy()
        for step in range(1, self.longest):
            products[:, step] = table[products[:, step - 1], factors[:, step]]
        chance = np.full((count, 1), 1 / self.order)
        mask: Array | None = None
        if self.asked == "last-step":
            mask = np.arange(self.longest) == lengths[:, None] - 1
        tokens = padded(factors, lengths)
        answers = padded(products, lengths)
        return rnnbench.Batch(tokens, answers, {"chance": chance}, lengths=lengths, mask=mask)

    def elsewhere(self) -> Mapping[str, rnnbench.GeneratedTask]:
        """Return settings with 1, 2, 4 and 10 times the longest length, asked at the last step."""
        found: dict[str, rnnbench.GeneratedTask] = {}
        for name, task in super().elsewhere().items():
            assert isinstance(task, Group)
            found[name] = replace(task, asked="last-step")
        return found

    def trivial(self, train: rnnbench.Batch, test: rnnbench.Batch) -> Mapping[str, float]:  # noqa: ARG002
        """Return the scores of any one element by formula: all products are equally likely."""
        return {"accuracy": 1 / self.order, "scaled accuracy": 0.0}

    def blind_score(self, steps: int) -> float:
        """Return the accuracy of the best reader of the last `steps` steps, by formula.

        It is right where no more than `steps` steps have been read, and at chance elsewhere.
        """
        if self.asked == "last-step":
            seen = np.mean(self.possible_lengths <= steps)
        else:
            seen = np.minimum(self.possible_lengths, steps).sum() / self.possible_lengths.sum()
        return float(seen + (1 - seen) / self.order)


@cache
def elements(group: GroupName) -> Array:
    """Return the elements as permutations of n points, (|G|, n), the identity first.

    A group named Z has the rotations, S all permutations, and A the even ones.
    """
    points = int(group[1:])
    if group[0] == "Z":
        return _rotations(points)
    found: Array = np.array(list(permutations(range(points))))
    if group[0] == "A":
        pairs = combinations(range(points), 2)
        inversions = [found[:, i] > found[:, j] for i, j in pairs]
        found = found[np.sum(inversions, axis=0) % 2 == 0]
    return found


def _rotations(points: int) -> Array:
    turned: Array = np.arange(points) + np.arange(points)[:, None]
    return turned % points


@cache
def multiplication_table(group: GroupName) -> Array:
    """Return the indices of the products, (|G|, |G|): entry i, j is "first i, then j"."""
    found = elements(group)
    position = {element.tobytes(): index for index, element in enumerate(found)}
    rows = []
    for first in found:
        products = [then[first] for then in found]
        rows.append([position[product.tobytes()] for product in products])
    return np.array(rows)
