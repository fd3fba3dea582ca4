"""The section on claims: each with its verdict, its forest plot and its figures by condition."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import rnnbench
from rnnbench_reports import claim_words
from rnnbench_reports.claim_forest import CAPTION
from rnnbench_reports.page.links import addresses
from rnnbench_reports.page.records import (
    Answer,
    Column,
    Fold,
    Plot,
    Plots,
    Row,
    Section,
    Table,
    Value,
)
from rnnbench_reports.page.tables import count, table, word

SHORT = "Effect with its 95 % interval; shaded is where the claim says that it lies."
NOTE = (
    "The column of trials leads to the results that each condition rests on. The report “claims”"
    " lists them in claims-trials.csv: trainings by cell, seed and learning rate, measurements of"
    " cost by cell and replicate."
)


def claims_sections(findings: rnnbench.Findings, plots: Plots) -> list[Section]:
    """Return a section for each claim."""
    by_id = {plot.id: plot for plot in plots.get(("claims", ""), ())}
    files = addresses(findings)
    return [_section(claim, by_id, files) for claim in findings.claims]


def _section(
    claim: rnnbench.ClaimFinding, plots: Mapping[str, Plot], files: Mapping[str, str]
) -> Section:
    plot = plots.get(f"claim-of-{claim.name}")
    common = claim_words.common_search(claim)
    sure = " ".join(filter(None, (claim.note, *claim.cautions, common)))
    answer = Answer(
        f"verdict-{claim.name}",
        "",
        claim.because,
        sure,
        verdict=claim.verdict,
        kind=claim.verdict,
        ways=[("figure", f"claim-of-{claim.name}"), ("table", f"claim-{claim.name}-0")],
    )
    made = [_table(claim, reading, place, files) for place, reading in enumerate(claim.readings)]
    tables = [found for found in made if found]
    return Section(
        f"claim-{claim.name}",
        claim.sentence,
        CAPTION,
        [answer],
        [replace(plot, caption=SHORT)] if plot else [],
        folds=[Fold(f"conditions-{claim.name}", "Figures by condition", NOTE, tables=tables)],
        caveats=claim.caveats,
    )


def _table(
    claim: rnnbench.ClaimFinding,
    reading: rnnbench.ReadingFinding,
    place: int,
    files: Mapping[str, str],
) -> Table | None:
    columns: dict[Column, Callable[[rnnbench.Judged], Value]] = {
        Column("condition", "words", stays=True): lambda judged: word(claim_words.facets(judged)),
        Column("effect", stays=True): _effect,
        Column("n"): lambda judged: count(judged.effect.n if judged.effect else 0),
        Column("p (adjusted)"): lambda judged: Value(claim_words.p_value(judged), judged.p_value),
    }
    if claim_words.is_trained(claim):
        rates = Column("learning rates", "words")
        columns[rates] = lambda judged: word(claim_words.rates(judged))
        if not claim_words.common_search(claim):
            search = Column("search", "words")
            columns[search] = lambda judged: word(claim_words.search(judged))
    columns[Column("state", "words", stays=True)] = _state
    columns[Column("trials")] = lambda judged: _trials(judged, files)
    rows = [Row([of_judged(judged) for of_judged in columns.values()]) for judged in reading.judged]
    missing = f"Untested: {', '.join(reading.missing)}." if reading.missing else ""
    name = f"claim-{claim.name}-{place}"
    return table(name, claim_words.heading(reading), list(columns), rows, missing)


def _effect(judged: rnnbench.Judged) -> Value:
    centre = judged.effect.centre if judged.effect else None
    return Value(claim_words.effect(judged.effect), centre)


def _state(judged: rnnbench.Judged) -> Value:
    return Value(judged.state, kind=judged.state, hint=claim_words.state(judged))


def _trials(judged: rnnbench.Judged, files: Mapping[str, str]) -> Value:
    links = tuple((trial, files[trial]) for trial in dict.fromkeys(judged.trials) if trial in files)
    return Value(str(len(links)), float(len(links)), links=links)
