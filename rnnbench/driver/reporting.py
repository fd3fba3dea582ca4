"""The reports of a run, made from its findings by every installed renderer."""

from pathlib import Path

import msgspec
from msgspec.structs import replace

from rnnbench.catalogue import Catalogue
from rnnbench.driver.describing import with_descriptions
from rnnbench.driver.render_process import Rendered
from rnnbench.driver.rendering import render
from rnnbench.errors import RnnbenchError
from rnnbench.findings import Findings


def make_reports(
    findings: Findings, folder: Path, catalogue: Catalogue, *, into: Path | None = None
) -> list[Rendered]:
    """Have every report that is made unasked written, beside the findings as JSON; what became of
    each. Raises RnnbenchError where nothing can be written.

    into: where to write, by default `<folder>/report`.
    """
    into = into or folder / "report"
    findings = with_descriptions(findings, catalogue)
    if into.resolve() != (folder / "report").resolve():
        findings = _with_files(findings, folder)
    reports = [report for report in catalogue.reports.values() if not report.item.on_request]
    try:
        into.mkdir(parents=True, exist_ok=True)
        encoded = msgspec.json.format(msgspec.json.encode(findings), indent=1)
        (into / "findings.json").write_bytes(encoded)
        return render(reports, findings, into)
    except OSError as error:
        raise RnnbenchError(f"{into}: cannot be written: {error.strerror or error}") from error


def _with_files(findings: Findings, folder: Path) -> Findings:
    """Return findings whose trials name the files of their results, for a report that lies
    elsewhere."""
    trials = []
    for trial in findings.trials:
        stored = trial.stored or str(folder / "trials" / f"{trial.trial}.json")
        trials.append(replace(trial, stored=stored))
    return replace(findings, trials=tuple(trials))
