"""Writes the plots of a history: one HTML page, and a PNG for each figure."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from hashlib import sha256
from pathlib import Path

from rnnbench.errors import RnnbenchError
from rnnbench.history.database import History
from rnnbench.history.feed import Feed
from rnnbench.history.page import page
from rnnbench.history.panels import Panel, panels
from rnnbench.history.pngs import draw
from rnnbench.history.points import point
from rnnbench.history.records import Point
from rnnbench.store import write_atomically

PAGE = "index.html"
MOST_PANELS = 24
"""Panels in one PNG."""
MOST_OF_NAME = 100
"""Characters of the name of a file, without those that tell it from others."""
NUMBERED = re.compile(r"-\d+$")
"""Looks like one of several files of a figure."""


def plot(
    history: History, feed: Feed, folder: Path, most: int, *, of_trainings: bool = False
) -> list[Path]:
    """Write `index.html` and PNG files into a folder, and return their paths.

    Raises RnnbenchError where there is nothing to draw, or the folder cannot be written.

    most:         the number of commits that are drawn, the newest ones.
    of_trainings: whether the figures of single trainings are drawn too.
    """
    commits = feed.commits[-most:]
    drawn = panels(feed, _points(history, feed), commits, of_trainings=of_trainings)
    if not drawn:
        raise RnnbenchError(
            f"{history.path}: there is nothing to draw: none of the figures that were asked for"
            " has a number at these commits"
        )
    files: dict[str, bytes] = {PAGE: page(feed, drawn, commits).encode()}
    by_figure = _by_figure(drawn)
    names = _file_names(by_figure)
    for figure, of_figure in by_figure.items():
        for number, start in enumerate(range(0, len(of_figure), MOST_PANELS), 1):
            part = of_figure[start : start + MOST_PANELS]
            suffix = "" if len(of_figure) <= MOST_PANELS else f"-{number}"
            files[f"{names[figure]}{suffix}.png"] = draw(figure, part, commits)
    return _written(files, folder)


def _points(history: History, feed: Feed) -> dict[str, Sequence[Point]]:
    """Return the points of each series that is shown, by its identity."""
    wanted = {shown.series.identity for shown in feed.figures}
    found: dict[str, Sequence[Point]] = {}
    for key, series in history.series().items():
        if series.identity in wanted:
            values = history.values(key, feed.commits)
            found[series.identity] = [
                point(series, commit, of_commit.values()) for commit, of_commit in values.items()
            ]
    return found


def _by_figure(drawn: Sequence[Panel]) -> dict[str, list[Panel]]:
    groups: dict[str, list[Panel]] = defaultdict(list)
    for panel in drawn:
        groups[panel.shown.series.figure].append(panel)
    return groups


def _file_names(figures: Iterable[str]) -> dict[str, str]:
    """Return a name of a file for each figure. A name that is long, or that several figures would
    have, also where capitals are not told apart, ends in a hash of the figure."""
    names = {figure: re.sub(r"[^A-Za-z0-9_.+=-]+", "-", figure) for figure in figures}
    taken = Counter(name.lower() for name in names.values())
    for figure, name in names.items():
        if taken[name.lower()] > 1 or len(name) > MOST_OF_NAME or NUMBERED.search(name):
            digits = sha256(figure.encode()).hexdigest()[:8]
            names[figure] = f"{name[:MOST_OF_NAME]}-{digits}"
    return names


def _written(files: dict[str, bytes], folder: Path) -> list[Path]:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            write_atomically(folder / name, content)
    except OSError as error:
        raise RnnbenchError(f"{folder}: cannot be written: {error.strerror or error}") from error
    return [folder / name for name in files]
