"""From the results of a suite to findings."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from rnnbench.errors import RnnbenchError
from rnnbench.findings.aggregate.across import across
from rnnbench.findings.aggregate.summary import across_caveats
from rnnbench.findings.caveats import caveats
from rnnbench.findings.claims.sources import claim_findings
from rnnbench.findings.cost.costs import costs
from rnnbench.findings.cost.scaling import scalings
from rnnbench.findings.law_caveats import law_caveats
from rnnbench.findings.learning.conditions import UNSEEN, conditions
from rnnbench.findings.learning.horizons import spans
from rnnbench.findings.learning.target_caveats import span_caveats
from rnnbench.findings.records import Failure, Findings
from rnnbench.records import Claim, LearningTrial, Looked, Outcome, Result, trial_id


def find(
    results: Iterable[Result],
    claims: Sequence[Claim] = (),
    checks: Sequence[Outcome] = (),
    looked: Looked = UNSEEN,
) -> Findings:
    """What these results say, of these claims too. Only those of the newest version of the suite
    are compared; the rest is a caveat. Checks that a cell failed are caveats of all that shows the
    cell. A look at a comparison decides at the level that those before it left.

    Raises RnnbenchError where there are none.
    """
    everything = sorted(results, key=lambda result: trial_id(result.trial))
    if not everything:
        raise RnnbenchError("there are no results to report")
    version = max(result.trial.suite_version for result in everything)
    current = [result for result in everything if result.trial.suite_version == version]
    learning = [r for r in current if isinstance(r.trial, LearningTrial)]
    found = conditions(learning, looked)
    dear = [r for r in current if not isinstance(r.trial, LearningTrial)]
    cost = costs(dear)
    over_all = (
        () if claims else across(learning, cost)
    )  # cells of claims are tried where they are needed
    far = spans(learning)
    of_laws = law_caveats(checks, current)
    old = len(everything) - len(current)
    outdated = (
        (f"{old} results of older versions of the suite lie in the folder and are left out.",)
        if old
        else ()
    )
    return Findings(
        suite=current[0].trial.suite,
        suite_version=version,
        conditions=found,
        costs=cost,
        scalings=scalings(dear),
        claims=claim_findings(claims, current, found) if claims else (),
        across=over_all,
        caveats=(
            *(caveat.sentence for caveat in of_laws),
            *caveats(current, found, cost),
            *across_caveats(over_all),
            *span_caveats(far),
            *outdated,
        ),
        failures=tuple(_failure(r) for r in current if r.status not in ("ok", "stopped")),
        counts=dict(sorted(Counter(r.status for r in current).items())),
        machines=tuple(
            {repr(r.provenance.machine): r.provenance.machine for r in current}.values()
        ),
        versions=_merged(r.provenance.versions for r in current),
        commits=tuple(sorted({r.provenance.commit for r in current if r.provenance.commit})),
        plugins=_merged(r.provenance.plugins for r in current),
        first_started=min(r.started for r in current),
        last_started=max(r.started for r in current),
        spans=far,
        law_caveats=of_laws,
    )


def _failure(result: Result) -> Failure:
    return Failure(trial_id(result.trial), result.status, result.reason)


def _merged(dictionaries: Iterable[dict[str, str]]) -> dict[str, tuple[str, ...]]:
    """For each key, the values that occur."""
    merged: dict[str, set[str]] = defaultdict(set)
    for dictionary in dictionaries:
        for key, value in dictionary.items():
            merged[key].add(value)
    return {key: _sorted(values) for key, values in sorted(merged.items())}


def _sorted(values: Iterable[str]) -> tuple[str, ...]:
    ordered: Sequence[str] = sorted(values)
    return tuple(ordered)
