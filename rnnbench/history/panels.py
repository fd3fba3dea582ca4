"""Small multiples of a history: one panel for each figure, with its points, levels and steps."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from statistics import median

from msgspec import Struct

from rnnbench.compare.records import Value
from rnnbench.history import words
from rnnbench.history.feed import Feed, Shown
from rnnbench.history.records import Commit, Point, Step, StepVerdict

MARGIN = 0.25
"""Of the span of the values, below and above them."""
LEAST_SPAN = 0.02
"""Of the largest value: noise within less is not blown up to the height of a panel."""


class PanelPoint(Struct, frozen=True):
    """The figure of one commit in a panel.

    place: of the commit among those that are drawn.
    value: None where a target was not reached.
    text:  commit, date and value, for readers.
    """

    place: int
    value: float | None
    low: float | None
    high: float | None
    text: str


class PanelStep(Struct, frozen=True):
    """A step in a panel, at the place of its commit."""

    place: int
    verdict: StepVerdict
    size: str
    text: str


class Level(Struct, frozen=True):
    """The median between two steps, from one place to another."""

    first: int
    last: int
    value: float


class Panel(Struct, frozen=True, kw_only=True):
    """What is drawn of one series.

    lowest, highest: the ends of its axis.
    """

    title: str
    shown: Shown
    newest: str
    points: tuple[PanelPoint, ...]
    levels: tuple[Level, ...]
    steps: tuple[PanelStep, ...]
    lowest: float
    highest: float


def panels(
    feed: Feed,
    points: Mapping[str, Sequence[Point]],
    commits: Sequence[Commit],
    *,
    of_trainings: bool = False,
) -> list[Panel]:
    """Return a panel for each figure that has a number at some of these commits.

    Those of single trainings, of which there is one a seed, are drawn where they were asked for.

    points:  of each series, by its identity.
    commits: that are drawn, from the oldest to the newest.
    of_trainings: whether they were.
    """
    titles = words.titles(shown.series for shown in feed.figures)
    places = {commit.hash: place for place, commit in enumerate(commits)}
    by_hash = {commit.hash: commit for commit in commits}
    found = []
    for shown in feed.figures:
        series = shown.series
        if series.kind == "deterministic" and not of_trainings:
            continue
        drawn = [point for point in points[series.identity] if point.commit in places]
        numbers = _numbers(drawn)
        if not numbers or any(isinstance(point.value, str) for point in drawn):
            continue
        steps = [step for step in shown.steps if step.commit in places]
        lowest, highest = _ends(numbers)
        found.append(
            Panel(
                title=titles[series.identity],
                shown=shown,
                newest=words.value(series, shown.newest.value),
                points=tuple(_point(shown, point, by_hash, places) for point in drawn),
                levels=tuple(_levels(drawn, steps, places)),
                steps=tuple(_step(shown, step, by_hash, places) for step in steps),
                lowest=lowest,
                highest=highest,
            )
        )
    return found


def _number(value: Value) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def _numbers(points: Sequence[Point]) -> list[float]:
    numbers = [_number(point.value) for point in points]
    return [number for number in numbers if number is not None]


def _ends(numbers: Sequence[float]) -> tuple[float, float]:
    """Return the ends of an axis for these values, with a margin."""
    low = min(numbers)
    high = max(numbers)
    span = max(high - low, LEAST_SPAN * max(abs(low), abs(high)), 1e-12)
    middle = (low + high) / 2
    half = span * (0.5 + MARGIN)
    return middle - half, middle + half


def _point(
    shown: Shown, point: Point, commits: Mapping[str, Commit], places: Mapping[str, int]
) -> PanelPoint:
    series = shown.series
    written = words.value(series, point.value)
    over = ""
    if point.n > 1 and point.low is not None:
        ends = f"{words.value(series, point.low)} to {words.value(series, point.high)}"
        over = f", {ends} over {point.n}"
    commit = commits[point.commit]
    heading = " ".join(part for part in (commit.hash, words.date(commit), commit.subject) if part)
    return PanelPoint(
        places[point.commit],
        _number(point.value),
        point.low,
        point.high,
        f"{heading}\n{written}{over}",
    )


def _step(
    shown: Shown, step: Step, commits: Mapping[str, Commit], places: Mapping[str, int]
) -> PanelStep:
    before, now = words.both(shown.series, step)
    size = words.size(step)
    label = size.partition(" [")[0] or step.verdict
    commit = commits[step.commit]
    return PanelStep(
        places[step.commit],
        step.verdict,
        label,
        f"{step.verdict} at {commit.hash}, {words.date(commit)}\n{before} → {now} {size}".rstrip(),
    )


def _levels(
    points: Sequence[Point], steps: Sequence[Step], places: Mapping[str, int]
) -> list[Level]:
    starts = [0, *(places[step.commit] for step in steps), len(places)]
    found = []
    for first, after in pairwise(starts):
        inside = [point for point in points if first <= places[point.commit] < after]
        numbers = _numbers(inside)
        if numbers:
            ends = places[inside[0].commit], places[inside[-1].commit]
            found.append(Level(*ends, median(numbers)))
    return found
