"""The same of cost: times of replicates, what is counted, and epochs times the time of a step."""

from collections.abc import Mapping, Sequence

import numpy as np
from msgspec.structs import replace
from scipy import stats

from rnnbench.findings.book import Book, key
from rnnbench.findings.effects import p_below, two_sided, typical
from rnnbench.findings.estimates import INTERVAL_REPLICATES, LEVEL
from rnnbench.findings.paces import over_occasions, that_count
from rnnbench.findings.ranges import Range
from rnnbench.findings.weights import Weighed, exponential, logs
from rnnbench.records import CostSide, Question, Reading, Region

BETWEEN_KINDS = 1.15
"""By how much a ratio of times of two kinds of layer may move from one day to the next; docs/decisions/0012."""
BETWEEN_READINGS = 1.02
"""By how much peak memory may be misread."""
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
    slack = 0.0 if first.cell.name == second.cell.name else float(np.log(BETWEEN_KINDS))
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
    paired = {day: list(found.values()) for day, found in book.paired(*question.pace).items()}
    trials = tuple(sorted(identity for found in book.paired(*question.pace).values() for identity in found))
    if learned.effect is None:
        return learned
    if not paired:
        return replace(learned, effect=None, p_for=None, p_against=None, reason="no times of a step")
    step, each = over_occasions(paired), learned.effect
    product = Range(each.centre * step.centre, each.low * step.low, each.high * step.high, each.n)
    whole = replace(learned, effect=product, trials=learned.trials + trials, p_for=None, p_against=None)
    if thin := _thin(paired):
        return replace(whole, reason=thin)
    p_values = [_product(learned.ends, pace, logs(reading.region)) for pace in paired.values()]
    return replace(whole, p_for=max(p for p, _ in p_values), p_against=max(p for _, p in p_values))


def _product(epochs: Sequence[tuple[float, float]], pace: Sequence[float], region: Region) -> tuple[float, float]:
    """Two-sided p-values that the product, a sum of logarithms, lies in a region, and that it lies outside; each looks
    at the ends of epochs that speak against it."""
    slack = float(np.log(BETWEEN_KINDS))
    highest, turned = [high for _, high in epochs], ([-low for low, _ in epochs], [-value for value in pace])
    return two_sided(
        region, lambda bound: _both(*turned, -bound, slack), lambda bound: _both(highest, pace, bound, slack)
    )


def _both(epochs: Sequence[float], pace: Sequence[float], bound: float, slack: float) -> float:
    """p-value that epochs and time together lie below a bound: twice the worse of both, at the best way to share it."""
    centre = (typical(epochs) + bound - float(np.mean(pace)) - slack) / 2
    parts, turned = centre + np.linspace(-1.0, 1.0, SPLITS) * max(abs(centre), 1.0), [-value for value in pace]
    found = [max(p_below(epochs, part), _t_above(turned, slack - bound + part)) for part in parts]
    return 2 * min(found)


def weigh_counted(first: CostSide, second: CostSide, reading: Reading, book: Book) -> Weighed:
    """Exact, but for peak memory, which is read anew by each replicate."""
    sides = [book.counted.get(key(side), {}) for side in (first, second)]
    ours, theirs = ([f[reading.figure] for f in found.values() if reading.figure in f] for found in sides)
    if not ours or not theirs or not min(theirs):
        return Weighed(by_seeds=False)
    trials = tuple(sorted({identity for side in sides for identity in side}))
    whole = Weighed(n=min(len(ours), len(theirs)), trials=trials, by_seeds=False)
    if reading.figure == "peak-memory":
        return _weigh_peaks(whole, np.log(ours), np.log(theirs), logs(reading.region))
    found = Range(float(np.median(ours) / np.median(theirs)), min(ours) / max(theirs), max(ours) / min(theirs), whole.n)
    inside, beyond = _lies(found, reading.region)
    return replace(whole, effect=found, p_for=0.0 if inside else 1.0, p_against=0.0 if beyond else 1.0)


def _weigh_peaks(whole: Weighed, ours: np.ndarray, theirs: np.ndarray, region: Region) -> Weighed:
    """By Welch's test on the logarithms, each boundary moved away by how much a peak may be misread."""
    slack = float(np.log(BETWEEN_READINGS))
    if whole.n < INTERVAL_REPLICATES or not ours.std() + theirs.std():
        lowest, highest = ours.min() - theirs.max() - slack, ours.max() - theirs.min() + slack
        found = Range(float(np.median(ours) - np.median(theirs)), float(lowest), float(highest), whole.n)
        inside, beyond = _lies(found, region)
        thin = f"{whole.n} of {INTERVAL_REPLICATES} replicates" if whole.n < INTERVAL_REPLICATES else ""
        p_for, p_against = (None, None) if thin else (0.0 if inside else 1.0, 0.0 if beyond else 1.0)
        return replace(whole, effect=exponential(found), reason=thin, p_for=p_for, p_against=p_against)
    interval = stats.ttest_ind(ours, theirs, equal_var=False).confidence_interval(1 - LEVEL)
    found = Range(float(ours.mean() - theirs.mean()), interval.low - slack, interval.high + slack, whole.n)
    p_for, p_against = two_sided(
        region, lambda bound: _welch(ours, theirs + bound + slack), lambda bound: _welch(theirs + bound - slack, ours)
    )
    effect = exponential(replace(found, kind="95 % interval"))
    return replace(whole, effect=effect, p_for=p_for, p_against=p_against)


def _welch(larger: np.ndarray, smaller: np.ndarray) -> float:
    return float(stats.ttest_ind(larger, smaller, equal_var=False, alternative="greater").pvalue)


def _lies(found: Range, region: Region) -> tuple[bool, bool]:
    """Whether all of a range lies in a region, and whether all of it lies outside."""
    low = -np.inf if region.low is None else region.low
    high = np.inf if region.high is None else region.high
    inside, beyond = low <= found.low and found.high <= high, found.high < low or found.low > high
    return (bool(beyond), bool(inside)) if region.outside else (bool(inside), bool(beyond))
