"""What became of a trial, or of a cell in a cost measurement, between two runs."""

from collections.abc import Iterator

from rnnbench.campaign import FAILURES
from rnnbench.compare.circumstances import why_incomparable
from rnnbench.compare.figure_changes import figure_change
from rnnbench.compare.figures import LAST_BITS
from rnnbench.compare.records import OUTCOME, Change, Kind, Value, Verdict
from rnnbench.compare.subjects import Subject, badness
from rnnbench.records import GatePolicy, Result

MEASURED_OUTCOMES = ("stopped", "diverged", "out-of-memory")
"""Outcomes that count as a result where both runs have them; the others measured nothing."""


def changes_of(old: Subject, new: Subject | None, policy: GatePolicy) -> Iterator[Change]:
    """Yield what became of every figure of a subject that was tried in BASE."""
    if new is None:
        yield _whole(old, "missing", base=old.worst.status, reason="HEAD has no such trial")
        return
    if not new.tried:
        reason = _status_with_reason(new.results[0])
        yield _whole(old, "missing", base=old.worst.status, reason=reason)
        return
    status = old.worst.status
    equally_bad = badness(status) == badness(new.worst.status)
    if not equally_bad:
        yield _outcome_change(old, new)
        if not (old.figures and new.figures):
            return
    elif status in FAILURES or not (old.figures or new.figures):
        yield _change_without_figures(old, new)
    completed = equally_bad and status not in FAILURES
    for key in dict.fromkeys([*old.figures, *new.figures]):
        yield from figure_change(old, new, key, policy, completed=completed)


def new_subject(subject: Subject) -> Change:
    """The change of a subject that was tried in HEAD alone."""
    return _whole(subject, "new", head=subject.worst.status)


def _outcome_change(old: Subject, new: Subject) -> Change:
    """The change of a subject that ended better or worse than in BASE.

    A failure is the doing of the code. Divergence and early stopping are as deterministic as the
    loss, so they are judged only where the last bits can be compared.
    """
    before = old.worst
    after = new.worst
    verdict: Verdict = "worse" if badness(after.status) > badness(before.status) else "better"
    kind: Kind = "outcome"
    reason = _status_with_reason(after)
    if before.status not in FAILURES and after.status not in FAILURES:
        kind = "deterministic"
        obstacle = why_incomparable(old.results, new.results, LAST_BITS)
        if obstacle:
            verdict = "not comparable"
            reason = obstacle
    return _whole(old, verdict, base=before.status, head=after.status, kind=kind, reason=reason)


def _change_without_figures(old: Subject, new: Subject) -> Change:
    """The change of a subject that failed in both runs, or has figures in neither."""
    before = old.worst.status
    after = new.worst.status
    reason = _status_with_reason(new.worst)
    if before == after and before in MEASURED_OUTCOMES:
        return _whole(old, "same", base=before, head=after, reason=reason)
    reason = f"failed in both; HEAD: {reason}"
    return _whole(old, "missing", base=before, head=after, reason=reason)


def _whole(
    subject: Subject,
    verdict: Verdict,
    *,
    base: Value = None,
    head: Value = None,
    kind: Kind = "outcome",
    reason: str = "",
) -> Change:
    """A change of a trial as a whole."""
    return Change(
        trial=subject.identity,
        title=subject.title,
        row=subject.row,
        figure=OUTCOME,
        kind=kind,
        verdict=verdict,
        base=base,
        head=head,
        reason=reason,
    )


def _status_with_reason(result: Result) -> str:
    return f"{result.status}: {result.reason}" if result.reason else result.status
