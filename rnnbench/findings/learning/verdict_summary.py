"""The sentences of verdicts: which cell is better in the typical seed, by how much, and how sure.

Where two cells over all seeds disagree with the verdict, the sentence adds how.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rnnbench import text
from rnnbench.findings.learning.overall_summary import disagreement
from rnnbench.findings.learning.records import Comparison
from rnnbench.findings.learning.summary import ahead, around
from rnnbench.findings.stats.ranges import Range
from rnnbench.records import MetricNote


class _Verdicts(NamedTuple):
    """What all sentences on one leading cell have in common.

    metric:     whose test scores decide; None where epochs to target do.
    wins_shown: whether the reader knows already in how many seeds the leader is ahead.
    """

    leader: str
    metric: MetricNote | None
    wins_shown: bool


def how_sure(
    leader: str, comparisons: Sequence[Comparison], *, metric: MetricNote | None, wins_shown: bool
) -> str:
    """Return the sentences on what the paired seeds show.

    metric:     whose test scores decide; None where epochs to target do.
    wins_shown: whether the reader knows already in how many seeds the leader is ahead.
    """
    paired = [comparison for comparison in comparisons if comparison.pairs]
    if not paired:
        return "There is nothing to compare with."
    verdicts = _Verdicts(leader, metric, wins_shown)
    if all(comparison.p_value is None for comparison in paired):
        return _no_verdict(paired, verdicts)
    return " ".join(_sentences(paired, verdicts))


def _no_verdict(paired: Sequence[Comparison], verdicts: _Verdicts) -> str:
    most = max(comparison.pairs for comparison in paired)
    needed = max(comparison.needed for comparison in paired)
    effects = [comparison.effect for comparison in paired if comparison.effect]
    informative = max((effect.n for effect in effects), default=0)
    needed_seeds = text.counted(needed, "seed")
    there_are = f"there {'is' if most == 1 else 'are'} {most}"
    if most >= needed:
        needed_seeds += " in which one of two cells reaches the target"
        there_are = f"there {'is' if informative == 1 else 'are'} {informative}"
    no_verdict = f"No verdict: it takes at least {needed_seeds}, and {there_are}."
    if verdicts.wins_shown:
        return no_verdict
    return f"{no_verdict} {ahead(verdicts.leader, paired)}"


def _sentences(paired: Sequence[Comparison], verdicts: _Verdicts) -> Iterator[str]:
    """Yield a sentence for each comparison, and behind it what over all seeds disagrees."""
    leader = verdicts.leader
    sentences = {
        "better": _verdict,
        "worse": _verdict,
        "equivalent": _equivalence,
        "undecided": _no_difference,
    }
    for answer, sentence in sentences.items():
        answered = [comparison for comparison in paired if comparison.answer == answer]
        for comparison in sorted(answered, key=_disagrees):
            yield sentence(comparison, verdicts)
            yield from _disagreement(comparison, verdicts)
    few = [comparison.other for comparison in paired if comparison.answer == "too few seeds"]
    if few:
        yield f"{leader} has too few seeds in common with {text.enumerated(few)}."


def _equivalence(comparison: Comparison, verdicts: _Verdicts) -> str:
    support = _in_brackets(_support(comparison, verdicts))
    cells = f"{verdicts.leader} is equivalent to {comparison.other}"
    return f"{cells} within the margin in the typical seed{support}."


def _no_difference(comparison: Comparison, verdicts: _Verdicts) -> str:
    support = _in_brackets(_support(comparison, verdicts))
    cells = f"{verdicts.leader} is not told apart from {comparison.other}"
    return f"{cells} in the typical seed{support}."


def _verdict(comparison: Comparison, verdicts: _Verdicts) -> str:
    """Return the sentence on one pair of cells, of which one is better.

    For example: `gru is better than lstm in the typical seed: it takes 0.62 of the epochs [0.5 to
    0.8 at 95 %] (p = 0.004, ahead in 9 of 10 seeds).`
    """
    if comparison.answer == "worse":
        verdict = f"{comparison.other} is better than {verdicts.leader} in the typical seed"
    else:
        verdict = f"{verdicts.leader} is better than {comparison.other} in the typical seed"
    if comparison.effect:
        metric = verdicts.metric
        subject = "it takes" if metric is None else f"its test {metric.name} is"
        verdict += f": {subject} {_effect(comparison, metric)}"
    return f"{verdict}{_in_brackets(_support(comparison, verdicts))}."


def _effect(comparison: Comparison, metric: MetricNote | None) -> str:
    """Return by how much the better one of the two cells is better."""
    effect = comparison.effect
    assert effect is not None
    leads = comparison.answer == "better"
    if metric is None:  # how many times as many epochs the other cell needs
        ratio = _inverse(effect) if leads else effect
        at_most = "at most " if _is_bound(comparison) else ""
        return f"{at_most}{text.rounded(ratio.centre, 2)} of the epochs{around(ratio, 2)}"
    gain = effect if leads else _negative(effect)
    return f"{metric.direction} by {text.rounded(gain.centre, 2)}{around(gain, 2)}"


def _inverse(effect: Range) -> Range:
    return Range(1 / effect.centre, 1 / effect.high, 1 / effect.low, effect.n, effect.kind)


def _negative(effect: Range) -> Range:
    return Range(-effect.centre, -effect.high, -effect.low, effect.n, effect.kind)


def _is_bound(comparison: Comparison) -> bool:
    """Whether the better cell takes at most these epochs.

    It does where it missed the target in no seed and the other cell in some, for which the budget
    was counted.
    """
    overall = comparison.overall
    if overall is None or overall.solved is None:
        return False
    place = 0 if comparison.answer == "better" else 1
    return overall.solved[place] == overall.seeds > overall.solved[1 - place]


def _support(comparison: Comparison, verdicts: _Verdicts) -> list[str]:
    """Return what supports an answer, in words.

    That is the p-value of a difference, the seeds in which the better cell is ahead, unless they
    are shown already, and how many more seeds would probably decide.
    """
    parts = []
    seeds = text.counted(comparison.pairs, "seed")
    if comparison.p_value is not None and comparison.answer != "equivalent":
        parts.append(text.p_value(comparison.p_value))
    if comparison.answer == "worse" and comparison.overall:
        parts.append(f"ahead in {comparison.overall.ahead[1]} of {seeds}")
    elif not verdicts.wins_shown:
        parts.append(f"ahead in {comparison.wins} of {seeds}")
    if comparison.more_seeds:
        parts.append(text.more_seeds(comparison.more_seeds))
    return parts


def _in_brackets(parts: Sequence[str]) -> str:
    return f" ({', '.join(parts)})" if parts else ""


def _disagrees(comparison: Comparison) -> bool:
    return bool(comparison.overall and comparison.overall.against)


def _disagreement(comparison: Comparison, verdicts: _Verdicts) -> Iterator[str]:
    if comparison.overall and comparison.overall.against:
        rows = (verdicts.leader, comparison.other)
        yield from disagreement(rows, comparison.answer, comparison.overall, verdicts.metric)
