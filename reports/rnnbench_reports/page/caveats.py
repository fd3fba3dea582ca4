"""Caveats, grouped and ranked: each kind once, with its first sentence and those like it."""

import re
from collections.abc import Iterable, Sequence
from itertools import chain

import rnnbench
from rnnbench_reports.page.page_records import CaveatGroup

NUMBER = re.compile(r"[-+]?\d[\d.,:e+-]*\b\s?%?")
CELLS = re.compile(r"CELL(, CELL)*( and CELL)?")


def groups(findings: rnnbench.Findings) -> list[CaveatGroup]:
    """Return the caveats by kind: laws first, then what concerns all, then the most frequent. The
    sentence that speaks for its kind is that of the largest share, as in "7 of 7 seeds".

    Two caveats are of one kind where they differ in settings, cells and numbers alone.
    """
    laws = {law.sentence for law in findings.law_caveats}
    kinds: dict[str, list[str]] = {}
    for caveat in findings.caveats:
        kinds.setdefault(_kind(caveat, findings), []).append(caveat)

    def rank(sentences: Sequence[str]) -> tuple[bool, bool, int]:
        concerns_one = any(_setting(sentence, findings) for sentence in sentences)
        return sentences[0] not in laws, concerns_one, -len(sentences)

    grouped = []
    for sentences in sorted(kinds.values(), key=rank):
        worst = max(sentences, key=_share)
        others = [sentence for sentence in sentences if sentence is not worst]
        grouped.append(CaveatGroup(worst, others))
    return grouped


def of_settings(findings: rnnbench.Findings, titles: Iterable[str]) -> list[str]:
    """Return the caveats that concern these conditions, spans or shapes alone."""
    wanted = set(titles)
    return [caveat for caveat in findings.caveats if _setting(caveat, findings) in wanted]


def _share(caveat: str) -> float:
    """Return the share that a caveat tells, as in "1 of 7"; 0 without one."""
    found = re.search(r"(\d+) of (\d+)", caveat)
    return int(found[1]) / max(1, int(found[2])) if found else 0.0


def _setting(caveat: str, findings: rnnbench.Findings) -> str:
    """Return the title with which a caveat begins; "" where it begins with none."""
    head, colon, _ = caveat.removeprefix("memory span, ").partition(": ")
    return head if colon and head in _titles(findings) else ""


def _titles(findings: rnnbench.Findings) -> set[str]:
    titles = {condition.title for condition in findings.conditions}
    titles |= {finding.title for finding in findings.spans}
    titles |= {cost.title for cost in findings.costs}
    return titles | {scaling.title for scaling in findings.scalings}


def _kind(caveat: str, findings: rnnbench.Findings) -> str:
    """Return a caveat without its setting, its cells and its numbers."""
    setting = _setting(caveat, findings)
    text = caveat.partition(": ")[2] if setting else caveat
    for row in sorted(_rows(findings), key=len, reverse=True):
        text = re.sub(rf"(?<![\w-]){re.escape(row)}(?![\w-])", "CELL", text)
    return NUMBER.sub("#", CELLS.sub("CELL", text))


def _rows(findings: rnnbench.Findings) -> set[str]:
    arms = chain.from_iterable(condition.arms for condition in findings.conditions)
    measured = chain.from_iterable(cost.rows for cost in findings.costs)
    return {arm.row for arm in arms} | {row.row for row in measured}
