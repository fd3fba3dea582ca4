"""The caveats on findings: what a sceptical reader should know, in words."""

from collections.abc import Iterator, Sequence

from rnnbench import text
from rnnbench.findings.cost.caveats import cost_caveats
from rnnbench.findings.cost.records import CostFinding
from rnnbench.findings.learning.caveats import learning_caveats
from rnnbench.findings.learning.records import Condition
from rnnbench.findings.result_provenance import (
    accelerators,
    changed_sources,
    kernel_variables,
    side_effects,
    torch_versions,
)
from rnnbench.records import Result


def caveats(
    results: Sequence[Result], conditions: Sequence[Condition], costs: Sequence[CostFinding]
) -> tuple[str, ...]:
    """Return every caveat that the results give reason for."""
    return (
        *learning_caveats(results, conditions),
        *cost_caveats(results, costs),
        *_mixed_provenance(results),
        *_side_effects(results),
    )


def _mixed_provenance(results: Sequence[Result]) -> Iterator[str]:
    machines = {(r.provenance.machine.processor, r.provenance.machine.cores) for r in results}
    if len(machines) > 1:
        yield f"The results come from {len(machines)} kinds of machine."
    devices = accelerators(results)
    if len(devices) > 1:
        yield f"The results come from several accelerators: {text.listed(devices)}."
    changed = changed_sources(results)
    if changed:
        yield (
            f"The source of {text.listed(changed)} changed between results compared here; --fresh"
            " runs all again."
        )
    variables = kernel_variables(results)
    if variables:
        yield (
            "Environment variables that choose kernels differ between results:"
            f" {text.listed(variables)}."
        )
    versions = torch_versions(results)
    if len(versions) > 1:
        yield f"The results come from several versions of torch: {text.listed(versions)}."


def _side_effects(results: Sequence[Result]) -> Iterator[str]:
    for effect, count in sorted(side_effects(results).items()):
        yield f"{effect} (in {count} of {text.counted(len(results), 'trial')})."
