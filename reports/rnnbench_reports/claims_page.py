"""The report `claims`: verdicts on claims in Markdown, a forest plot, and a table of the results
that they rest on."""

import csv
import re
from functools import cache
from importlib.resources import files
from io import StringIO
from pathlib import Path
from typing import Any

import jinja2
import matplotlib as mpl

import rnnbench
from rnnbench_reports.claim_forest import forest
from rnnbench_reports.claim_table import searches, verdicts
from rnnbench_reports.claim_words import common_search, facets, heading, is_trained
from rnnbench_reports.panel import Drawn
from rnnbench_reports.style import without_missing_glyphs

PAGE = "claims.md"
TABLE = "claims-trials.csv"
FOREST = "claims-forest.svg"
CAVEATS = "claims-caveats.md"
COLUMNS = ("claim", "reading", "condition", "cell", "seed", "rate", "replicate", "trial")


def render(findings: rnnbench.Findings, folder: Path) -> list[Path]:
    """Write `claims.md`, `claims-caveats.md`, `claims-trials.csv` and `claims-forest.svg` into the
    folder.

    Nothing is written where there are no claims, and no plot where no claim has a condition.
    """
    if not findings.claims:
        return []
    drawn = forest(findings.claims)
    page = folder / PAGE
    table = folder / TABLE
    caveats = folder / CAVEATS
    page.write_text(_page(findings, drawn), encoding="utf-8")
    caveats.write_text(
        _template("claims_caveats.md.j2").render(findings=findings, page=PAGE), encoding="utf-8"
    )
    table.write_text(_table(findings), encoding="utf-8")
    if drawn is None:
        return [page, caveats, table]
    _save(drawn, folder / FOREST)
    return [page, caveats, table, folder / FOREST]


def _save(drawn: Drawn, path: Path) -> None:
    """Save the plot so that equal findings give equal bytes."""
    with mpl.rc_context({"svg.hashsalt": PAGE, "svg.fonttype": "none"}), without_missing_glyphs():
        drawn.panels[0].figure.savefig(path, metadata={"Date": None, "Creator": None})


def _table(findings: rnnbench.Findings) -> str:
    """Return a row for each result of each cell in each condition."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for claim in findings.claims:
        for reading in claim.readings:
            for judged in reading.judged:
                condition = (claim.name, heading(reading), facets(judged))
                writer.writerows((*condition, *_source(trial)) for trial in judged.evidence)
    return text.getvalue()


def _source(trial: Any) -> tuple[object, ...]:
    rate = "" if trial.rate is None else f"{trial.rate:g}"
    return trial.cell, trial.seed, rate, trial.replicate, trial.trial


def _page(findings: rnnbench.Findings, drawn: Drawn | None) -> str:
    machines = [_machine(machine) for machine in findings.machines]
    versions = [f"{name} {' and '.join(found)}" for name, found in findings.versions.items()]
    counts = [f"{count} {status}" for status, count in findings.counts.items()]
    dates = sorted({findings.first_started[:10], findings.last_started[:10]})
    return _template("claims.md.j2").render(
        findings=findings,
        drawn=drawn,
        table=TABLE,
        caveats=CAVEATS,
        forest=FOREST,
        machine="; ".join(dict.fromkeys(machines)),
        versions=", ".join(versions),
        counts=", ".join(counts),
        dates=" to ".join(dates),
    )


def _machine(machine: Any) -> str:
    accelerator = f", {machine.accelerator}" if machine.accelerator else ""
    cores = rnnbench.text.counted(machine.cores, "core")
    return f"{machine.processor}, {cores}, {machine.system}{accelerator}"


@cache
def _template(name: str) -> jinja2.Template:
    environment = jinja2.Environment(  # noqa: S701 (`text.markdown` escapes what Markdown reads as HTML)
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.globals.update(searches=searches, verdicts=verdicts)
    environment.filters.update(
        plain=rnnbench.text.markdown,
        anchor=_anchor,
        heading=heading,
        remarks=_remarks,
        common_search=common_search,
        is_trained=is_trained,
        caveats_of=_caveats_of,
    )
    return environment.from_string((files(__package__) / name).read_text("utf-8"))


def _remarks(claim: rnnbench.ClaimFinding) -> list[str]:
    """Return what is to be known beside the verdict."""
    return [remark for remark in (claim.note, *claim.cautions) if remark]


def _caveats_of(claim: rnnbench.ClaimFinding) -> str:
    """Return how many caveats a claim has: `3 caveats`."""
    return rnnbench.text.counted(len(claim.caveats), "caveat")


def _anchor(name: str) -> str:
    """Return the anchor of the heading with this name."""
    return re.sub(r"[^\w -]", "", name.lower()).replace(" ", "-")
