"""The export `model-cards`: a card in Markdown for each cell, from findings alone."""

import re
from collections import Counter
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from shlex import quote
from typing import Any

import jinja2

import rnnbench
from rnnbench_reports import card_rows

FOLDER = "model-cards"
SOFTWARE = ("python", "torch", "rnnbench")


def render(findings: rnnbench.Findings, folder: Path) -> list[Path]:
    """Write `model-cards/ROW.md` for each cell, called by its row in tables."""
    written: list[Path] = []
    labels = Counter(cell.rows[0] for cell in findings.cells)
    folder = folder / FOLDER
    folder.mkdir(exist_ok=True)
    for cell in findings.cells:
        # The rows of a cell that shares its label with another have their full name.
        is_alone = labels[cell.rows[0]] == 1
        rows = set(cell.rows) if is_alone else {cell.rows[-1]}
        path = _free_path(folder, cell.rows[0] if is_alone else cell.rows[-1], written)
        path.write_text(_card(findings, cell, rows), encoding="utf-8")
        written.append(path)
    return written


def _free_path(folder: Path, row: str, written: Sequence[Path]) -> Path:
    """Return a path that no other card has, whatever the capitals of its name."""
    name = re.sub(r"[^A-Za-z0-9_.+=-]+", "-", row).strip("-.") or "cell"
    taken = {path.name.lower() for path in written}
    path = folder / f"{name}.md"
    if path.name.lower() in taken:
        path = folder / f"{name}-{len(written)}.md"
    return path


def _card(findings: rnnbench.Findings, cell: Any, rows: set[str]) -> str:
    learned = card_rows.learned(findings, rows)
    return _template().render(
        findings=findings,
        cell=cell,
        title=cell.rows[0],
        learned=learned,
        sizes=list(map(card_rows.size_row, learned)),
        results=list(map(card_rows.result_row, learned)),
        costs=list(card_rows.cost_rows(findings, rows)),
        spans=list(card_rows.span_sentences(findings, rows)),
        laws=_failed_laws(findings, rows),
        command=f"rnnbench run suite {quote(findings.suite)} -c {quote(cell.name)}",
        measured=_measured(findings),
    )


def _measured(findings: rnnbench.Findings) -> str:
    """Return with what, where and when a run was measured."""
    versions = [
        f"{name} {rnnbench.text.listed(findings.versions[name])}"
        for name in SOFTWARE
        if name in findings.versions
    ]
    machines = []
    for machine in findings.machines:
        words = f"{machine.processor}, {rnnbench.text.counted(machine.cores, 'core')}"
        machines.append(f"{words}, {machine.accelerator}" if machine.accelerator else words)
    commits = f", commit {rnnbench.text.listed(findings.commits)}" if findings.commits else ""
    days = f"from {findings.first_started[:10]} to {findings.last_started[:10]}"
    return (
        f"Measured with {rnnbench.text.enumerated(versions)} on"
        f" {rnnbench.text.listed(machines, by='; ')}{commits}, {days}."
    )


def _failed_laws(findings: rnnbench.Findings, rows: set[str]) -> list[str]:
    """Return the sentences on laws that the cell fails."""
    return [caveat.sentence for caveat in findings.law_caveats if rows & set(caveat.rows)]


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(  # noqa: S701 (`text.markdown` escapes HTML)
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["plain"] = rnnbench.text.markdown
    environment.globals.update(
        SIZES=card_rows.SIZES, RESULTS=card_rows.RESULTS, COSTS=card_rows.COSTS
    )
    return environment.from_string((files(__package__) / "model_card.md.j2").read_text("utf-8"))
