"""Steps of figures without noise: every difference is one."""

from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise

from rnnbench.compare.figures import Figure
from rnnbench.compare.judging import exactly, to_the_last_bit
from rnnbench.compare.records import Value
from rnnbench.compare.subjects import badness
from rnnbench.history.records import Point, Scale, Series, Step, StepVerdict, by_sign


def differences(series: Series, points: Sequence[Point]) -> Iterator[Step]:
    """Yield a step wherever a figure without noise has another value than before."""
    levels = [list(group) for _, group in groupby(points, key=lambda point: point.value)]
    for old, new in pairwise(levels):
        before = old[-1].value
        now = new[0].value
        scale, change = _size(before, now)
        yield Step(
            commit=new[0].commit,
            after=old[-1].commit,
            verdict=_verdict(series, before, now),
            before=before,
            now=now,
            scale=scale,
            change=change,
            low=change,
            high=change,
            commits=(len(old), len(new)),
        )


def _verdict(series: Series, before: Value, now: Value) -> StepVerdict:
    """Judge as a gate does: counts by their direction, last bits where a target is lost or gained,
    outcomes by how bad they are."""
    if series.kind == "outcome":
        worse = badness(str(now)) - badness(str(before))
        return by_sign(worse, "lower")
    judge = exactly if series.kind == "exact" else to_the_last_bit
    old, new = (
        Figure(name=series.figure, kind=series.kind, value=value, direction=series.direction)
        for value in (before, now)
    )
    verdict = judge(old, new)
    return verdict if verdict in ("better", "worse") else "changed"


def _size(before: Value, now: Value) -> tuple[Scale, float | None]:
    """Return the scale and the size of a difference: a ratio of positive numbers, a difference of
    others, and nothing of what is no number."""
    if not isinstance(before, int | float) or not isinstance(now, int | float):
        return "", None
    if before > 0 and now > 0:
        return "ratio", now / before
    return "difference", now - before
