"""The split of a user's sequences into training, validation and test data."""

from collections.abc import Sequence

import numpy as np

from rnnbench_tasks.series.own_file import Table

ASIDE_SHARE = 0.15
"""The share of validation data, and that of test data."""
SPLIT_SEED = 20261125


def split_sequences(
    table: Table, classes: Sequence[str], groups: Sequence[str] | None
) -> list[np.ndarray]:
    """Return the positions of training, validation and test sequences.

    Each part gets its share of every class or, where there are groups, its share of the groups.
    Raises DataUnavailable where a class, or all groups together, cannot fill three parts.
    """
    rng = np.random.default_rng(SPLIT_SEED)
    parts: list[list[int]] = [[], [], []]
    for name, units in _strata(classes, groups).items():
        if len(units) < 3:
            found = f"there are {len(units)} groups"
            if groups is None:
                found = f"class '{name}' has {len(units)} sequences"
            raise table.fault(f"{found}, and three parts need at least 3")
        aside = max(1, round(ASIDE_SHARE * len(units)))
        order = rng.permutation(len(units))
        validation, test, train = np.split(order, [aside, 2 * aside])
        for part, chosen in zip(parts, (train, validation, test), strict=True):
            for unit in chosen:
                part += units[unit]
    return [np.sort(part) for part in parts]


def _strata(classes: Sequence[str], groups: Sequence[str] | None) -> dict[str, list[list[int]]]:
    """Return lists of positions that stay together, by the stratum from which they are drawn."""
    if groups is not None:
        members: dict[str, list[int]] = {}
        for position, group in enumerate(groups):
            members.setdefault(group, []).append(position)
        return {"": list(members.values())}
    strata: dict[str, list[list[int]]] = {}
    for position, name in enumerate(classes):
        strata.setdefault(name, []).append([position])
    return strata
