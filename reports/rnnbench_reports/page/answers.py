"""Answers of the page in few words: the leader, what is not told apart from it, and how many others
the tables have."""

import re
from collections.abc import Iterator, Sequence

import rnnbench
from rnnbench_reports.page.records import Answer

MOST_NAMED = 6
"""An answer on more cells than this names only those that matter."""
MOST_GAPS = 3
"""Gaps that the answer on an aspect lists; a table has all where there are more."""
EPOCHS = "epochs to target"
BESIDE_LEADER = {
    "worse": ("is better than {}", "are better than {}"),
    "equivalent": ("is equivalent to {}", "are equivalent to {}"),
    "undecided": ("is not told apart from {}", "are not told apart from {}"),
}
"""What the page says of cells beside the first one, for one of them and for several, by the
answer."""
SENTENCE_ENDS = re.compile(r"(?<=\.) ")
AHEAD = " is ahead of "


def learned(condition: rnnbench.Condition) -> tuple[str, str]:
    """Return which cell is ahead under a condition, and how sure that is.

    Where there are many cells, those are named that are not worse than the first one by a verdict,
    and the others are counted.
    """
    if len(condition.arms) <= MOST_NAMED or not condition.comparisons:
        return condition.answer, condition.sure
    answer = SENTENCE_ENDS.split(condition.answer)
    first = _first_cell(answer, condition)
    sure = [*_sure(first, condition), *_without_result(condition)]
    return " ".join(_first(answer, first, condition)), " ".join(sure)


def _first_cell(answer: Sequence[str], condition: rnnbench.Condition) -> str:
    """Return the cell that an answer begins with, or that is the nearest to the forecast."""
    sentence = answer[1] if answer[0].startswith("No cell beats") else answer[0]
    named = [arm.row for arm in condition.arms if sentence.startswith(f"{arm.row} ")]
    return max(named, key=len)


def _first(answer: Sequence[str], first: str, condition: rnnbench.Condition) -> Iterator[str]:
    """Yield what the answer says of the cell that comes first, and of those level with it."""
    *others, last = answer
    level = re.fullmatch(r"(.*) (is|are) (level with .*)", last)
    sentences = others if level else [*answer]
    if AHEAD in sentences[0]:
        figures = [sentence for sentence in sentences if AHEAD not in sentence]
        sentences = [f"{first} is first.", *figures]
    yield from sentences[:2]
    beats = not sentences[0].startswith("No cell beats")
    if condition.figure != EPOCHS and beats and len(sentences) > 2:
        yield _reached(sentences[2], condition)
    if level:
        rows = re.split(", | and ", level[1])
        yield f"{named(rows)} {level[2]} {level[3]}"


def _reached(sentence: str, condition: rnnbench.Condition) -> str:
    """Return the sentence on who reached the target, which counts many cells."""
    lucky = sum(arm.solved > 0 for arm in condition.arms)
    if lucky > MOST_NAMED:
        cells = rnnbench.text.counted(lucky, "cell")
        sentence = re.sub(r"^.* reached ", lambda _: f"{cells} reached ", sentence)
    return sentence


def _sure(first: str, condition: rnnbench.Condition) -> Iterator[str]:
    """Yield how the first cell compares with those that matter, and the number of the others."""
    compared = condition.comparisons
    if all(comparison.p_value is None for comparison in compared):
        yield SENTENCE_ENDS.split(condition.sure)[0]
        ahead = sum(2 * comparison.wins > comparison.pairs for comparison in compared)
        others = rnnbench.text.counted(len(compared), "other cell")
        yield f"In most seeds, {first} is ahead of {ahead} of {others}, as the table shows."
        return
    for answered, verbs in BESIDE_LEADER.items():
        rows = [comparison.other for comparison in compared if comparison.answer == answered]
        if rows:
            verb = verbs[0] if len(rows) == 1 else verbs[1]
            yield f"{named(rows)} {verb.format(first)} in the typical seed."
    few = [comparison.other for comparison in compared if comparison.answer == "too few seeds"]
    if few:
        yield f"{first} has too few seeds in common with {named(few)}."
    worse = sum(comparison.answer == "better" for comparison in compared)
    if worse:
        yield f"The table has {rnnbench.text.counted(worse, 'cell')} worse than {first}."


def _without_result(condition: rnnbench.Condition) -> Iterator[str]:
    """Yield a sentence on the cells of which no seed has figures."""
    rows = [arm.row for arm in condition.arms if not arm.seeds]
    if rows:
        yield f"{named(rows)} {_have(rows)} no result."


def spans(finding: rnnbench.HorizonFinding) -> str:
    """Return the memory spans of a task; of many cells, which remember the longest."""
    if len(finding.spans) <= MOST_NAMED:
        return finding.answer
    longest = max(span.longest for span in finding.spans)
    if not longest:
        shortest = finding.horizons[0]
        return f"No cell has a memory span of {shortest} steps or more."
    rows = [span.row for span in finding.spans if span.longest == longest]
    bound = "at least " if longest == finding.horizons[-1] else ""
    sentences = [f"{named(rows)} {_have(rows)} the longest memory span, {bound}{longest} steps."]
    others = [span for span in finding.spans if span.row not in rows]
    near = [span.row for span in others if _reaches(span, longest)]
    if near:
        sentences.append(
            f"{named(near)} {_have(near)} a shorter span, whose interval reaches as far."
        )
    shorter = [span.row for span in others if span.row not in near]
    if shorter:
        fewer = rnnbench.text.counted(len(shorter), "other cell")
        sentences.append(f"{fewer} {_have(shorter)} a shorter span, listed in the table.")
    return " ".join(sentences)


def named(rows: Sequence[str]) -> str:
    """Return the cells with a final "and"; of many, the first ones and how many more there are."""
    if len(rows) <= MOST_NAMED + 1:
        return rnnbench.text.enumerated(rows)
    return rnnbench.text.listed(rows, MOST_NAMED)


def _have(rows: Sequence[str]) -> str:
    return "has" if len(rows) == 1 else "have"


def _reaches(span: rnnbench.Span, longest: int) -> bool:
    """Return whether the interval of a span reaches the longest span of all."""
    if span.interval is None:
        return False
    return span.interval.high is None or span.interval.high >= longest


def across(aspects: Sequence[rnnbench.Aspect]) -> Iterator[Answer]:
    """Yield an answer for each aspect; those that lack the same share one."""
    shown: set[tuple[str, ...]] = set()
    for aspect in aspects:
        if aspect.absent or not aspect.missing:
            identity = f"across-{aspect.name}-answer"
            ways = [("figure", f"across-{aspect.name}"), ("table", f"across-{aspect.name}-table")]
            yield Answer(identity, aspect.name.capitalize(), aspect.answer, ways=ways)
        elif aspect.missing not in shown:
            shown.add(aspect.missing)
            names = [other.name for other in aspects if other.missing == aspect.missing]
            title = rnnbench.text.enumerated(names).capitalize()
            ways = [("table", f"across-{aspect.name}-lacks")]
            yield Answer(f"across-{aspect.name}-answer", title, aspect.answer, ways=ways)
    if all(aspect.absent for aspect in aspects):
        yield Answer("across-none", "", "Nothing was measured on several conditions.")
