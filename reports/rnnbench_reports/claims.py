"""The report `claims`: nothing is loaded, matplotlib least of all, where there are no claims."""

from pathlib import Path

import rnnbench


def render(findings: rnnbench.Findings, folder: Path) -> list[Path]:
    """Write the page on claims, its table and its plot; nothing without claims."""
    if not findings.claims:
        return []
    from rnnbench_reports import claims_page

    return claims_page.render(findings, folder)
