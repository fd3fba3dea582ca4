"""What to hold against epochs to target and memory spans: thresholds that disagree, ties, and
scales that end."""

from collections.abc import Iterator, Sequence

from rnnbench import text
from rnnbench.findings.learning.epochs_to_target import ShareRatio
from rnnbench.findings.learning.horizons import HorizonFinding
from rnnbench.findings.learning.records import Condition
from rnnbench.findings.learning.span import FEWEST, Span


def target_caveats(conditions: Sequence[Condition]) -> Iterator[str]:
    """Caveats on when a target is reached, and on scores that cannot tell cells apart."""
    for condition in conditions:
        yield from epochs_caveats(condition)
        yield from score_caveats(condition)


def epochs_caveats(condition: Condition) -> Iterator[str]:
    """Caveats on when a target is reached."""
    for caveat in (*_signs(condition), *_ties(condition), *_first_epoch(condition)):
        yield f"{condition.title}: {caveat}."


def score_caveats(condition: Condition) -> Iterator[str]:
    """Caveats on scores that cannot tell cells apart."""
    for caveat in _ceiling(condition):
        yield f"{condition.title}: {caveat}."


def _signs(condition: Condition) -> Iterator[str]:
    """Cells of which each is quicker by some threshold."""
    for pair in condition.ratios:
        centres = [found.ratio.centre for found in pair.ratios]
        if min(centres) < 1 < max(centres):
            said = ", ".join(f"{found.ratio.centre:.2g} {_at(found)}" for found in pair.ratios)
            yield (
                f"whether {pair.other} or {pair.row} is quicker depends on what counts as"
                f" acceptable: {pair.row} takes so many times its epochs: {said}"
            )


def _at(found: ShareRatio) -> str:
    return "to the target" if found.share == 1 else f"at {found.share:.0%} of the way to it"


def _ties(condition: Condition) -> Iterator[str]:
    for pair in condition.ratios:
        found = next((found for found in pair.ratios if found.share == 1), None)
        if found and 2 * found.ties >= found.ratio.n > 1:
            yield (
                f"{pair.row} and {pair.other} reach the target in the same epoch in {found.ties} of"
                f" {found.ratio.n} seeds; fewer steps an epoch would tell them apart"
            )


def _first_epoch(condition: Condition) -> Iterator[str]:
    early = [
        arm.row
        for arm in condition.arms
        if arm.epochs and arm.solved == len(arm.seeds) and arm.epochs.centre == 1
    ]
    if early:
        who = f"{text.enumerated(early)} {'are' if len(early) > 1 else 'is'}"
        yield (
            f"{who} at the target after the first epoch in every seed; it may have been there"
            " before"
        )


def _ceiling(condition: Condition) -> Iterator[str]:
    """The median of several cells is the best score that any seed has, as scores are that cannot
    get better."""
    metric = condition.metrics[0]
    scores = {
        arm.row: score
        for arm in condition.arms
        if (score := arm.test.get(metric.name)) and score.n > 1
    }
    ends = [score.low if metric.direction == "lower" else score.high for score in scores.values()]
    best = min(ends, key=metric.loss, default=None)
    level = [row for row, score in scores.items() if score.centre == best]
    if len(level) > 1 and best is not None and (metric.direction == "higher" or best == 0):
        ceiling = f"test {metric.name} is at its ceiling of {best:g}"
        yield f"{ceiling} for {text.enumerated(level)}, and does not tell them apart"


def span_caveats(found: Sequence[HorizonFinding]) -> Iterator[str]:
    """Caveats on memory spans."""
    for finding in found:
        where = f"memory span, {finding.title}"
        few = [span.row for span in finding.spans if span.interval is None]
        if few:
            why = f"fewer than {FEWEST} seeds cannot tell a solve rate from a half"
            yield f"{where}: no interval for {text.enumerated(few)}: {why}."
        far = [span.row for span in finding.spans if span.longest == finding.horizons[-1]]
        if far:
            who = text.enumerated(far)
            yield (
                f"{where}: most seeds of {who} solve the longest horizon tried; the span may be"
                " longer."
            )
        for span in finding.spans:
            above = _solved_above(span)
            if above:
                solved = text.enumerated([str(horizon) for horizon in above])
                yield (
                    f"{where}: most seeds of {span.row} solve {solved}, and not all horizons below;"
                    " the span ends where they first fail."
                )
            lost = sum(rung.lost for rung in span.rungs)
            if lost:
                yield (
                    f"{where}: trials of {span.row} that gave no figures and count as not solved:"
                    f" {lost}."
                )


def _solved_above(span: Span) -> list[int]:
    return [rung.horizon for rung in span.rungs if rung.most and rung.horizon > span.longest]
