"""The split of sequences or texts with classes into training, validation and test data."""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from rnnbench.datafile.kinds import unusable
from rnnbench.datafile.table import Array

ASIDE_SHARE = 0.15
"""The share of validation data, and that of test data."""
SPLIT_SEED = 20261125
PARTS = 3


def split_classes(file: str, labels: Sequence[str], units: Sequence[int]) -> Array:
    """The part of each sequence, (S,): 0 for training, 1 for validation, 2 for test data.

    Sequences of one unit are in one part. Each part gets its share of the units of every class,
    that of a unit's first sequence. Raises RnnbenchError where a class has fewer than 3 units.
    """
    few = too_few_units(labels, units)
    if few:
        name, count = few
        raise unusable(
            file,
            f"class '{name}' has {count} sequences or texts that differ, and three parts need at"
            " least 3",
        )
    rng = np.random.default_rng(SPLIT_SEED)
    part_of_unit: dict[int, int] = {}
    for strata in _strata(labels, units).values():
        aside = max(1, round(ASIDE_SHARE * len(strata)))
        order = rng.permutation(len(strata))
        for place, which in enumerate(order):
            part_of_unit[strata[which]] = _part(place, aside)
    return np.array([part_of_unit[unit] for unit in units])


def too_few_units(labels: Sequence[str], units: Sequence[int]) -> tuple[str, int] | None:
    """The class with the fewest units, and how many, where that is fewer than there are parts."""
    counts = {name: len(members) for name, members in _strata(labels, units).items()}
    for name in labels:
        counts.setdefault(name, 0)
    name = min(counts, key=lambda one: counts[one])
    return (name, counts[name]) if counts[name] < PARTS else None


def _part(place: int, aside: int) -> int:
    if place < aside:
        return 1
    return 2 if place < 2 * aside else 0


def _strata(labels: Sequence[str], units: Sequence[int]) -> dict[str, list[int]]:
    """The units of each class, each in that of its first sequence."""
    strata: dict[str, list[int]] = defaultdict(list)
    seen = set()
    for name, unit in zip(labels, units, strict=True):
        if unit not in seen:
            seen.add(unit)
            strata[name].append(unit)
    return strata
