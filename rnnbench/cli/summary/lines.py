"""At most one line a condition: what the marks of a table cannot say."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rich.cells import cell_len

from rnnbench import text
from rnnbench.cli.output import cut
from rnnbench.findings import Comparison, Condition, Findings

NAMED = (None, 6, 4, 3, 2, 1, 0)
"""The most cells of a kind that a line names; the first one with which the line fits."""
ENDS = (": ", "; ")
"""Where the head of a sentence ends."""


class Verdicts(NamedTuple):
    """The cells of a condition by how they compare with the first one."""

    worse: tuple[str, ...]
    apart: tuple[str, ...]
    equal: tuple[str, ...]
    few: tuple[str, ...]
    ahead: tuple[str, ...]


def condition_lines(conditions: Sequence[Condition], width: int) -> Iterator[str]:
    """A line for each condition with a verdict or without a leader, and one for all others."""
    unjudged: dict[str, list[str]] = {}
    for condition in conditions:
        if condition.leader is None:
            yield cut(f"{condition.title}: {head(condition.answer)}.", width)
        elif verdicts_of(condition.comparisons).few and not _judged(condition.comparisons):
            unjudged.setdefault(_too_few(condition.comparisons), []).append(condition.title)
        elif condition.comparisons:
            yield _fitting(condition, width)
    for why, titles in unjudged.items():
        counted = f"{len(titles)} of {text.counted(len(conditions), 'condition')}"
        yield cut(text.sentence(f"No verdict under {counted}: {why}"), width)


def head(sentences: str) -> str:
    """The first sentence up to its first colon or semicolon, without its full stop."""
    kept = sentences
    for end in ENDS:
        kept = kept.partition(end)[0]
    return kept.partition(". ")[0].rstrip(".")


def verdicts_of(comparisons: Sequence[Comparison]) -> Verdicts:
    """The cells by their verdicts."""
    by_answer: dict[str, list[str]] = {}
    for each in comparisons:
        by_answer.setdefault(each.answer, []).append(each.other)
    names = ("better", "undecided", "equivalent", "too few seeds", "worse")
    return Verdicts(*(tuple(by_answer.get(name, ())) for name in names))


def _judged(comparisons: Sequence[Comparison]) -> bool:
    return any(each.answer != "too few seeds" for each in comparisons)


def _too_few(comparisons: Sequence[Comparison]) -> str:
    most = max(each.pairs for each in comparisons)
    needed = max(each.needed for each in comparisons)
    if most >= needed:
        return f"too few seeds in which a cell gets there ({needed} can carry a verdict)"
    verb = "carries" if most == 1 else "carry"
    return f"{text.counted(most, 'seed')} {verb} none ({needed} can)"


def _fitting(condition: Condition, width: int) -> str:
    """The line of a condition with a leader, with as many names as fit."""
    for most in NAMED:
        for with_seeds in (True, False):
            line = _line(condition, most, with_seeds=with_seeds)
            if cell_len(line) <= width:
                return line
    return cut(line, width)


def _line(condition: Condition, most: int | None, *, with_seeds: bool) -> str:
    verdicts = verdicts_of(condition.comparisons)
    kinds = {
        "not told apart": verdicts.apart,
        "equivalent": verdicts.equal,
        "worse": verdicts.worse,
        "too few seeds": verdicts.few,
        "better in the typical seed": verdicts.ahead,
    }
    verb = "leads" if condition.leads else "is first"
    parts = [f"{condition.title}: {condition.leader} {verb}"]
    parts += [f"{kind}: {_named(rows, most)}" for kind, rows in kinds.items() if rows]
    more = [each.more_seeds for each in condition.comparisons if each.more_seeds]
    if more and with_seeds:
        parts.append(f"about {text.counted(max(more), 'more seed')} to decide all")
    return f"{'; '.join(parts)}."


def _named(rows: Sequence[str], most: int | None) -> str:
    """The first cells by name; their number alone where none are named."""
    if most == 0:
        return str(len(rows))
    return text.listed(rows, most)


def budget_line(findings: Findings, width: int) -> str:
    """A line on the cells that miss their budgets, each with its largest deviation; "" without
    any."""
    largest: dict[str, float] = {}
    for condition in findings.conditions:
        for arm in condition.arms:
            off = arm.off_budget
            if off is not None and arm.misses_budget and abs(off) > abs(largest.get(arm.row, 0)):
                largest[arm.row] = off
    if not largest:
        return ""
    missed = [f"{row} {text.deviation(off)}" for row, off in sorted(largest.items())]
    return cut(f"Off the budget by over 2 %, at most by: {text.listed(missed)}.", width)


def law_lines(findings: Findings, width: int) -> list[str]:
    """A line for each law that a shown cell fails."""
    return [cut(caveat.sentence, width) for caveat in findings.law_caveats]
