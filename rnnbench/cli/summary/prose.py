"""The sentences of a run: which cell, how sure, and what speaks against it."""

from collections.abc import Sequence

from rnnbench.cli.output import say
from rnnbench.findings import Findings, caveats_of


def print_prose(findings: Findings) -> None:
    """Print every sentence of the findings; of claims their caveats alone."""
    if not findings.claims:
        _print_conditions(findings)
        _print_costs(findings)
    if findings.caveats:
        _print_title("caveats")
    for caveat in findings.caveats:
        say(caveat, indent=2, hang=4)


def _print_conditions(findings: Findings) -> None:
    for condition in findings.conditions:
        _print_title(condition.title)
        say(condition.answer, indent=2)
        say(condition.sure, indent=2)
        _print_laws(findings, [arm.row for arm in condition.arms])
    for finding in findings.spans:
        _print_title(f"memory span, {finding.title}")
        say(finding.answer, indent=2)
        _print_laws(findings, [span.row for span in finding.spans])
    for sizes in findings.state_sizes:
        if not sizes.answer:
            continue
        _print_title(f"numbers in the state, {sizes.title}")
        say(sizes.answer, indent=2, hang=4)
        _print_laws(findings, [curve.row for curve in sizes.curves])
    if findings.across:
        _print_title("across tasks")
    for aspect in findings.across:
        say(f"{aspect.name}: {aspect.answer}", indent=2, hang=4)


def _print_costs(findings: Findings) -> None:
    for cost in findings.costs:
        _print_title(f"cost, {cost.title}")
        say(cost.answer, indent=2)
        _print_laws(findings, [row.row for row in cost.rows])
    for scaling in findings.scalings:
        _print_title(f"cost against length, {scaling.title}")
        say(scaling.answer, indent=2)
        _print_laws(findings, [curve.row for curve in scaling.curves])


def _print_title(title: str) -> None:
    say(title, style="bold")


def _print_laws(findings: Findings, rows: Sequence[str]) -> None:
    """Print the laws that cells in these rows fail, below what shows them."""
    for sentence in caveats_of(findings.law_caveats, rows):
        say(sentence, indent=2, hang=4)
