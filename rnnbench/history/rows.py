"""Steps as rows of a table: what moved alike at one commit is one row."""

from collections import defaultdict
from collections.abc import Sequence

from msgspec import Struct

from rnnbench import text
from rnnbench.history import words
from rnnbench.history.feed import Feed, ShownStep
from rnnbench.history.records import Commit, StepVerdict

MOST_TITLES = 2


class StepRow(Struct, frozen=True, kw_only=True):
    """A step, or several of one figure at one commit that need no intervals.

    titles: of the trials, the first ones.
    size:   with its interval; of several steps the smallest and the largest.
    """

    commit: Commit
    verdict: StepVerdict
    titles: str
    figure: str
    before: str
    now: str
    size: str


def step_rows(feed: Feed) -> list[StepRow]:
    """Return a row for each step, newest first; counts and last bits that changed at one commit in
    several trials, as those of several seeds do, share a row."""
    titles = words.titles(feed.series())
    groups: dict[tuple[str, ...], list[ShownStep]] = defaultdict(list)
    for shown in feed.steps:
        groups[_key(shown)].append(shown)
    return [_row(group, titles) for group in groups.values()]


def _key(shown: ShownStep) -> tuple[str, ...]:
    series = shown.series
    alone = "" if series.kind in words.EXACT else series.identity
    return shown.commit.hash, series.figure, shown.step.verdict, alone


def _row(group: Sequence[ShownStep], titles: dict[str, str]) -> StepRow:
    first = group[0]
    values = {words.both(shown.series, shown.step) for shown in group}
    before, now = values.pop() if len(values) == 1 else ("", "")
    return StepRow(
        commit=first.commit,
        verdict=first.step.verdict,
        titles=text.listed([titles[shown.series.identity] for shown in group], MOST_TITLES),
        figure=first.series.figure,
        before=before,
        now=now,
        size=_size(group),
    )


def _size(group: Sequence[ShownStep]) -> str:
    by_size = sorted(group, key=lambda shown: shown.step.change or 0.0)
    smallest = words.size(by_size[0].step)
    largest = words.size(by_size[-1].step)
    if smallest == largest:
        return smallest
    one_scale = len({shown.step.scale for shown in group}) == 1
    return f"{smallest} to {largest}" if one_scale else ""
