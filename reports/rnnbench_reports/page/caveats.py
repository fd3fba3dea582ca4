"""Caveats, grouped and ranked: each kind once, with its first sentence and those like it."""

import re
from collections.abc import Iterable, Sequence
from itertools import chain

import rnnbench
from rnnbench_reports.page.page_records import CaveatGroup

NUMBER = re.compile(r"[-+]?\d[\d.,:e+-]*\b\s?%?")
CELLS = re.compile(r"CELL(?:(?:, | and | or |, and )CELL)+")
REMARKS = re.compile(r" ?\([^()]*\)")
PLURALS = re.compile(r"(?<=[a-z]{2})s\b")
ONE_FOR_MANY = {"are": "is", "were": "was", "have": "has", "their": "its", "these": "this"}
WORDS = re.compile(rf"\b({'|'.join(ONE_FOR_MANY)})\b")
PARTS = 2
"""Parts of a caveat between colons that say of which kind it is; behind them are its figures."""
MOST_NAMED = 6
"""Of more cells or settings in a row, a caveat names the first ones."""


def groups(findings: rnnbench.Findings) -> list[CaveatGroup]:
    """Return the caveats by kind: laws first, then what concerns all, then the most frequent. The
    sentence that speaks for its kind is that of the largest share, as in "7 of 7 seeds".

    Two caveats are of one kind where they differ in settings, cells, metrics and numbers alone, in
    how many these are, or in what is in brackets.
    """
    laws = {law.sentence for law in findings.law_caveats}
    titles = _titles(findings)
    cells = _one_of(_rows(findings))
    measured = chain.from_iterable(condition.metrics for condition in findings.conditions)
    metrics = _one_of(metric.name for metric in measured)
    names = _one_of([*titles, *_rows(findings)])
    kinds: dict[str, list[str]] = {}
    for caveat in findings.caveats:
        kinds.setdefault(_kind(caveat, titles, cells, metrics), []).append(caveat)

    def rank(sentences: Sequence[str]) -> tuple[bool, bool, int]:
        concerns_one = any(_setting(sentence, titles) for sentence in sentences)
        return sentences[0] not in laws, concerns_one, -len(sentences)

    grouped = []
    for sentences in sorted(kinds.values(), key=rank):
        worst = max(sentences, key=_share)
        others = [_short(sentence, names) for sentence in sentences if sentence is not worst]
        grouped.append(CaveatGroup(_short(worst, names), others))
    return grouped


def of_settings(findings: rnnbench.Findings, settings: Iterable[str]) -> list[str]:
    """Return the caveats that concern these conditions, spans or shapes alone."""
    titles = _titles(findings)
    names = _one_of([*titles, *_rows(findings)])
    wanted = set(settings)
    own = [caveat for caveat in findings.caveats if _setting(caveat, titles) in wanted]
    return [_short(caveat, names) for caveat in own]


def _share(caveat: str) -> float:
    """Return the share that a caveat tells, as in "1 of 7"; 0 without one."""
    found = re.search(r"(\d+) of (\d+)", caveat)
    return int(found[1]) / max(1, int(found[2])) if found else 0.0


def _setting(caveat: str, titles: set[str]) -> str:
    """Return the title with which a caveat begins; "" where it begins with none."""
    head, colon, _ = caveat.removeprefix("memory span, ").partition(": ")
    return head if colon and head in titles else ""


def _titles(findings: rnnbench.Findings) -> set[str]:
    titles = {condition.title for condition in findings.conditions}
    titles |= {finding.title for finding in findings.spans}
    titles |= {cost.title for cost in findings.costs}
    return titles | {scaling.title for scaling in findings.scalings}


def _kind(caveat: str, titles: set[str], cells: re.Pattern[str], metrics: re.Pattern[str]) -> str:
    """Return a caveat without its setting, its cells, its numbers and its figures."""
    text = caveat.partition(": ")[2] if _setting(caveat, titles) else caveat
    text = REMARKS.sub("", metrics.sub("METRIC", cells.sub("CELL", text)))
    text = ": ".join(text.split(": ")[:PARTS])
    text = NUMBER.sub("#", CELLS.sub("CELL", text))
    return PLURALS.sub("", WORDS.sub(lambda found: ONE_FOR_MANY[found[0]], text)).rstrip(".")


def _short(caveat: str, names: re.Pattern[str]) -> str:
    """Return a caveat that names the first ones of many cells or settings in a row."""
    many = re.compile(rf"{names.pattern}(?:(?:, | and |, and ){names.pattern}){{{MOST_NAMED},}}")

    def shortened(found: re.Match[str]) -> str:
        named = [each[0] for each in names.finditer(found[0])]
        return rnnbench.text.listed(named, MOST_NAMED - 1)

    return many.sub(shortened, caveat)


def _one_of(names: Iterable[str]) -> re.Pattern[str]:
    """Return a pattern of any of these names as a whole, the longest first."""
    longest_first = sorted(filter(None, set(names)), key=len, reverse=True)
    any_name = "|".join(map(re.escape, longest_first)) or "(?!)"
    return re.compile(rf"(?<![\w-])(?:{any_name})(?![\w-])")


def _rows(findings: rnnbench.Findings) -> set[str]:
    rows = set(chain.from_iterable(cell.rows for cell in findings.cells))
    for condition in findings.conditions:
        rows.update(arm.row for arm in condition.arms)
    for cost in findings.costs:
        rows.update(row.row for row in cost.rows)
    return rows
