"""The sentences of verdicts: which cell is better in the typical seed, and what over all seeds says
otherwise."""

from collections.abc import Iterator, Sequence

from rnnbench import text
from rnnbench.findings.learning.overall_records import Overall
from rnnbench.findings.learning.records import Answered, Comparison
from rnnbench.findings.learning.summary import around
from rnnbench.findings.stats.ranges import Range
from rnnbench.records import MetricNote


def how_sure(
    leader: str, comparisons: Sequence[Comparison], *, metric: MetricNote | None, told: bool
) -> str:
    """What the paired seeds carry.

    metric: whose test scores decide; None where epochs to target do.
    told:   whether it was said already in how many seeds the leader is ahead.
    """
    known = [c for c in comparisons if c.pairs]
    if not known:
        return "There is nothing to compare with."
    if all(c.p_value is None for c in known):
        return _no_verdict(leader, known, told=told)
    return " ".join(_sentences(leader, known, metric, told=told))


def _no_verdict(leader: str, known: Sequence[Comparison], *, told: bool) -> str:
    most, needed = max(c.pairs for c in known), max(c.needed for c in known)
    telling = max((c.effect.n for c in known if c.effect), default=0)
    few = text.counted(most, "seed")
    if most >= needed:
        few = f"{text.counted(telling, 'seed')} in which one of two cells gets there"
    ahead = ", ".join(f"{c.other} in {c.wins} of {c.pairs}" for c in known)
    by_seed = "" if told else f" By seed, {leader} is ahead of {ahead}."
    return f"No verdict: {few} cannot carry one ({needed} can).{by_seed}"


def _sentences(
    leader: str, known: Sequence[Comparison], metric: MetricNote | None, *, told: bool
) -> Iterator[str]:
    by_answer = {
        answer: [c for c in known if c.answer == answer] for answer in {c.answer for c in known}
    }
    better = by_answer.get("better", [])
    agreed = [c for c in better if not _disagrees(c)]
    if len(agreed) == 1:
        yield _verdict(leader, agreed[0], metric, told=told)
    elif agreed:
        yield f"In the typical seed, {leader} is better than {_each(agreed, metric, told=told)}."
    for comparison in [*filter(_disagrees, better), *by_answer.get("worse", [])]:
        yield _verdict(leader, comparison, metric, told=told)
    equivalent = by_answer.get("equivalent", [])
    alike = f"In the typical seed, {leader} is equivalent within the margin to"
    agreed = [c for c in equivalent if not _disagrees(c)]
    if agreed:
        yield f"{alike} {_others(agreed, told=told)}."
    for comparison in equivalent:
        if _disagrees(comparison):
            yield (
                f"{alike}"
                f" {_others([comparison], told=told)}{_otherwise(leader, comparison, metric)}."
            )
    if undecided := by_answer.get("undecided"):
        yield (
            f"In the typical seed, {leader} is not told apart from {_others(undecided, told=told)}."
        )
    if few := by_answer.get("too few seeds"):
        yield f"{leader} has too few seeds in common with {', '.join(c.other for c in few)}."


def _verdict(leader: str, comparison: Comparison, metric: MetricNote | None, *, told: bool) -> str:
    """`gru is better than lstm in the typical seed: it takes 0.62 of the epochs [0.5 to 0.8 at 95
    %] (p = 0.004, ahead in 9 of 10 seeds), but it misses the target in 2 of 10 seeds and lstm in
    none.`"""
    better, other = leader, comparison.other
    if comparison.answer == "worse":
        better, other = other, better
    who = "it takes" if metric is None else f"its test {metric.name} is"
    by_how_much = f": {who} {_effect(comparison, metric)}" if comparison.effect else ""
    otherwise = _otherwise(leader, comparison, metric) if _disagrees(comparison) else ""
    verdict = f"{better} is better than {other} in the typical seed{by_how_much}"
    return f"{verdict}{_in_brackets(_sure(comparison, told=told))}{otherwise}."


def _effect(comparison: Comparison, metric: MetricNote | None) -> str:
    """By how much the better one of the two cells is better."""
    effect = comparison.effect
    assert effect is not None
    leads = comparison.answer == "better"
    if metric is None:  # how many times as many epochs the other cell needs
        ratio = (
            Range(1 / effect.centre, 1 / effect.high, 1 / effect.low, effect.n, effect.kind)
            if leads
            else effect
        )
        at_most = "at most " if _is_bound(comparison) else ""
        return f"{at_most}{ratio.centre:.2g} of the epochs{around(ratio, 2)}"
    gain = (
        effect if leads else Range(-effect.centre, -effect.high, -effect.low, effect.n, effect.kind)
    )
    return f"{metric.direction} by {gain.centre:.2g}{around(gain, 2)}"


