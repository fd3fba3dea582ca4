"""The same of times of replicates, and of epochs times the time of a step."""

from collections.abc import Mapping, Sequence

import numpy as np
from msgspec.structs import replace
from scipy import stats

from rnnbench.findings.claims.evidence_records import Evidence, logs
from rnnbench.findings.claims.measurements import Measurements
from rnnbench.findings.cost.step_times import over_sessions, same_kind, that_count
from rnnbench.findings.stats.estimates import INTERVAL_REPLICATES
from rnnbench.findings.stats.hodges_lehmann import typical
from rnnbench.findings.stats.ranges import Range
from rnnbench.findings.stats.signed_rank import p_below as p_epochs_below, two_sided
from rnnbench.records import CostSide, Question, Reading, Region, identity

BETWEEN_KINDS = 1.15
"""By how much a ratio of times of two kinds of layer may move from one day to the next;
docs/decisions/0012."""
SPLITS = 101


def evidence_of_times(
    first: CostSide, second: CostSide, region: Region, measurements: Measurements
) -> Evidence:
    """Of several days each has to say the same; between kinds of layer the ratio may move
    besides."""
    paired = that_count(measurements.paired(first, second))
    by_session = {day: list(found.values()) for day, found in paired.items()}
    trials = tuple(sorted(identity for found in paired.values() for identity in found))
    if not by_session:
        return Evidence(by_seeds=False)
    n = sum(map(len, by_session.values()))
    whole = Evidence(effect=over_sessions(by_session), n=n, trials=trials, by_seeds=False)
    if thin := _thin(by_session):
        return replace(whole, reason=thin)
    ours, theirs = (list(measurements.times[identity(side)].values()) for side in (first, second))
    slack = 0.0 if same_kind(ours, theirs) else float(np.log(BETWEEN_KINDS))
    p_values = [_student(found, logs(region), slack) for found in by_session.values()]
    whole = replace(whole, slack=slack > 0)
    return replace(whole, p_for=max(p for p, _ in p_values), p_against=max(p for _, p in p_values))


def _thin(by_session: Mapping[str, Sequence[float]]) -> str:
    """Which day has too few replicates for a test; "" where none has."""
    thin = [
        (day, len(found)) for day, found in by_session.items() if len(found) < INTERVAL_REPLICATES
    ]
    return "; ".join(
        f"{n} of {INTERVAL_REPLICATES} replicates{' on ' + day if day else ''}" for day, n in thin
    )


def _student(values: Sequence[float], region: Region, slack: float) -> tuple[float, float]:
    """Two-sided p-values by Student's distribution, each boundary moved away by the slack."""
    turned = [-value for value in values]

    def p_above(bound: float) -> float:
        return _t_above(values, bound + slack)

    def p_below(bound: float) -> float:
        return _t_above(turned, slack - bound)

    return two_sided(region, p_above, p_below)


def _t_above(values: Sequence[float], bound: float) -> float:
    return float(stats.t.sf((np.mean(values) - bound) / stats.sem(values), len(values) - 1))


def with_step_times(
    learned: Evidence, reading: Reading, question: Question, measurements: Measurements
) -> Evidence:
    """Epochs times the time of a step. Each part has half of the error: a product lies below a
    bound where the epochs lie below some part of it, and the time below the rest."""
    assert question.step_time
    counting = that_count(measurements.paired(*question.step_time))
    paired = {day: list(found.values()) for day, found in counting.items()}
    trials = tuple(sorted(identity for found in counting.values() for identity in found))
    if learned.effect is None:
        return learned
    if not paired:
        return replace(
            learned, effect=None, p_for=None, p_against=None, reason="no times of a step"
        )
    whole = replace(
        learned,
        effect=_product_range(learned.effect, over_sessions(paired)),
        trials=learned.trials + trials,
        p_for=None,
        p_against=None,
        above=(),
        below=(),
    )
    if thin := _thin(paired):
        return replace(whole, reason=thin)
    p_values = [_product(learned, step_time, logs(reading.region)) for step_time in paired.values()]
    return replace(whole, p_for=max(p for p, _ in p_values), p_against=max(p for _, p in p_values))


def _product_range(epochs: Range, step: Range) -> Range:
    """The range of epochs times the time of a step, from the ranges of both."""
    product = Range(
        epochs.centre * step.centre, epochs.low * step.low, epochs.high * step.high, epochs.n
    )
    if "range" in (epochs.kind, step.kind):
        return product
    return replace(product, kind="product of intervals")


def _product(learned: Evidence, step_time: Sequence[float], region: Region) -> tuple[float, float]:
    """Two-sided p-values that the product, a sum of logarithms, lies in a region, and that it lies
    outside; each looks at the ends of epochs that speak against it."""
    lowest = [[-low for low, _ in ends.values()] for ends in learned.above]
    highest = [[high for _, high in ends.values()] for ends in learned.below]
    turned = [-value for value in step_time]

    def p_above(bound: float) -> float:
        return max(_p_product_below(epochs, len(highest), turned, -bound) for epochs in lowest)

    def p_below(bound: float) -> float:
        return max(_p_product_below(epochs, len(lowest), step_time, bound) for epochs in highest)

    return two_sided(region, p_above, p_below)


def _p_product_below(
    epochs: Sequence[float], rates: int, step_time: Sequence[float], bound: float
) -> float:
    """P-value of the hypothesis that the logarithms of epochs and of step time add up to less than
    a bound.

    Either part may take any share of the bound, and the share with the smallest p-value counts, so
    that the p-value is twice the larger one of both parts. Epochs are those of the best of so many
    `rates`: Bonferroni's share for each.
    """
    slack = float(np.log(BETWEEN_KINDS))
    centre = (typical(epochs) + bound - float(np.mean(step_time)) - slack) / 2
    reach = max(abs(centre), 1.0)
    turned = [-value for value in step_time]
    smallest = 1.0
    for epochs_bound in centre + np.linspace(-1.0, 1.0, SPLITS) * reach:
        p_epochs = rates * p_epochs_below(epochs, epochs_bound)
        p_time = _t_above(turned, slack - bound + epochs_bound)
        smallest = min(smallest, max(p_epochs, p_time))
    return min(1.0, 2 * smallest)
