"""The page of a history: one HTML file that fetches nothing and can be read without scripts."""

from collections import defaultdict
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

import jinja2
from markupsafe import Markup

from rnnbench.history import words
from rnnbench.history.feed import Feed
from rnnbench.history.panels import Panel
from rnnbench.history.records import Commit, Series
from rnnbench.history.rows import step_rows

WIDTH = 380
HEIGHT = 150
LEFT = 58
RIGHT = 10
TOP = 20
BOTTOM = 20
TICKS = 3
MOST_LABELS = 6
"""Steps of one panel whose size is written; the sizes of more would lie on each other."""


def page(feed: Feed, panels: Sequence[Panel], commits: Sequence[Commit]) -> str:
    """Return the page.

    commits: that are drawn, from the oldest to the newest.
    """
    sections: dict[tuple[str, str], list[Drawing]] = defaultdict(list)
    for panel in panels:
        series = panel.shown.series
        suite = f"{series.suite} {series.suite_version}"
        sections[series.figure, suite].append(Drawing(panel, len(commits)))
    return _template().render(
        feed=feed,
        commits=commits,
        sections=sections,
        rows=step_rows(feed),
        words=words,
        size={"width": WIDTH, "height": HEIGHT, "left": LEFT, "top": TOP, "bottom": BOTTOM},
        right=WIDTH - RIGHT,
        floor=HEIGHT - BOTTOM,
        most_labels=MOST_LABELS,
    )


class Drawing:
    """A panel on the grid of its drawing, in pixels."""

    def __init__(self, panel: Panel, commits: int) -> None:
        self.panel = panel
        self.series: Series = panel.shown.series
        self.column = (WIDTH - LEFT - RIGHT) / commits

    def x(self, place: float) -> float:
        """Return the middle of the column of a commit."""
        return round(LEFT + (place + 0.5) * self.column, 1)

    def y(self, value: float) -> float:
        """Return the height of a value, within the panel."""
        panel = self.panel
        share = (value - panel.lowest) / (panel.highest - panel.lowest)
        inside = min(max(share, 0.0), 1.0)
        return round(HEIGHT - BOTTOM - inside * (HEIGHT - TOP - BOTTOM), 1)

    def ticks(self) -> list[tuple[float, str]]:
        """Return the height and the text of each line of the grid."""
        low = self.panel.lowest
        span = self.panel.highest - low
        values = [low + span * (number + 0.5) / TICKS for number in range(TICKS)]
        return [(self.y(value), words.tick(self.series, value)) for value in values]


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.globals.update(css=_packaged("history.css"), script=_packaged("history.js"))
    return environment.from_string(_packaged("history.html.j2"))


def _packaged(name: str) -> Markup:
    return Markup((files(__package__) / name).read_text(encoding="utf-8"))  # noqa: S704  our own
