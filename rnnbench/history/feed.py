"""What is read of a history: the newest value of each figure, and the steps, newest first."""

from collections.abc import Collection, Sequence
from pathlib import Path

from msgspec import Struct

from rnnbench.errors import RnnbenchError, UnknownName
from rnnbench.history.commits import Checkout, in_order
from rnnbench.history.database import History
from rnnbench.history.records import HASH_DIGITS, Commit, Point, Series, Step
from rnnbench.history.summaries import Summarised, summaries

FORMAT = 1
SELDOM_ASKED = ("exact", "deterministic", "outcome", "noisy")
"""Kinds of figures that are only shown where they have steps, unless all are asked for."""
RECENT = 20
"""A series of which so many of the last commits have no value is no longer measured: its steps are
shown, and its newest value is only where it is asked for."""


class Selection(Struct, frozen=True, kw_only=True):
    """Which figures are shown.

    figures, cells: names; none means all.
    since:          a commit: only steps after it are shown, and only figures that have some; "" for
                    all.
    everything:     whether figures of counts, last bits and seconds are shown that have no steps.
    """

    figures: tuple[str, ...] = ()
    cells: tuple[str, ...] = ()
    since: str = ""
    everything: bool = False


class ShownStep(Struct, frozen=True):
    """A step, with its commit and its series."""

    commit: Commit
    series: Series
    step: Step


class Shown(Struct, frozen=True, kw_only=True):
    """A series with its newest point, and its steps in the order of commits.

    commits: the number of measured commits.
    noise:   as a share of the level; None where it is not known.
    reason:  why no steps are looked for; "" where they are.
    """

    series: Series
    commits: int
    newest: Point
    steps: tuple[Step, ...]
    noise: float | None
    reason: str


class Feed(Struct, frozen=True, kw_only=True):
    """What `rnnbench history show --json` prints.

    since:   the hash of the commit after which steps are shown; "" for all.
    commits: all commits of the history, from the oldest to the newest.
    steps:   newest first, also of figures that are no longer measured.
    hidden:  the number of figures that are not shown since nothing became of them, or they are no
             longer measured.
    """

    format: int = FORMAT
    file: str
    since: str = ""
    commits: tuple[Commit, ...]
    steps: tuple[ShownStep, ...]
    figures: tuple[Shown, ...]
    hidden: int = 0

    def series(self) -> list[Series]:
        """Return the series of the figures and the steps."""
        every = [*(shown.series for shown in self.figures), *(step.series for step in self.steps)]
        return list({series.identity: series for series in every}.values())


def feed(history: History, selection: Selection, checkout: Checkout) -> Feed:
    """Return what is read of a history.

    Raises RnnbenchError for a figure, a cell or a commit that it does not have.
    """
    selected = _selected(summaries(history), selection, history.path)
    commits = history.commits()
    places = {commit.hash: place for place, commit in enumerate(commits)}
    since, after = _since(selection.since, commits, checkout)
    figures = []
    moved = []
    for one in selected:
        steps = [step for step in one.summary.steps if places[step.commit] > after]
        moved += [(one.series, step) for step in steps]
        age = len(commits) - 1 - places[one.summary.newest.commit]
        if _is_shown(one, steps, age, selection):
            figures.append(_shown(one, steps))
    by_hash = {commit.hash: commit for commit in commits}
    all_steps = [ShownStep(by_hash[step.commit], series, step) for series, step in moved]
    all_steps.sort(key=lambda shown: -places[shown.commit.hash])
    return Feed(
        file=str(history.path),
        since=since,
        commits=tuple(commits),
        steps=tuple(all_steps),
        figures=tuple(figures),
        hidden=len(selected) - len(figures),
    )


def _selected(
    everything: Sequence[Summarised], selection: Selection, path: Path
) -> list[Summarised]:
    _refuse_unknown(
        "figure", selection.figures, {one.series.figure for one in everything}, str(path)
    )
    _refuse_unknown("cell", selection.cells, {one.series.row for one in everything}, str(path))
    return [
        one
        for one in everything
        if not selection.figures or one.series.figure in selection.figures
        if not selection.cells or one.series.row in selection.cells
    ]


def _refuse_unknown(
    kind: str, names: Collection[str], available: Collection[str], where: str
) -> None:
    for name in names:
        if name not in available:
            raise UnknownName(kind, name, available, where)


def _is_shown(one: Summarised, steps: Sequence[Step], age: int, selection: Selection) -> bool:
    """Whether a figure is shown.

    age: of its newest value, in commits of this history.
    """
    if selection.everything:
        return True
    if selection.since:
        return bool(steps)
    if selection.figures:
        return True
    return age < RECENT and bool(steps or one.series.kind not in SELDOM_ASKED)


def _shown(one: Summarised, steps: Sequence[Step]) -> Shown:
    summary = one.summary
    return Shown(
        series=one.series,
        commits=summary.commits,
        newest=summary.newest,
        steps=tuple(steps),
        noise=summary.noise,
        reason=summary.reason,
    )


def _since(ref: str, commits: Sequence[Commit], checkout: Checkout) -> tuple[str, int]:
    """Return the hash of a commit, and the place of the last commit of a history up to it.

    The commit need not have been measured: then its place is that which git gives it.
    """
    if not ref:
        return "", -1
    hashes = [commit.hash for commit in commits]
    known = checkout.commit(ref)
    name = known.hash if known else ref[:HASH_DIGITS]
    matches = [place for place, one in enumerate(hashes) if one.startswith(name)]
    if len(matches) == 1:
        return hashes[matches[0]], matches[0]
    if known is None:
        raise RnnbenchError(
            f"{ref}: is no commit of this history, and none of the git checkout at"
            f" {checkout.folder.resolve()}"
        )
    return name, in_order([*commits, known]).index(known) - 1
