"""The cells in the order of their results over all conditions."""

from collections.abc import Sequence

from rnnbench.findings.learning.records import Condition

Rank = tuple[bool, float, str]


def ranking(conditions: Sequence[Condition]) -> tuple[str, ...]:
    """Return the rows by their mean place over the conditions, the best first.

    A place is the share of a condition's cells that come before. Cells with figures under fewer
    than half of the conditions follow the others, since their places are of other conditions.
    """
    places: dict[str, list[float]] = {}
    for condition in conditions:
        ranked = condition.ranked
        for place, arm in enumerate(ranked):
            places.setdefault(arm.row, []).append(place / len(ranked))

    def rank(row: str) -> Rank:
        own = places[row]
        return 2 * len(own) < len(conditions), sum(own) / len(own), row

    return tuple(sorted(places, key=rank))
