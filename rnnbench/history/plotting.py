"""Writes the plots of a history: one HTML page, and a PNG for each figure."""

import re
from collections import defaultdict
from collections.abc import Sequence
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
    for figure, of_figure in _by_figure(drawn).items():
        for number, start in enumerate(range(0, len(of_figure), MOST_PANELS), 1):
            part = of_figure[start : start + MOST_PANELS]
            suffix = "" if len(of_figure) <= MOST_PANELS else f"-{number}"
            files[f"{_file_name(figure)}{suffix}.png"] = draw(figure, part, commits)
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


def _file_name(figure: str) -> str:
    return re.sub(r"[^A-Za-z0-9_.+=-]+", "-", figure)


def _written(files: dict[str, bytes], folder: Path) -> list[Path]:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            write_atomically(folder / name, content)
    except OSError as error:
        raise RnnbenchError(f"{folder}: cannot be written: {error.strerror or error}") from error
    return [folder / name for name in files]
