"""Caveats on epochs to target, scores and memory spans: thresholds that disagree, ties, ends of
scales and of budgets."""

from collections.abc import Collection, Iterator, Sequence
from itertools import chain

from rnnbench import text
from rnnbench.findings.learning.epochs_to_target import ShareRatio
from rnnbench.findings.learning.horizons import HorizonFinding
from rnnbench.findings.learning.records import Condition
from rnnbench.findings.learning.span import FEWEST, Span

RATIO_DIGITS = 2


def target_caveats(conditions: Sequence[Condition]) -> Iterator[str]:
    """Yield caveats on when a target is reached, and on scores that do not part cells."""
    for condition in conditions:
        yield from epochs_caveats(condition)
        yield from score_caveats(condition)


def epochs_caveats(condition: Condition) -> Iterator[str]:
    """Yield caveats on when a target is reached."""
    for caveat in (
        *_disagreeing_thresholds(condition),
        *_ties(condition),
        *_first_epoch(condition),
    ):
        yield f"{condition.title}: {caveat}."


def score_caveats(condition: Condition) -> Iterator[str]:
    """Yield caveats on scores that do not part cells, and that more epochs might change."""
    for caveat in (*_ceiling(condition), *_still_improving(condition)):
        yield f"{condition.title}: {caveat}."


def _disagreeing_thresholds(condition: Condition) -> Iterator[str]:
    """Yield pairs of cells of which each is quicker by some threshold."""
    for pair in condition.ratios:
        centres = [at_share.ratio.centre for at_share in pair.ratios]
        if min(centres) < 1 < max(centres):
            unsolved = _unsolved_shares(condition, pair.row)
            factors = text.enumerated([_factor(ratio, unsolved) for ratio in pair.ratios])
            yield (
                f"whether {pair.other} or {pair.row} is quicker depends on what counts as"
                f" acceptable. {pair.row} takes {factors} times the epochs of {pair.other}"
            )


def _unsolved_shares(condition: Condition, row: str) -> set[float]:
    """Return the thresholds that no seed of a cell reached, whose epochs are those of the
    budget."""
    reached = chain.from_iterable(arm.reached for arm in condition.arms if arm.row == row)
    return {found.share for found in reached if not found.solved}


def _factor(at_share: ShareRatio, unsolved: Collection[float]) -> str:
    where = "target" if at_share.share == 1 else f"{at_share.share:.0%} of the way"
    over = "over " if at_share.share in unsolved else ""
    return f"{over}{text.apart(at_share.ratio.centre, 1.0, RATIO_DIGITS)} ({where})"


def _ties(condition: Condition) -> Iterator[str]:
    for pair in condition.ratios:
        at_target = next((ratio for ratio in pair.ratios if ratio.share == 1), None)
        if at_target and 2 * at_target.ties >= at_target.ratio.n > 1:
            yield (
                f"{pair.row} and {pair.other} reach the target in the same epoch in"
                f" {at_target.ties} of {text.counted(at_target.ratio.n, 'seed')}. Fewer steps an"
                f" epoch would tell {pair.row} and {pair.other} apart"
            )


def _first_epoch(condition: Condition) -> Iterator[str]:
    early = [
        arm.row
        for arm in condition.arms
        if arm.epochs and arm.solved == len(arm.seeds) and arm.epochs.centre == 1
    ]
    if early:
        who = f"{text.enumerated(early)} {'are' if len(early) > 1 else 'is'}"
        yield f"{who} at the target after the first epoch, or within it, in every seed"


def _ceiling(condition: Condition) -> Iterator[str]:
    """Yield the cells whose median is the best score of any seed.

    Such scores are at the end of their scale: they cannot get better.
    """
    metric = condition.metrics[0]
    scores = {}
    for arm in condition.arms:
        score = arm.test.get(metric.name)
        if score and score.n > 1:
            scores[arm.row] = score
    ends = [score.low if metric.direction == "lower" else score.high for score in scores.values()]
    best = min(ends, key=metric.loss, default=None)
    level = [row for row, score in scores.items() if score.centre == best]
    if len(level) > 1 and best is not None and (metric.direction == "higher" or best == 0):
        ceiling = f"at its ceiling of {text.setting(best)}"
        yield f"test {metric.name}, {ceiling}, does not tell {text.enumerated(level)} apart"


def _still_improving(condition: Condition) -> Iterator[str]:
    """Yield the cells whose best epoch is the last one in most seeds, where there is no target.

    A target says how good is good enough; without one, only a longer training shows whether the
    order of the cells is that of their final scores.
    """
    improving = [arm for arm in condition.arms if 2 * arm.best_at_end > len(arm.seeds)]
    if condition.target is None and improving:
        named = [f"{arm.row} in {arm.best_at_end} of {len(arm.seeds)}" for arm in improving]
        last = condition.recipe.epochs
        yield (
            f"the validation score was still improving in epoch {last}, the last of the budget"
            f" (seeds: {text.enumerated(named)}); more epochs may change the order"
        )


def span_caveats(findings: Sequence[HorizonFinding]) -> Iterator[str]:
    """Yield caveats on memory spans."""
    for finding in findings:
        for caveat in (*_spans_without_interval(finding), *_spans_to_the_end(finding)):
            yield f"memory span, {finding.title}: {caveat}."
        for span in finding.spans:
            for caveat in _rung_caveats(span):
                yield f"memory span, {finding.title}: {caveat}."


def _spans_without_interval(finding: HorizonFinding) -> Iterator[str]:
    few = [span.row for span in finding.spans if span.is_known and span.interval is None]
    if few:
        yield (
            f"{text.enumerated(few)} {'has' if len(few) == 1 else 'have'} no interval, as fewer"
            f" than {FEWEST} seeds cannot tell a solve rate from a half"
        )


def _spans_to_the_end(finding: HorizonFinding) -> Iterator[str]:
    longest = [span.row for span in finding.spans if span.longest == finding.horizons[-1]]
    if longest:
        yield (
            f"most seeds of {text.enumerated(longest)} solve the longest horizon tried, so that"
            " the span may be longer"
        )


def _rung_caveats(span: Span) -> Iterator[str]:
    """Yield that horizons beyond the span are solved, and that trials of the span were lost."""
    if not span.is_known:
        trials = text.counted(sum(rung.all for rung in span.rungs), "trial")
        yield f"{span.row} has no span: none of its {trials} gave figures"
        return
    above = [rung.horizon for rung in span.rungs if rung.most and rung.horizon > span.longest]
    if above:
        solved = text.enumerated([str(horizon) for horizon in above])
        yield (
            f"most seeds of {span.row} solve {solved}, but not all horizons below, and the span"
            " ends where they first fail"
        )
    lost = sum(rung.lost for rung in span.rungs)
    if lost:
        verb = "gave no figures and counts" if lost == 1 else "gave no figures and count"
        yield f"{text.counted(lost, 'trial')} of {span.row} {verb} as not solved"
