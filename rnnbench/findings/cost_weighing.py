"""The same of cost: times of replicates, what is counted, and epochs times the time of a step."""

from collections.abc import Mapping, Sequence

import numpy as np
from msgspec.structs import replace
from scipy import stats

from rnnbench.findings.book import Book, key
from rnnbench.findings.effects import p_below, typical
from rnnbench.findings.estimates import INTERVAL_REPLICATES
from rnnbench.findings.paces import over_occasions, that_count
from rnnbench.findings.ranges import Range
from rnnbench.findings.weights import Weighed, logs
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
    inside = 2 * max(_t_above(values, region.low, slack, 0.0), _t_below(values, region.high, slack, 0.0))
    beyond = 2 * min(_t_below(values, region.low, slack, 1.0), _t_above(values, region.high, slack, 1.0))
    pair = min(1.0, inside), min(1.0, beyond)
    return (pair[1], pair[0]) if region.outside else pair


def _t_above(values: Sequence[float], boundary: float | None, slack: float, otherwise: float) -> float:
    if boundary is None:
        return otherwise
    return float(stats.t.sf((np.mean(values) - slack - boundary) / stats.sem(values), len(values) - 1))


def _t_below(values: Sequence[float], boundary: float | None, slack: float, otherwise: float) -> float:
    opposite = None if boundary is None else -boundary
    return _t_above([-value for value in values], opposite, slack, otherwise)


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
    values = tuple(value + float(np.log(step.centre)) for value in learned.values)
    return replace(whole, p_for=max(p for p, _ in p_values), p_against=max(p for _, p in p_values), values=values)


def _product(epochs: Sequence[tuple[float, float]], pace: Sequence[float], region: Region) -> tuple[float, float]:
    """Two-sided p-values that the product, a sum of logarithms, lies in a region, and that it lies outside; each looks
    at the ends of epochs that speak against it."""
    slack = float(np.log(BETWEEN_KINDS))
    highest, turned = [high for _, high in epochs], ([-low for low, _ in epochs], [-value for value in pace])

    def below(bound: float | None, otherwise: float) -> float:
        return otherwise if bound is None else _both(highest, pace, bound, slack)

    def above(bound: float | None, otherwise: float) -> float:
        return otherwise if bound is None else _both(*turned, -bound, slack)

    inside = min(1.0, 2 * max(above(region.low, 0.0), below(region.high, 0.0)))
    beyond = min(1.0, 2 * min(below(region.low, 1.0), above(region.high, 1.0)))
    return (beyond, inside) if region.outside else (inside, beyond)


def _both(epochs: Sequence[float], pace: Sequence[float], bound: float, slack: float) -> float:
    """p-value that epochs and time together lie below a bound: twice the worse of both, at the best way to share it."""
    centre = (typical(epochs) + bound - float(np.mean(pace)) - slack) / 2
    parts = centre + np.linspace(-1.0, 1.0, SPLITS) * max(abs(centre), 1.0)
    found = [max(p_below(epochs, part), _t_below(pace, bound - part, slack, 0.0)) for part in parts]
    return 2 * min(found)


def weigh_counted(first: CostSide, second: CostSide, reading: Reading, book: Book) -> Weighed:
    """Exact, but for peak memory: every reading of the first against every one of the second."""
    sides = [book.counted.get(key(side), {}) for side in (first, second)]
    ours, theirs = ([f[reading.figure] for f in found.values() if reading.figure in f] for found in sides)
    if not ours or not theirs or not min(theirs):
        return Weighed(by_seeds=False)
    slack = BETWEEN_READINGS if reading.figure == "peak-memory" else 1.0
    low, high = min(ours) / max(theirs) / slack, max(ours) / min(theirs) * slack
    found = Range(float(np.median(ours) / np.median(theirs)), low, high, min(len(ours), len(theirs)))
    trials = tuple(sorted({identity for side in sides for identity in side}))
    inside, beyond = _lies(found, reading.region)
    return Weighed(
        effect=found,
        p_for=0.0 if inside else 1.0,
        p_against=0.0 if beyond else 1.0,
        n=found.n,
        trials=trials,
        by_seeds=False,
    )


def _lies(found: Range, region: Region) -> tuple[bool, bool]:
    """Whether all of a range lies in a region, and whether all of it lies outside."""
    low = -np.inf if region.low is None else region.low
    high = np.inf if region.high is None else region.high
    inside, beyond = low <= found.low and found.high <= high, found.high < low or found.low > high
    return (bool(beyond), bool(inside)) if region.outside else (bool(inside), bool(beyond))
