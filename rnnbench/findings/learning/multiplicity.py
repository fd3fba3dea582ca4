"""The correction of p-values for all pairs of cells under one condition.

Conditions of a claim are corrected together by another method: `findings/claims/judging.py`.
"""

from collections.abc import Mapping

from rnnbench.findings.learning.looks import Looks, Pair
from rnnbench.findings.stats.holm import holm


def adjusted(p_values: Mapping[Pair, float], looks: Looks) -> dict[Pair, float]:
    """Adjust p-values by Holm's method over all pairs of `looks`.

    Each result is compared with the level of its own look. Where levels differ, p-values are
    weighted by them. A pair without a p-value yet may get any, and keeps its share of the error.
    """
    levels = [looks[pair].level for pair in p_values]
    weights = [min(levels) / level for level in levels]
    weighted = [p * weight for p, weight in zip(p_values.values(), weights, strict=True)]
    without_p_value = [1.0] * (len(looks) - len(weighted))
    by_holm = holm([*weighted, *without_p_value])
    results = {}
    for pair, p_value, weight in zip(p_values, by_holm, weights, strict=False):
        results[pair] = min(1.0, p_value / weight)
    return results
