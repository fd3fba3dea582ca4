"""Turns the results of a suite into findings."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

from msgspec.structs import replace

from rnnbench import text
from rnnbench.errors import RnnbenchError
from rnnbench.findings.aggregate.across import across
from rnnbench.findings.aggregate.summary import across_caveats
from rnnbench.findings.caveats import caveats
from rnnbench.findings.claims.sources import claim_findings
from rnnbench.findings.cost.costs import costs
from rnnbench.findings.cost.scaling import scalings
from rnnbench.findings.headline import headline
from rnnbench.findings.law_caveats import law_caveats
from rnnbench.findings.learning.conditions import NO_LOOKS, conditions, evaluated
from rnnbench.findings.learning.horizons import spans
from rnnbench.findings.learning.ranking import ranking
from rnnbench.findings.learning.state_sizes import state_sizes
from rnnbench.findings.learning.target_caveats import span_caveats
from rnnbench.findings.records import DescribedCell, Failure, Findings
from rnnbench.findings.result_provenance import versions_of
from rnnbench.findings.rows import in_full
from rnnbench.findings.trials import outcomes
from rnnbench.records import (
    CellUse,
    Claim,
    LearningTrial,
    Looked,
    Machine,
    Outcome,
    Result,
    canonical,
    trial_id,
)


def find(
    results: Iterable[Result],
    claims: Sequence[Claim] = (),
    checks: Sequence[Outcome] = (),
    looked: Looked = NO_LOOKS,
) -> Findings:
    """Return the findings of these results, and on these claims.

    Only results of the newest version of the suite are compared; the others are a caveat. Raises
    RnnbenchError where there are no results.

    checks: those that a cell failed are caveats of every figure that shows the cell.
    looked: looks at these comparisons before this one, which lower the level of this look.
    """
    everything = sorted(results, key=lambda result: trial_id(result.trial))
    if not everything:
        raise RnnbenchError("there are no results to report")
    version = max(result.trial.suite_version for result in everything)
    current = [result for result in everything if result.trial.suite_version == version]
    learning = [result for result in current if isinstance(result.trial, LearningTrial)]
    costly = [result for result in current if not isinstance(result.trial, LearningTrial)]
    groups = evaluated(learning)
    found = conditions(learning, looked, groups)
    cost = costs(costly)
    # Each cell of a claim is tried only where the claim needs it, so that no set is complete.
    over_all = () if claims else across(groups, cost)
    memory_spans = spans(learning)
    of_laws = law_caveats(checks, current)
    of_claims = claim_findings(claims, current, found) if claims else ()
    return Findings(
        suite=current[0].trial.suite,
        suite_version=version,
        conditions=found,
        costs=cost,
        scalings=scalings(costly),
        claims=of_claims,
        across=over_all,
        caveats=(
            *(caveat.sentence for caveat in of_laws),
            *caveats(current, found, cost),
            *across_caveats(over_all),
            *span_caveats(memory_spans),
            *_outdated(len(everything) - len(current)),
        ),
        failures=tuple(_failure(r) for r in current if r.status not in ("ok", "stopped")),
        counts=dict(sorted(Counter(r.status for r in current).items())),
        machines=_machines(current),
        versions=_merged(map(versions_of, current)),
        commits=_commits(current),
        plugins=_merged(r.provenance.plugins for r in current),
        first_started=min(r.started for r in current),
        last_started=max(r.started for r in current),
        spans=memory_spans,
        state_sizes=state_sizes(groups, found),
        law_caveats=of_laws,
        trials=outcomes(current, groups),
        headline=headline(of_claims, found, cost),
        ranking=ranking(found),
        cells=_cells(current),
    )


def _cells(results: Iterable[Result]) -> tuple[DescribedCell, ...]:
    """Return each cell that has a trial, in the order of its names."""
    different: dict[bytes, CellUse] = {}
    for result in results:
        trial = result.trial
        cells = (trial.cell,) if isinstance(trial, LearningTrial) else trial.cells
        different.update((canonical(cell), cell) for cell in cells)
    ordered = sorted(different.values(), key=in_full)
    return tuple(
        DescribedCell(
            name=cell.name,
            rows=(cell.row, in_full(cell)),
            options=cell.options,
            implementation=cell.implementation,
        )
        for cell in ordered
    )


def _commits(results: Sequence[Result]) -> tuple[str, ...]:
    """Return the commits of results, in the order of their latest results."""
    by_time = sorted((r.started, r.provenance.commit) for r in results if r.provenance.commit)
    latest_first = dict.fromkeys(commit for _, commit in reversed(by_time))
    return tuple(reversed(latest_first))


def _outdated(count: int) -> Iterator[str]:
    if count:
        verb = "lies in the folder and is" if count == 1 else "lie in the folder and are"
        results = text.counted(count, "result")
        yield f"{results} of older versions of the suite {verb} left out."


def _failure(result: Result) -> Failure:
    return Failure(trial_id(result.trial), result.status, result.reason)


def _machines(results: Iterable[Result]) -> tuple[Machine, ...]:
    """Return each machine once, with its accelerators if trials ran on some.

    Counts of operations and trials that failed early are made without the accelerator.
    """
    machines = dict.fromkeys(result.provenance.machine for result in results)
    accelerated = {replace(machine, accelerator="") for machine in machines if machine.accelerator}
    return tuple(machine for machine in machines if machine not in accelerated)


def _merged(dictionaries: Iterable[dict[str, str]]) -> dict[str, tuple[str, ...]]:
    """Return the values of each key that occur in some dictionary."""
    merged: dict[str, set[str]] = defaultdict(set)
    for dictionary in dictionaries:
        for key, value in dictionary.items():
            merged[key].add(value)
    return {key: tuple(sorted(values)) for key, values in sorted(merged.items())}
