"""The same of times of replicates, and of epochs times the time of a step."""

from collections.abc import Mapping, Sequence

import numpy as np
from msgspec.structs import replace
from scipy import stats

from rnnbench.findings.claims.book import Book
from rnnbench.findings.claims.weights import Weighed, logs
from rnnbench.findings.cost.paces import over_occasions, same_kind, that_count
from rnnbench.findings.stats.estimates import INTERVAL_REPLICATES
from rnnbench.findings.stats.hodges_lehmann import typical
from rnnbench.findings.stats.ranges import Range
from rnnbench.findings.stats.signed_rank import p_below, two_sided
from rnnbench.records import CostSide, Question, Reading, Region, identity

BETWEEN_KINDS = 1.15
"""By how much a ratio of times of two kinds of layer may move from one day to the next; docs/decisions/0012."""
SPLITS = 101


def weigh_times(first: CostSide, second: CostSide, region: Region, book: Book) -> Weighed:
    """Of several days each has to say the same; between kinds of layer the ratio may move besides."""
    paired = that_count(book.paired(first, second))
    by_occasion = {day: list(found.values()) for day, found in paired.items()}
    trials = tuple(sorted(identity for found in paired.values() for identity in found))
    if not by_occasion:
        return Weighed(by_seeds=False)
    n = sum(map(len, by_occasion.values()))
    whole = Weighed(effect=over_occasions(by_occasion), n=n, trials=trials, by_seeds=False)
    if thin := _thin(by_occasion):
        return replace(whole, reason=thin)
    ours, theirs = (list(book.times[identity(side)].values()) for side in (first, second))
    slack = 0.0 if same_kind(ours, theirs) else float(np.log(BETWEEN_KINDS))
    p_values = [_student(found, logs(region), slack) for found in by_occasion.values()]
    whole = replace(whole, slack=slack > 0)
    return replace(whole, p_for=max(p for p, _ in p_values), p_against=max(p for _, p in p_values))


def _thin(by_occasion: Mapping[str, Sequence[float]]) -> str:
    """Which day has too few replicates for a test; "" where none has."""
    thin = [(day, len(found)) for day, found in by_occasion.items() if len(found) < INTERVAL_REPLICATES]
    return "; ".join(f"{n} of {INTERVAL_REPLICATES} replicates{' on ' + day if day else ''}" for day, n in thin)


def _student(values: Sequence[float], region: Region, slack: float) -> tuple[float, float]:
    """Two-sided p-values by Student's distribution, each boundary moved away by the slack."""
    turned = [-value for value in values]
    return two_sided(
        region, lambda bound: _t_above(values, bound + slack), lambda bound: _t_above(turned, slack - bound)
    )


def _t_above(values: Sequence[float], bound: float) -> float:
    return float(stats.t.sf((np.mean(values) - bound) / stats.sem(values), len(values) - 1))


def with_pace(learned: Weighed, reading: Reading, question: Question, book: Book) -> Weighed:
    """Epochs times the time of a step. Each part has half of the error: a product lies below a bound where the epochs
    lie below some part of it, and the time below the rest."""
    assert question.pace
    counting = that_count(book.paired(*question.pace))
    paired = {day: list(found.values()) for day, found in counting.items()}
    trials = tuple(sorted(identity for found in counting.values() for identity in found))
    if learned.effect is None:
        return learned
    if not paired:
        return replace(learned, effect=None, p_for=None, p_against=None, reason="no times of a step")
    step, each = over_occasions(paired), learned.effect
    product = Range(each.centre * step.centre, each.low * step.low, each.high * step.high, each.n)
    if "range" not in (each.kind, step.kind):
        product = replace(product, kind="product of intervals")
    whole = replace(
        learned, effect=product, trials=learned.trials + trials, p_for=None, p_against=None, above=(), below=()
    )
    if thin := _thin(paired):
        return replace(whole, reason=thin)
    p_values = [_product(learned, pace, logs(reading.region)) for pace in paired.values()]
    return replace(whole, p_for=max(p for p, _ in p_values), p_against=max(p for _, p in p_values))


def _product(learned: Weighed, pace: Sequence[float], region: Region) -> tuple[float, float]:
    """Two-sided p-values that the product, a sum of logarithms, lies in a region, and that it lies outside; each looks
    at the ends of epochs that speak against it."""
    slack, turned = float(np.log(BETWEEN_KINDS)), [-value for value in pace]
    above = [[-low for low, _ in ends.values()] for ends in learned.above]
    below = [[high for _, high in ends.values()] for ends in learned.below]
    return two_sided(
        region,
        lambda bound: max(_both(epochs, len(below), turned, -bound, slack) for epochs in above),
        lambda bound: max(_both(epochs, len(above), pace, bound, slack) for epochs in below),
    )


def _both(epochs: Sequence[float], own: int, pace: Sequence[float], bound: float, slack: float) -> float:
    """p-value that epochs and time together lie below a bound: twice the worse of both, at the best way to share it.
    Epochs are those of one of `own` rates, of which the best was chosen: Bonferroni's share for each."""
    centre = (typical(epochs) + bound - float(np.mean(pace)) - slack) / 2
    parts, turned = centre + np.linspace(-1.0, 1.0, SPLITS) * max(abs(centre), 1.0), [-value for value in pace]
    found = [max(own * p_below(epochs, part), _t_above(turned, slack - bound + part)) for part in parts]
    return min(1.0, 2 * min(found))
