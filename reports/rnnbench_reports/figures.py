"""All figures of a report, by the section in which they stand."""

from collections.abc import Iterator
from itertools import groupby

import rnnbench
from rnnbench_reports.across_figures import across_figures
from rnnbench_reports.claim_forest import forest
from rnnbench_reports.claim_forest_narrow import narrow_forest
from rnnbench_reports.cost_figures import cost_figures
from rnnbench_reports.diagnostic_figures import diagnostics
from rnnbench_reports.learning_figures import learning_figures
from rnnbench_reports.length_figures import lengths
from rnnbench_reports.looks import featured, looks
from rnnbench_reports.panel import Cells, Drawn
from rnnbench_reports.scaling_figures import scaling_figures
from rnnbench_reports.span_figures import solve_rates
from rnnbench_reports.state_size_figures import state_sizes
from rnnbench_reports.tryout_figures import tryout_figures


def cells_of(findings: rnnbench.Findings) -> Cells:
    """Return the looks of all cells, and those that figures show in their colours."""
    return Cells(looks(findings), featured(findings))


def draw(findings: rnnbench.Findings, cells: Cells) -> Iterator[Drawn]:
    """Yield every figure for which the findings have data, each with the section it belongs to."""
    by_section = {
        "tryout": tryout_figures(findings, cells),
        "claims": _of_claims(findings, cells),
        "task": _of_tasks(findings, cells),
        "across": across_figures(findings, cells),
        "cost": cost_figures(findings, cells),
        "scaling": scaling_figures(findings, cells),
    }
    for section, figures in by_section.items():
        for drawn in figures:
            yield drawn._replace(section=section)


def _of_claims(findings: rnnbench.Findings, cells: Cells) -> Iterator[Drawn]:
    for claim in findings.claims:
        plot = forest([claim], f"claim-of-{claim.name}")
        narrow = narrow_forest(claim, cells.width)
        if plot and narrow:
            yield plot._replace(panels=(*plot.panels, narrow))


def _of_tasks(findings: rnnbench.Findings, cells: Cells) -> Iterator[Drawn]:
    by_task = groupby(findings.conditions, key=lambda condition: condition.task)
    for task, grouped in by_task:
        conditions = list(grouped)
        over_conditions = (
            state_sizes(findings, cells, task),
            lengths(task, conditions, cells),
            solve_rates(findings, cells, task),
        )
        yield from filter(None, over_conditions)
        yield from learning_figures(task, conditions, cells)
        yield from diagnostics(findings, cells, task)
