"""Verdicts on claims as one page of Markdown, each traceable to the results that it rests on."""

import re
from collections.abc import Iterator
from pathlib import Path

import rnnbench
from rnnbench_reports.style import number

PAGE = "claims.md"


def render(findings: rnnbench.Findings, folder: Path) -> list[Path]:
    """Write `claims.md` into the folder, where there are claims."""
    if not findings.claims:
        return []
    page = folder / PAGE
    page.write_text("\n".join(_page(findings)) + "\n", encoding="utf-8")
    return [page]


def _page(findings: rnnbench.Findings) -> Iterator[str]:
    yield "# What people repeat, put to the test\n"
    suite = f"`{plain(findings.suite)}`, version {findings.suite_version}"
    yield f"Made by `rnnbench report` from the results of the suite {suite}; not typed."
    yield "A claim is *supported* where it holds under every condition, *refuted* where it fails under every one,"
    yield "*mixed* where both occur, *undecided* where some are open or cannot be tested here.\n"
    yield from _origin(findings)
    yield "\n| verdict | claim | |\n|---|---|---|"
    for claim in findings.claims:
        yield f"| **{claim.verdict}** | [{plain(claim.sentence)}](#{_anchor(claim.name)}) | {plain(claim.because)} |"
    for claim in findings.claims:
        yield from _claim(claim)


def _origin(findings: rnnbench.Findings) -> Iterator[str]:
    machines = "; ".join(dict.fromkeys(f"{m.processor}, {m.cores} cores, {m.system}" for m in findings.machines))
    versions = ", ".join(f"{name} {' and '.join(found)}" for name, found in findings.versions.items())
    counts = ", ".join(f"{count} {status}" for status, count in findings.counts.items())
    dates = sorted({findings.first_started[:10], findings.last_started[:10]})
    yield f"Trials: {counts}; {' to '.join(dates)}. Machine: {plain(machines)}."
    yield f"{plain(versions)}. Commit: {', '.join(findings.commits) or '-'}."


def _claim(claim: rnnbench.ClaimFinding) -> Iterator[str]:
    yield f"\n## {plain(claim.name)}\n"
    yield f"> {plain(claim.sentence)}\n"
    yield f"**{claim.verdict.capitalize()}**: {plain(claim.because)}"
    if claim.note:
        yield f"\n{plain(claim.note)}"
    for caution in claim.cautions:
        yield f"\n{plain(caution)}"
    for reading in claim.readings:
        yield f"\n{plain(reading.title + ': ' if reading.title else '')}{plain(reading.summary)}.\n"
        if reading.missing:
            yield f"Untested: {plain(', '.join(reading.missing))}."
            continue
        yield "| condition | effect | n | p (Holm) | |\n|---|---|---|---|---|"
        for judged in reading.judged:
            n = judged.effect.n if judged.effect else 0
            cells = plain(_facets(judged)), _effect(judged.effect), str(n), _p(judged), plain(_state(judged))
            yield f"| {' | '.join(cells)} |"
    trials = [trial for reading in claim.readings for judged in reading.judged for trial in judged.trials]
    if trials:
        unique = list(dict.fromkeys(trials))
        yield f"\n<details><summary>{len(unique)} results</summary>\n"
        yield ", ".join(f"`{trial}`" for trial in unique)
        yield "\n</details>"


def plain(text: str) -> str:
    """A text of anybody as Markdown shows it letter by letter, on one line and within one cell of a table."""
    line = " ".join(text.split()) if "\n" in text else text
    escaped = re.sub(r"[\\`*\[\]|$]", r"\\\g<0>", line)
    escaped = re.sub(r"(?<!\w)_|_(?!\w)", r"\_", escaped)  # within a word it opens no emphasis
    return escaped.replace("&", "&amp;").replace("<", "&lt;")


def _anchor(name: str) -> str:
    """The heading of this name, as links find it."""
    return re.sub(r"[^\w -]", "", name.lower()).replace(" ", "-")


def _facets(judged: rnnbench.Judged) -> str:
    return ", ".join(value if name in ("task", "shape") else f"{name} {value}" for name, value in judged.facets.items())


def _effect(effect: rnnbench.Range | None) -> str:
    if effect is None:
        return "-"
    if effect.low == effect.high:
        return number(effect.centre)
    kind = "" if effect.kind == "95 % interval" else f", {effect.kind}"
    return f"{number(effect.centre)} [{number(effect.low)} to {number(effect.high)}{kind}]"


def _p(judged: rnnbench.Judged) -> str:
    if judged.p_value is None:
        return "-"
    if judged.p_value > 0:
        return f"{judged.p_value:.2g}"
    return "exact" if judged.effect and judged.effect.low == judged.effect.high else "-"


def _state(judged: rnnbench.Judged) -> str:
    more = f"about {judged.more_seeds} more seeds would probably decide" if judged.more_seeds else ""
    told = "; ".join(filter(None, (judged.why, *judged.lost, more)))
    return judged.state + (f": {told}" if told else "")
