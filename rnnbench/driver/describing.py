"""What the cells of findings are, as their plugins describe them."""

from msgspec.structs import replace

from rnnbench.catalogue import Catalogue
from rnnbench.findings import DescribedCell, Findings


def with_descriptions(findings: Findings, catalogue: Catalogue) -> Findings:
    """Return findings whose cells have summary, source and origin, as far as they are installed."""
    return replace(findings, cells=tuple(_described(cell, catalogue) for cell in findings.cells))


def _described(cell: DescribedCell, catalogue: Catalogue) -> DescribedCell:
    if cell.name not in catalogue.cells:
        return cell
    contribution = catalogue.cells[cell.name]
    spec = contribution.item
    return replace(
        cell, summary=spec.summary, source=spec.source, origin=contribution.plugin.origin
    )
