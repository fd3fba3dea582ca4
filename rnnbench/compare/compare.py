"""Compares HEAD with BASE, figure by figure."""

from collections.abc import Sequence
from shlex import quote

from msgspec.structs import replace

from rnnbench.compare.circumstances import differing_circumstances
from rnnbench.compare.learning_changes import learning_changes
from rnnbench.compare.records import OUTCOME, Change, Circumstance, Comparison, Run, Side
from rnnbench.compare.subject_changes import changes_of, new_subject
from rnnbench.compare.subjects import COST_TITLE, subjects
from rnnbench.records import GatePolicy, trial_id

DEFAULT = GatePolicy()


def compare(base: Run, head: Run, policy: GatePolicy = DEFAULT) -> Comparison:
    """Compare every figure of BASE with HEAD, and list what only HEAD has.

    policy: what a figure may become larger by.

    Nothing is left out: an unchanged figure is a change with the verdict "same", and a figure that
    cannot be compared has the reason.
    """
    suites = sorted({result.trial.suite for result in head.results or base.results})
    changes = _changes(base, head, policy)
    over_seeds = learning_changes(base, head, policy)
    return Comparison(
        base=_side(base),
        head=_side(head),
        circumstances=_circumstances(base, head),
        changes=tuple(replace(c, command=_trial_command(c, base, head, suites)) for c in changes),
        over_seeds=tuple(replace(c, command=_suite_command(c, suites)) for c in over_seeds),
        repeated=_count_repeated(base, head),
    )


def _trial_command(change: Change, base: Run, head: Run, suites: Sequence[str]) -> str:
    """The command that repeats a trial of HEAD, or of BASE where HEAD lacks it; or all cost
    measurements of a cell."""
    if change.title.startswith(COST_TITLE):
        return _suite_command(change, suites)
    lacks_it = change.figure == OUTCOME and change.verdict == "missing" and change.head is None
    folder = base.folder if lacks_it else head.folder
    return f"rnnbench reproduce {quote(folder)} {change.trial}"


def _suite_command(change: Change, suites: Sequence[str]) -> str:
    suite = suites[0] if len(suites) == 1 else "SUITE"
    return f"rnnbench run suite {quote(suite)} -c {quote(change.row)} -o AGAIN"


def _changes(base: Run, head: Run, policy: GatePolicy) -> list[Change]:
    in_base = subjects(base.results)
    in_head = subjects(head.results)
    changes: list[Change] = []
    for identity, subject in in_base.items():
        if subject.tried:
            changes += changes_of(subject, in_head.get(identity), policy)
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
