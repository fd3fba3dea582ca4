"""HEAD against BASE, figure by figure."""

from collections.abc import Iterator, Sequence
from statistics import median

from rnnbench.campaign import FAILURES
from rnnbench.compare.circumstances import bars, causes, different
from rnnbench.compare.figures import LAST_BITS, Figure
from rnnbench.compare.records import OUTCOME, Change, Comparison, Kind, Run, Side, Value, Verdict
from rnnbench.compare.subjects import Key, Subject, rank, subjects
from rnnbench.records import Result, trial_id

RESULTS = ("stopped", "diverged", "out-of-memory")
"""Outcomes that are a result where both runs have them: the others say that nothing was
measured."""


def compare(base: Run, head: Run) -> Comparison:
    """What became of every figure of BASE, and which are new. Nothing is left out: what stayed the
    same is a change with that verdict, and what cannot be compared says why."""
    was, now = subjects(base.results), subjects(head.results)
    changes = [
        change for name, old in was.items() if old.tried for change in _against(old, now.get(name))
    ]
    for name, subject in now.items():
        if subject.tried and not (name in was and was[name].tried):
            changes.append(_whole(subject, "new", head=subject.worst.status))
    return Comparison(
        base=_side(base),
        head=_side(head),
        circumstances=(
            tuple(different(base.results, head.results)) if base.results and head.results else ()
        ),
        changes=tuple(changes),
        repeated=_repeated(base, head),
    )


def _repeated(base: Run, head: Run) -> int:
    """How many results are the same in both to the second of their start and the last bit of their
    times: a folder held against itself, or a copy of one. No two measurements share all that."""
    known = {trial_id(result.trial): result for result in base.results}
    return sum(known.get(trial_id(result.trial)) == result for result in head.results)


def _side(run: Run) -> Side:
    return Side(
        folder=run.folder,
        suites=tuple(
            sorted({f"{result.trial.suite} {result.trial.suite_version}" for result in run.results})
        ),
        commits=tuple(sorted({result.provenance.commit for result in run.results} - {""})),
        results=len(run.results),
        unreadable=run.unreadable,
    )


def _against(old: Subject, new: Subject | None) -> Iterator[Change]:
    """What became of all that BASE knows of a subject that was tried there."""
    if new is None:
        yield _whole(old, "missing", base=old.worst.status, reason="HEAD has no such trial")
        return
    if not new.tried:
        yield _whole(old, "missing", base=old.worst.status, reason=_told(new.results[0]))
        return
    before, after = old.worst.status, new.worst.status
    if rank(before) != rank(after):
        yield _outcome(old, new)
        if not (old.figures and new.figures):
            return
    elif before in FAILURES or not (old.figures or new.figures):
        yield _without_figures(old, new)
    to_the_end = rank(before) == rank(after) and before not in FAILURES
    for key in dict.fromkeys([*old.figures, *new.figures]):
        yield from _figure(old, new, key, to_the_end=to_the_end)


def _outcome(old: Subject, new: Subject) -> Change:
    """It ended better or worse. A failure is the doing of the code; whether a loss stays finite, or
    a rule gives up, is as deterministic as the loss."""
    before, after = old.worst, new.worst
    verdict: Verdict = "worse" if rank(after.status) > rank(before.status) else "better"
    if {before.status, after.status} & {*FAILURES}:
        return _whole(old, verdict, base=before.status, head=after.status, reason=_told(after))
    barred = bars(old.results, new.results, LAST_BITS)
    return _whole(
        old,
        "not comparable" if barred else verdict,
        base=before.status,
        head=after.status,
        kind="deterministic",
        reason=barred or _told(after),
    )


def _without_figures(old: Subject, new: Subject) -> Change:
    """It failed in both, or has no figures in either: an outcome that is a result in itself, or
    nothing at all."""
    before, after = old.worst.status, new.worst.status
    if before == after and before in RESULTS:
        return _whole(old, "same", base=before, head=after, reason=_told(new.worst))
    return _whole(
        old, "missing", base=before, head=after, reason=f"failed in both; HEAD: {_told(new.worst)}"
    )


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


def _told(result: Result) -> str:
    return f"{result.status}: {result.reason}" if result.reason else result.status


def _figure(old: Subject, new: Subject, key: Key, *, to_the_end: bool) -> Iterator[Change]:
    """What became of one figure. Curves are compared over the epochs that both runs took, since how
    many there are is a figure of its own; where trials did not both run to their end, only counts
    are."""
    before, after = old.figures.get(key, ()), new.figures.get(key, ())
    one = (before or after)[0]
    if not to_the_end and one.kind == "deterministic":
        return
    if one.epoch is not None and one.epoch > min(old.epochs_run, new.epochs_run):
        return
    verdict, reason = _verdict(old, new, before, after)
    yield Change(
        trial=old.identity,
        title=old.title,
        row=old.row,
        figure=one.name,
        kind=one.kind,
        verdict=verdict,
        base=_value(before),
        head=_value(after),
        unit=one.unit,
        direction=one.direction,
        epoch=one.epoch,
        reason=reason,
    )


def _verdict(
    old: Subject, new: Subject, before: Sequence[Figure], after: Sequence[Figure]
) -> tuple[Verdict, str]:
    """Of one figure that at least one of the runs has, with the reason."""
    if not after:
        return "missing", "HEAD has no such figure"
    if not before:
        return "new", ""
    one = before[0]
    if one.kind == "noisy":
        return "not judged", ""
    if one.direction != after[0].direction:
        return "changed", f"{_better(one)} in BASE, and {_better(after[0])} in HEAD"
    if barred := bars(old.results, new.results, one.held_to):
        return "not comparable", barred
    for name, figures in (("BASE", before), ("HEAD", after)):
        if len({figure.value for figure in figures}) > 1:
            return (
                "changed",
                f"replicates of {name} do not agree: {', '.join(str(f.value) for f in figures)}",
            )
    return _judged(before[0], after[0]), (
        causes(old.results, new.results) if before[0].value != after[0].value else ""
    )


def _judged(before: Figure, after: Figure) -> Verdict:
    """To the last bit, by the direction that BASE gives."""
    was, now = before.value, after.value
    if was == now:
        return "same"
    if not before.direction or isinstance(was, str) or isinstance(now, str):
        return "changed"
    if was is None or now is None:
        return "better" if was is None else "worse"
    return "better" if (now < was) == (before.direction == "lower") else "worse"


def _better(figure: Figure) -> str:
    return f"{figure.direction} is better" if figure.direction else "no direction is better"


def _value(figures: Sequence[Figure]) -> Value:
    """Over the replicates, of which all but noisy figures have one value."""
    values = [figure.value for figure in figures if figure.value is not None]
    if not values:
        return None
    if figures[0].kind == "noisy":
        return median(value for value in values if not isinstance(value, str))
    return values[0]
