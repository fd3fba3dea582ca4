"""Compares HEAD with BASE, figure by figure."""

from rnnbench.compare.circumstances import differing_circumstances
from rnnbench.compare.records import Change, Circumstance, Comparison, Run, Side
from rnnbench.compare.subject_changes import changes_of, new_subject
from rnnbench.compare.subjects import subjects
from rnnbench.records import trial_id


def compare(base: Run, head: Run) -> Comparison:
    """Compare every figure of BASE with HEAD, and list what only HEAD has.

    Nothing is left out: an unchanged figure is a change with the verdict "same", and a figure that
    cannot be compared has the reason.
    """
    return Comparison(
        base=_side(base),
        head=_side(head),
        circumstances=_circumstances(base, head),
        changes=tuple(_changes(base, head)),
        repeated=_count_repeated(base, head),
    )


def _changes(base: Run, head: Run) -> list[Change]:
    in_base = subjects(base.results)
    in_head = subjects(head.results)
    changes: list[Change] = []
    for identity, subject in in_base.items():
        if subject.tried:
            changes += changes_of(subject, in_head.get(identity))
    for identity, subject in in_head.items():
        counterpart = in_base.get(identity)
        is_new = counterpart is None or not counterpart.tried
        if subject.tried and is_new:
            changes.append(new_subject(subject))
    return changes


def _circumstances(base: Run, head: Run) -> tuple[Circumstance, ...]:
    if not base.results or not head.results:
        return ()
    return tuple(differing_circumstances(base.results, head.results))


def _count_repeated(base: Run, head: Run) -> int:
    """Count the results that both runs share, start time and measured times included.

    No two measurements agree in all of that: the folder was compared with itself or with a copy.
    """
    in_base = {trial_id(result.trial): result for result in base.results}
    return sum(in_base.get(trial_id(result.trial)) == result for result in head.results)


def _side(run: Run) -> Side:
    suites = {f"{result.trial.suite} {result.trial.suite_version}" for result in run.results}
    commits = {result.provenance.commit for result in run.results} - {""}
    return Side(
        folder=run.folder,
        suites=tuple(sorted(suites)),
        commits=tuple(sorted(commits)),
        results=len(run.results),
        unreadable=run.unreadable,
    )
