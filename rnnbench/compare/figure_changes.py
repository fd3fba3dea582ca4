"""What became of one figure between two runs."""

from collections.abc import Iterator, Sequence
from statistics import median

from rnnbench.compare.circumstances import causes, why_incomparable
from rnnbench.compare.figures import Figure
from rnnbench.compare.records import Change, Value, Verdict
from rnnbench.compare.subjects import Key, Subject


def figure_change(old: Subject, new: Subject, key: Key, *, completed: bool) -> Iterator[Change]:
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
    verdict, reason = _verdict(old, new, before, after)
    yield Change(
        trial=old.identity,
        title=old.title,
        row=old.row,
        figure=figure.name,
        kind=figure.kind,
        verdict=verdict,
        base=_common_value(before),
        head=_common_value(after),
        unit=figure.unit,
        direction=figure.direction,
        epoch=figure.epoch,
        reason=reason,
    )


def _verdict(
    old: Subject, new: Subject, before: Sequence[Figure], after: Sequence[Figure]
) -> tuple[Verdict, str]:
    """The verdict on a figure that at least one run has, with its reason."""
    if not after:
        return "missing", "HEAD has no such figure"
    if not before:
        return "new", ""
    figure = before[0]
    if figure.kind == "noisy":
        return "not judged", ""
    if figure.direction != after[0].direction:
        return "changed", f"{_better(figure)} in BASE, and {_better(after[0])} in HEAD"
    obstacle = why_incomparable(old.results, new.results, figure.held_to)
    if obstacle:
        return "not comparable", obstacle
    disagreement = _disagreement("BASE", before) or _disagreement("HEAD", after)
    if disagreement:
        return "changed", disagreement
    reason = causes(old.results, new.results) if figure.value != after[0].value else ""
    return _judge(figure, after[0]), reason


def _disagreement(side: str, replicates: Sequence[Figure]) -> str:
    """A sentence on replicates whose values differ; "" where they agree."""
    values = [figure.value for figure in replicates]
    if len(set(values)) <= 1:
        return ""
    return f"replicates of {side} do not agree: {', '.join(map(str, values))}"


def _judge(before: Figure, after: Figure) -> Verdict:
    """Compare two values exactly: any difference in the last bit counts, by BASE's direction."""
    old = before.value
    new = after.value
    if old == new:
        return "same"
    if not before.direction or isinstance(old, str) or isinstance(new, str):
        return "changed"
    if old is None:
        return "better"
    if new is None:
        return "worse"
    return "better" if (new < old) == (before.direction == "lower") else "worse"


def _better(figure: Figure) -> str:
    return f"{figure.direction} is better" if figure.direction else "no direction is better"


def _common_value(replicates: Sequence[Figure]) -> Value:
    """The value that all replicates share; of noisy figures, their median."""
    values = [figure.value for figure in replicates if figure.value is not None]
    if not values:
        return None
    if replicates[0].kind == "noisy":
        return median(value for value in values if not isinstance(value, str))
    return values[0]