def _is_bound(comparison: Comparison) -> bool:
    """Whether the better cell takes at most these epochs: it missed the target in no seed, and the
    other one did in some, where the budget was counted."""
    overall = comparison.overall
    if overall is None or overall.solved is None:
        return False
    place = 0 if comparison.answer == "better" else 1
    return overall.solved[place] == overall.seeds > overall.solved[1 - place]


def _each(comparisons: Sequence[Comparison], metric: MetricNote | None, *, told: bool) -> str:
    """`lstm (0.62 of the epochs [0.5 to 0.8 at 95 %], p = 0.004, ahead in 9 of 10 seeds)`, and
    others."""
    named = []
    for comparison in comparisons:
        effect = [_effect(comparison, metric)] if comparison.effect else []
        named.append(f"{comparison.other}{_in_brackets([*effect, *_sure(comparison, told=told)])}")
    return text.enumerated(named)


def _others(comparisons: Sequence[Comparison], *, told: bool) -> str:
    """The other cells, each with how sure it is."""
    return ", ".join(f"{c.other}{_in_brackets(_sure(c, told=told))}" for c in comparisons)


def _sure(comparison: Comparison, *, told: bool) -> list[str]:
    """The p-value, of a difference; the seeds in which the better one of the two cells is ahead,
    where this was not told; how many more seeds would probably decide."""
    parts = []
    if comparison.p_value is not None and comparison.answer != "equivalent":
        parts.append(text.p_value(comparison.p_value))
    if comparison.answer == "worse" and comparison.overall:
        parts.append(
            f"ahead in {comparison.overall.ahead[1]} of {text.counted(comparison.pairs, 'seed')}"
        )
    elif not told:
        parts.append(f"ahead in {comparison.wins} of {text.counted(comparison.pairs, 'seed')}")
    if comparison.more_seeds:
        parts.append(text.more_seeds(comparison.more_seeds))
    return parts


def _in_brackets(parts: Sequence[str]) -> str:
    return f" ({', '.join(parts)})" if parts else ""


def _disagrees(comparison: Comparison) -> bool:
    return bool(comparison.overall and comparison.overall.against)


def _otherwise(leader: str, comparison: Comparison, metric: MetricNote | None) -> str:
    assert comparison.overall is not None
    return otherwise((leader, comparison.other), comparison.answer, comparison.overall, metric)


def otherwise(
    rows: tuple[str, str], answer: Answered, overall: Overall, metric: MetricNote | None
) -> str:
    """`, but it misses the target in 2 of 10 seeds and lstm in none, so that its mean up to the
    budget is larger (31 against 24 epochs)`: what over all seeds does not say the same as the
    answer of the first row against the second.
    """
    behind = _behind(answer, overall, metric)
    by_name = answer == "equivalent"
    if "solve rate" not in overall.against or overall.solved is None:
        return f", but {_mean(overall, behind, metric, rows[behind] if by_name else '')}"
    missed = overall.seeds - overall.solved[behind]
    missed_by_other = overall.seeds - overall.solved[1 - behind]
    misses = (
        f"{rows[behind] if by_name else 'it'} misses the target in {missed} of"
        f" {text.counted(overall.seeds, 'seed')}"
    )
    misses = f", but {misses} and {rows[1 - behind]} in {missed_by_other or 'none'}"
    if "mean" not in overall.against:
        return misses
    follows = overall.mean[behind] > overall.mean[1 - behind]
    return f"{misses}{', so that' if follows else '; yet'} {_mean(overall, behind, metric)}"


def _behind(answer: Answered, overall: Overall, metric: MetricNote | None) -> int:
    """The place of the cell that does less well over all seeds: the better one in the typical seed;
    of two that are equivalent there the one that reached the target less often, or has the worse
    mean."""
    if answer != "equivalent":
        return 0 if answer == "better" else 1
    if "solve rate" in overall.against and overall.solved:
        return 0 if overall.solved[0] < overall.solved[1] else 1
    losses = [metric.loss(mean) if metric else mean for mean in overall.mean]
    return 0 if losses[0] > losses[1] else 1


def _mean(overall: Overall, place: int, metric: MetricNote | None, row: str = "") -> str:
    """`its mean up to the budget is larger (31 against 24 epochs)`, of the cell in this place; it
    is named by its row, where that is given."""
    its, of_it = ("the", f" of {row}") if row else ("its", "")
    own, other = overall.mean[place], overall.mean[1 - place]
    figures = f"{own:.3g} against {other:.3g}"
    if metric is None:
        return (
            f"{its} mean up to the budget{of_it} is {'larger' if own > other else 'smaller'}"
            f" ({figures} epochs)"
        )
    return (
        f"{its} mean test {metric.name}{of_it} is {'higher' if own > other else 'lower'}"
        f" ({figures})"
    )
