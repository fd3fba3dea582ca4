"""The reports of a run, made from its findings by every installed renderer."""

from pathlib import Path

import msgspec

from rnnbench.catalogue import Catalogue
from rnnbench.driver.rendering import Rendered, render
from rnnbench.errors import RnnbenchError
from rnnbench.findings import Findings


def make_reports(findings: Findings, folder: Path, catalogue: Catalogue) -> list[Rendered]:
    """Have every report that is made unasked written to `<folder>/report`, beside the findings as
    JSON; what became of each. Raises RnnbenchError where nothing can be written."""
    folder = folder / "report"
    reports = [report for report in catalogue.reports.values() if not report.item.on_request]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        encoded = msgspec.json.format(msgspec.json.encode(findings), indent=1)
        (folder / "findings.json").write_bytes(encoded)
        return render(reports, findings, folder)
    except OSError as error:
        raise RnnbenchError(f"{folder}: cannot be written: {error.strerror or error}") from error
