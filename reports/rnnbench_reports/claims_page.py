"""Verdicts on claims as one page of Markdown, with a forest plot and a table of the results that
they rest on."""

import csv
import re
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path

import matplotlib as mpl

import rnnbench
from rnnbench_reports.claim_forest import forest
from rnnbench_reports.claim_words import (
    common_search,
    effect,
    facets,
    heading,
    is_trained,
    p_value,
    rates,
    search,
    state,
)
from rnnbench_reports.style import Drawn, without_missing_glyphs

PAGE = "claims.md"
TABLE = "claims-trials.csv"
FOREST = "claims-forest.svg"
COLUMNS = ("claim", "reading", "condition", "cell", "seed", "rate", "replicate", "trial")


def render(findings: rnnbench.Findings, folder: Path) -> list[Path]:
    """Write `claims.md`, `claims-trials.csv` and `claims-forest.svg` into the folder, where there
    are claims."""
    if not findings.claims:
        return []
    drawn = forest(findings)
    page, table = folder / PAGE, folder / TABLE
    page.write_text("\n".join(_page(findings, drawn)) + "\n", encoding="utf-8")
    table.write_text(_table(findings), encoding="utf-8")
    if drawn is None:
        return [page, table]
    _save(drawn, folder / FOREST)
    return [page, table, folder / FOREST]


def _save(drawn: Drawn, path: Path) -> None:
    """The same findings give the same bytes."""
    with mpl.rc_context({"svg.hashsalt": PAGE, "svg.fonttype": "none"}), without_missing_glyphs():
        drawn.figure.savefig(path, metadata={"Date": None, "Creator": None})


def _table(findings: rnnbench.Findings) -> str:
    """A row for each cell and result of each condition."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for claim in findings.claims:
        for reading in claim.readings:
            for judged in reading.judged:
                where = claim.name, heading(reading), facets(judged)
                for one in judged.evidence:
                    rate = "" if one.rate is None else f"{one.rate:g}"
                    writer.writerow((*where, one.cell, one.seed, rate, one.replicate, one.trial))
    return text.getvalue()


def _page(findings: rnnbench.Findings, drawn: Drawn | None) -> Iterator[str]:
    yield "# What people repeat, put to the test\n"
    suite = f"`{plain(findings.suite)}`, version {findings.suite_version}"
    yield f"Made by `rnnbench report` from the results of the suite {suite}; not typed."
    yield (
        "A claim is *supported* where it holds under every condition, *refuted* where it fails"
        " under every one,"
    )
    yield "*mixed* where both occur, *undecided* where some are open or cannot be tested here."
    yield (
        f"The results that each condition rests on are in [{TABLE}]({TABLE}): trainings by cell,"
        " seed and"
    )
    yield "learning rate, measurements of cost by cell and replicate.\n"
    yield from _origin(findings)
    yield "\n| verdict | claim | |\n|---|---|---|"
    for claim in findings.claims:
        yield (
            f"| **{claim.verdict}** | [{plain(claim.sentence)}](#{_anchor(claim.name)}) |"
            f" {plain(claim.because)} |"
        )
    if drawn:
        yield (
            "\n![Every condition of every claim: its effect, and where the claim says it"
            f" lies]({FOREST})"
        )
        yield f"\n{plain(drawn.caption)}"
    for claim in findings.claims:
        yield from _claim(claim)


def _origin(findings: rnnbench.Findings) -> Iterator[str]:
    machines = "; ".join(
        dict.fromkeys(f"{m.processor}, {m.cores} cores, {m.system}" for m in findings.machines)
    )
    versions = ", ".join(
        f"{name} {' and '.join(found)}" for name, found in findings.versions.items()
    )
    counts = ", ".join(f"{count} {status}" for status, count in findings.counts.items())
    dates = sorted({findings.first_started[:10], findings.last_started[:10]})
    yield f"Trials: {counts}; {' to '.join(dates)}. Machine: {plain(machines)}."
    yield f"{plain(versions)}. Commit: {', '.join(findings.commits) or '-'}."


def _claim(claim: rnnbench.ClaimFinding) -> Iterator[str]:
    yield f"\n## {plain(claim.name)}\n"
    yield f"> {plain(claim.sentence)}\n"
    yield f"**{claim.verdict.capitalize()}**: {plain(claim.because)}"
    for said in (claim.note, *claim.cautions, common_search(claim)):
        if said:
            yield f"\n{plain(said)}"
    for reading in claim.readings:
        yield from _reading(reading, claim)
    if claim.caveats:
        yield "\nDoubts:\n"
        for caveat in claim.caveats:
            yield f"- {plain(caveat)}"


def _reading(reading: rnnbench.ReadingFinding, claim: rnnbench.ClaimFinding) -> Iterator[str]:
    yield f"\n{plain(heading(reading))}.\n"
    if reading.missing:
        yield f"Untested: {plain(', '.join(reading.missing))}."
        return
    columns: dict[str, Callable[[rnnbench.Judged], str]] = {
        "condition": facets,
        "effect": _effect,
        "n": _n,
        "p (adjusted)": p_value,
    }
    if is_trained(claim):
        columns["learning rates"] = rates
        if not common_search(claim):
            columns["search"] = search
    columns[""] = state
    yield f"| {' | '.join(columns)} |\n|{'---|' * len(columns)}"
    for judged in reading.judged:
        yield f"| {' | '.join(plain(words(judged)) for words in columns.values())} |"


def _effect(judged: rnnbench.Judged) -> str:
    return effect(judged.effect)


def _n(judged: rnnbench.Judged) -> str:
    return str(judged.effect.n if judged.effect else 0)


def plain(text: str) -> str:
    """A text of anybody as Markdown shows it letter by letter, on one line and within one cell of a
    table."""
    line = " ".join(text.split()) if "\n" in text else text
    escaped = re.sub(r"[\\`*\[\]|$]", r"\\\g<0>", line)
    escaped = re.sub(r"(?<!\w)_|_(?!\w)", r"\_", escaped)  # within a word it opens no emphasis
    return escaped.replace("&", "&amp;").replace("<", "&lt;")


def _anchor(name: str) -> str:
    """The heading of this name, as links find it."""
    return re.sub(r"[^\w -]", "", name.lower()).replace(" ", "-")
