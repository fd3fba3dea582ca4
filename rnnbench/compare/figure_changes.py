"""What became of one figure between two runs."""

from collections.abc import Iterator

from rnnbench.compare.circumstances import causes, why_incomparable
from rnnbench.compare.figures import Figure
from rnnbench.compare.judging import common_value, judge
from rnnbench.compare.records import Change
from rnnbench.compare.repetitions import Judged
from rnnbench.compare.subjects import Key, Subject
from rnnbench.records import GatePolicy


def figure_change(
    old: Subject, new: Subject, key: Key, policy: GatePolicy, *, completed: bool
) -> Iterator[Change]:
    """Yield the change of one figure, if it can be compared at all.

    Curves are compared over the epochs that both runs took; the number of epochs is a figure of its
    own. Unless both trials are `completed`, deterministic figures are skipped.
    """
    before = old.figures.get(key, ())
    after = new.figures.get(key, ())
    figure = (before or after)[0]
    if not completed and figure.kind == "deterministic":
        return
    if figure.epoch is not None and figure.epoch > min(old.epochs_run, new.epochs_run):
        return
    judged = _judged(old, new, key, policy)
    yield Change(
        trial=old.identity,
        title=old.title,
        row=old.row,
        figure=figure.name,
        kind=figure.kind,
        verdict=judged.verdict,
        base=common_value(before),
        head=common_value(after),
        unit=figure.unit,
        direction=figure.direction,
        epoch=figure.epoch,
        reason=judged.reason,
        ratio=judged.ratio,
        low=judged.low,
        high=judged.high,
    )


def _judged(old: Subject, new: Subject, key: Key, policy: GatePolicy) -> Judged:
    """The verdict on a figure that at least one run has."""
    before = old.figures.get(key, ())
    after = new.figures.get(key, ())
    if not after:
        return Judged("missing", "HEAD has no such figure")
    if not before:
        return Judged("new")
    figure = before[0]
    if figure.kind == "noisy":
        return Judged("not judged")
    if figure.direction != after[0].direction:
        return Judged("undecided", f"{_better(figure)} in BASE, and {_better(after[0])} in HEAD")
    obstacle = why_incomparable(old.results, new.results, figure.held_to)
    if obstacle:
        return Judged("not comparable", obstacle)
    tolerance = policy.tolerance(figure.tolerated, old.row) if figure.tolerated else 0.0
    judged = judge(before, after, tolerance)
    return _with_causes(judged, old, new)


def _with_causes(judged: Judged, old: Subject, new: Subject) -> Judged:
    """Add what else changed to the verdict on a figure that differs."""
    if judged.verdict == "same":
        return judged
    reasons = [judged.reason, causes(old.results, new.results)]
    return judged._replace(reason="; ".join(reason for reason in reasons if reason))


def _better(figure: Figure) -> str:
    return f"{figure.direction} is better" if figure.direction else "no direction is better"
