"""Evidence from times: ratios of step times, and of epochs times the time of a step."""

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import NamedTuple

import numpy as np
from msgspec.structs import replace

from rnnbench.findings.claims.evidence_records import BySeed, Evidence, logs
from rnnbench.findings.claims.measurements import Measurements
from rnnbench.findings.cost.step_times import over_sessions, same_kind, sessions_that_count
from rnnbench.findings.stats.estimates import INTERVAL_REPLICATES, p_mean_above
from rnnbench.findings.stats.hodges_lehmann import typical
from rnnbench.findings.stats.ranges import Range
from rnnbench.findings.stats.signed_rank import p_below as p_epochs_below, two_sided
from rnnbench.records import CostSide, Question, Reading, Region, identity

BETWEEN_KINDS = 1.15
"""How much a ratio of times of two kinds of layer may change between sessions, as a factor; see
docs/decisions/0012."""
SPLITS = 101
"""Number of ways in which a bound on a product is split between its two factors."""


class _Pairs(NamedTuple):
    """Log-ratios of times by session, and the ids of the trials that they are from."""

    by_session: dict[str, list[float]]
    trials: tuple[str, ...]

    @classmethod
    def of(cls, first: CostSide, second: CostSide, measurements: Measurements) -> "_Pairs":
        """Return the pairs of the sessions that count."""
        paired = sessions_that_count(measurements.paired(first, second))
        by_session = {session: list(by_trial.values()) for session, by_trial in paired.items()}
        trials = sorted(chain.from_iterable(paired.values()))
        return cls(by_session, tuple(trials))

    @property
    def size(self) -> int:
        """The number of pairs in all sessions."""
        return sum(map(len, self.by_session.values()))


def evidence_of_times(
    first: CostSide, second: CostSide, region: Region, measurements: Measurements
) -> Evidence:
    """Return the evidence on a ratio of step times.

    Of several sessions each has to support the answer: the largest p-value counts. Between kinds of
    layer, each boundary is moved by how much such a ratio may change between sessions.
    """
    pairs = _Pairs.of(first, second, measurements)
    if not pairs.by_session:
        return Evidence(by_seeds=False)
    evidence = Evidence(
        effect=over_sessions(pairs.by_session), n=pairs.size, trials=pairs.trials, by_seeds=False
    )
    too_few = _too_few_replicates(pairs.by_session)
    if too_few:
        return replace(evidence, reason=too_few)
    ours = list(measurements.times[identity(first)].values())
    theirs = list(measurements.times[identity(second)].values())
    clearance = 1.0 if same_kind(ours, theirs) else BETWEEN_KINDS
    bounds = logs(region)
    slack = float(np.log(clearance))
    p_values = [_student(log_ratios, bounds, slack) for log_ratios in pairs.by_session.values()]
    return _with_p_values(replace(evidence, clearance=clearance), p_values)


def with_step_times(
    learned: Evidence, reading: Reading, question: Question, measurements: Measurements
) -> Evidence:
    """Return the evidence on epochs times the time of a step, from the evidence on epochs.

    Each factor has half of the error: a product lies below a bound where the epochs lie below some
    part of the bound, and the time lies below the rest.
    """
    assert question.step_time
    if learned.effect is None:
        return learned
    pairs = _Pairs.of(*question.step_time, measurements)
    if not pairs.by_session:
        return replace(
            learned, effect=None, p_for=None, p_against=None, reason="no times of a step"
        )
    evidence = replace(
        learned,
        effect=_product_range(learned.effect, over_sessions(pairs.by_session)),
        trials=learned.trials + pairs.trials,
        clearance=BETWEEN_KINDS,
        p_for=None,
        p_against=None,
        above=(),
        below=(),
    )
    too_few = _too_few_replicates(pairs.by_session)
    if too_few:
        return replace(evidence, reason=too_few)
    bounds = logs(reading.region)
    p_values = [_product(learned, step_time, bounds) for step_time in pairs.by_session.values()]
    return _with_p_values(evidence, p_values)


def _with_p_values(evidence: Evidence, p_values: Sequence[tuple[float, float]]) -> Evidence:
    """Return the evidence with the largest p-value over sessions, for the claim and against it."""
    p_for = max(p_for for p_for, _ in p_values)
    p_against = max(p_against for _, p_against in p_values)
    return replace(evidence, p_for=p_for, p_against=p_against)


def _too_few_replicates(by_session: Mapping[str, Sequence[float]]) -> str:
    """Return which sessions have too few replicates for a test; "" where none has."""
    sentences = []
    for session, log_ratios in by_session.items():
        if len(log_ratios) < INTERVAL_REPLICATES:
            when = f" on {session}" if session else ""
            sentences.append(f"{len(log_ratios)} of {INTERVAL_REPLICATES} replicates{when}")
    return "; ".join(sentences)


def _student(values: Sequence[float], region: Region, slack: float) -> tuple[float, float]:
    """Return two-sided p-values by Student's t, each boundary moved away by the slack."""
    negated = [-value for value in values]

    def p_above(bound: float) -> float:
        return p_mean_above(values, bound + slack)

    def p_below(bound: float) -> float:
        return p_mean_above(negated, slack - bound)

    return two_sided(region, p_above, p_below)


def _product_range(epochs: Range, step: Range) -> Range:
    """Return the range of epochs times the time of a step."""
    product = Range(
        epochs.centre * step.centre, epochs.low * step.low, epochs.high * step.high, epochs.n
    )
    if "range" in (epochs.kind, step.kind):
        return product
    return replace(product, kind="product of intervals")


def _product(learned: Evidence, step_time: Sequence[float], region: Region) -> tuple[float, float]:
    """Return two-sided p-values that a product lies in a region, and outside of it.

    The logarithm of the product is a sum. Each test uses the ends of epochs that speak against it.
    """
    negated_time = [-value for value in step_time]
    negated_lows = [_negated_lows(by_seed) for by_seed in learned.above]
    highs = [_highs(by_seed) for by_seed in learned.below]

    def p_above(bound: float) -> float:
        return max(
            _p_product_below(epochs, len(highs), negated_time, -bound) for epochs in negated_lows
        )

    def p_below(bound: float) -> float:
        return max(
            _p_product_below(epochs, len(negated_lows), step_time, bound) for epochs in highs
        )

    return two_sided(region, p_above, p_below)


def _negated_lows(by_seed: BySeed) -> list[float]:
    return [-low for low, _ in by_seed.values()]


def _highs(by_seed: BySeed) -> list[float]:
    return [high for _, high in by_seed.values()]


def _p_product_below(
    epochs: Sequence[float], rates: int, step_time: Sequence[float], bound: float
) -> float:
    """Return the p-value that the log of epochs plus the log of step time lies below a bound.

    The bound is split between both factors in many ways, and the split with the smallest p-value
    counts; therefore the p-value is twice the larger one of both factors.

    rates: the number of learning rates of which the epochs are the best (Bonferroni).
    """
    slack = float(np.log(BETWEEN_KINDS))
    centre = (typical(epochs) + bound - float(np.mean(step_time)) - slack) / 2
    reach = max(abs(centre), 1.0)
    negated_time = [-value for value in step_time]
    smallest = 1.0
    for epochs_bound in centre + np.linspace(-1.0, 1.0, SPLITS) * reach:
        p_epochs = rates * p_epochs_below(epochs, epochs_bound)
        p_time = p_mean_above(negated_time, slack - bound + epochs_bound)
        smallest = min(smallest, max(p_epochs, p_time))
    return min(1.0, 2 * smallest)
