"""Answers of the page in few words: the leader, what is not told apart from it, and how many others
the tables have."""

import re
from collections.abc import Iterator, Sequence

import rnnbench
from rnnbench_reports.page.records import Answer

MOST_NAMED = 6
"""An answer on more cells than this names only those that matter."""
MOST_GAPS = 3
EPOCHS = "epochs to target"
TABLE = "see the table"
BESIDE_LEADER = {
    "worse": "Better in the typical seed",
    "equivalent": "Equivalent",
    "undecided": "Not told apart from it",
    "too few seeds": "Compared over too few seeds",
}
"""What the page says of cells beside the first one, by the answer."""
LIST_OF_OTHERS = re.compile(r" is ahead of .*?(: | with test )")


def learned(condition: rnnbench.Condition) -> tuple[str, str]:
    """Return which cell is ahead under a condition, and how sure that is.

    Where there are many cells, those are named that are not worse than the first one by a verdict,
    and the others are counted.
    """
    if len(condition.arms) <= MOST_NAMED or not condition.comparisons:
        return condition.answer, condition.sure
    sure = [*_sure(condition), *_without_result(condition)]
    return " ".join(_first(condition)), " ".join(sure)


def _first(condition: rnnbench.Condition) -> Iterator[str]:
    """Yield what the answer says of the cell that comes first, and of those level with it."""
    answer, level = _without_level(condition.answer)
    if answer.startswith("No cell beats"):
        yield answer
    else:
        first, _, others = answer.partition("; ")
        first = LIST_OF_OTHERS.sub(lambda found: f" is first{found[1]}", first, count=1)
        yield first.rstrip(".") + "."
        if condition.figure != EPOCHS and others:
            yield _reached(others, condition)
    if level:
        yield f"Level with it: {rnnbench.text.listed(level, MOST_NAMED)}."


def _without_level(answer: str) -> tuple[str, list[str]]:
    """Return an answer without its sentence on cells with the same figure, and these cells."""
    before, _, last = answer.rpartition(". ")
    found = re.fullmatch(r"(.*) (?:is|are) level with .*", last)
    return (f"{before}.", found[1].split(" and ")) if before and found else (answer, [])


def _reached(clause: str, condition: rnnbench.Condition) -> str:
    """Return the clause on who reached the target, which counts many cells."""
    lucky = sum(arm.solved > 0 for arm in condition.arms)
    if lucky > MOST_NAMED:
        cells = rnnbench.text.counted(lucky, "cell")
        clause = re.sub(r"^.* reached ", lambda _: f"{cells} reached ", clause)
    return clause[:1].upper() + clause[1:]


def _sure(condition: rnnbench.Condition) -> Iterator[str]:
    """Yield how the first cell compares with those that matter, and the number of the others."""
    compared = condition.comparisons
    if all(comparison.p_value is None for comparison in compared):
        yield condition.sure.partition(" By seed, ")[0]
        ahead = sum(2 * comparison.wins > comparison.pairs for comparison in compared)
        yield f"In most seeds it is ahead of {ahead} of {len(compared)} other cells: {TABLE}."
        return
    for answered, words in BESIDE_LEADER.items():
        rows = [comparison.other for comparison in compared if comparison.answer == answered]
        if rows:
            yield f"{words}: {rnnbench.text.listed(rows, MOST_NAMED)}."
    worse = sum(comparison.answer == "better" for comparison in compared)
    if worse:
        yield f"Worse: {rnnbench.text.counted(worse, 'cell')}, {TABLE}."


def _without_result(condition: rnnbench.Condition) -> Iterator[str]:
    """Yield a sentence on the cells of which no seed has figures."""
    rows = [arm.row for arm in condition.arms if not arm.seeds]
    if rows:
        yield f"Without a result: {rnnbench.text.listed(rows, MOST_NAMED)}."


def spans(finding: rnnbench.HorizonFinding) -> str:
    """Return the memory spans of a task; of many cells, which remember the longest."""
    if len(finding.spans) <= MOST_NAMED:
        return finding.answer
    longest = max(span.longest for span in finding.spans)
    if not longest:
        shortest = finding.horizons[0]
        return f"No cell has a memory span of {shortest} steps or more: {TABLE}."
    rows = [span.row for span in finding.spans if span.longest == longest]
    bound = "at least " if longest == finding.horizons[-1] else ""
    leaders = rnnbench.text.listed(rows, MOST_NAMED)
    sentences = [f"The longest span, {bound}{longest} steps: {leaders}."]
    others = [span for span in finding.spans if span.row not in rows]
    near = [span.row for span in others if _reaches(span, longest)]
    if near:
        named = rnnbench.text.listed(near, MOST_NAMED)
        sentences.append(f"Shorter, with an interval that reaches as far: {named}.")
    if len(others) > len(near):
        fewer = rnnbench.text.counted(len(others) - len(near), "other cell")
        sentences.append(f"Shorter: {fewer}, {TABLE}.")
    return " ".join(sentences)


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
            lacks = rnnbench.text.listed(aspect.missing, MOST_GAPS, "; ")
            text = f"Not aggregated, because the set is not complete: {lacks}."
            ways = [("table", f"across-{aspect.name}-lacks")]
            yield Answer(f"across-{aspect.name}-answer", title, text, ways=ways)
    if all(aspect.absent for aspect in aspects):
        yield Answer("across-none", "", "Nothing was measured on several conditions.")
