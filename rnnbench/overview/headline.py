"""What a report says, in a sentence: which cell leads where, how claims stand, or what steps
cost."""

from collections import Counter
from collections.abc import Sequence

from msgspec import Struct

from rnnbench import text


class Compared(Struct, frozen=True):
    """Whether the leader is better than another cell."""

    answer: str


class Answered(Struct, frozen=True):
    """A condition, or costs under one setting."""

    title: str
    answer: str
    leader: str | None = None
    comparisons: tuple[Compared, ...] = ()


class Decided(Struct, frozen=True):
    """A claim."""

    verdict: str


class Report(Struct, frozen=True):
    """The fields of `findings.json` that a headline is made of."""

    suite_version: int
    counts: dict[str, int]
    conditions: tuple[Answered, ...] = ()
    spans: tuple[Answered, ...] = ()
    costs: tuple[Answered, ...] = ()
    claims: tuple[Decided, ...] = ()


def headline(report: Report) -> str:
    """Return the headline of a report: of its claims, else of its conditions, else of its costs."""
    if report.claims:
        verdicts = Counter(claim.verdict for claim in report.claims)
        counted = [f"{count} {verdict}" for verdict, count in verdicts.most_common()]
        return f"{text.counted(len(report.claims), 'claim')}: {text.enumerated(counted)}."
    if len(report.conditions) == 1:
        return report.conditions[0].answer
    if report.conditions:
        return _leaders(report.conditions)
    for answered in (*report.spans, *report.costs):
        return f"{answered.title}: {_first_sentence(answered.answer)}"
    return "No trial gave figures."


def _leaders(conditions: Sequence[Answered]) -> str:
    """Return which cell is ahead on how many conditions, and how many leads are verdicts."""
    leaders = Counter(condition.leader for condition in conditions if condition.leader)
    if not leaders:
        return f"No cell leads on any of {len(conditions)} conditions."
    (first, count), *others = leaders.most_common()
    words = [f"{first} is ahead on {count} of {len(conditions)} conditions"]
    words += [f"{row} on {number}" for row, number in others]
    decided = sum(_is_decided(condition) for condition in conditions)
    return (
        f"{text.enumerated(words)}; {decided or 'none'} of these leads {_is_are(decided)} decided."
    )


def _is_decided(condition: Answered) -> bool:
    """Whether the leader is better than every other cell."""
    answers = {comparison.answer for comparison in condition.comparisons}
    return bool(condition.leader) and answers == {"better"}


def _is_are(count: int) -> str:
    return "are" if count > 1 else "is"


def _first_sentence(sentences: str) -> str:
    first, end, _ = sentences.partition(". ")
    return f"{first}." if end else sentences
