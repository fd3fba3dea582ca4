"""The figures of a run as files: for a paper, for a slide, for a page, or all as PNG."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

import matplotlib as mpl
from matplotlib.artist import Artist
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

import rnnbench
from rnnbench_reports.figures import cells_of, draw
from rnnbench_reports.panel import OF_CELL, SEPARATOR, Drawn, Panel
from rnnbench_reports.style import without_missing_glyphs

LONGEST_TITLE = 40
"""Letters of the title of a panel in the name of a file."""
BEHIND = to_rgba("#b8bec7")


@dataclass(frozen=True)
class FigureStyle:
    """How figures are written: widths of a panel and of a wide one in inches, and formats."""

    width: float
    wide: float
    formats: tuple[str, ...]


PAPER = FigureStyle(3.25, 3.25, ("svg", "pdf"))
"""One column of a page of two."""
SLIDE = FigureStyle(4.4, 8.0, ("svg", "png"))
PAGE = FigureStyle(6.5, 6.5, ("svg", "pdf"))
PIXELS = FigureStyle(3.7, 3.7, ("png",))


def render_png(findings: rnnbench.Findings, folder: Path) -> list[Path]:
    """Write each panel of each figure as PNG, as the page shows it."""
    return _write(findings, folder, PIXELS)


def render_paper(findings: rnnbench.Findings, folder: Path) -> list[Path]:
    """Write each panel as SVG and PDF, as wide as a column of a paper."""
    return _write(findings, folder, PAPER)


def render_slide(findings: rnnbench.Findings, folder: Path) -> list[Path]:
    """Write each panel as SVG and PNG, for slides."""
    return _write(findings, folder, SLIDE)


def render_page(findings: rnnbench.Findings, folder: Path) -> list[Path]:
    """Write each panel as SVG and PDF, as wide as the text of a page."""
    return _write(findings, folder, PAGE)


def write_panel(
    drawn: Drawn, panel: Panel, folder: Path, written: Sequence[Path], format_: str
) -> Path:
    """Write a panel to a file that no earlier one has; equal findings give equal bytes.

    Cells that are not featured are grey.
    """
    path = folder / f"{file_name(_name(drawn, panel))}.{format_}"
    while path in written:  # a diagnostic may share a name with a figure
        path = path.with_stem(f"{path.stem}-{len(written)}")
    for artist in panel.figure.findobj(_is_of_cell):
        row = unquote((artist.get_gid() or "").split(SEPARATOR)[1])
        if row not in panel.featured and isinstance(artist, Line2D):
            artist.set_color(BEHIND)
    _save(panel.figure, path, format_)
    return path


def _save(figure: Figure, path: Path, format_: str) -> None:
    same_bytes = {"svg.hashsalt": "rnnbench", "svg.fonttype": "none", "pdf.fonttype": 42}
    dates = {"svg": {"Date": None}, "pdf": {"CreationDate": None}, "png": {}}
    with mpl.rc_context(same_bytes), without_missing_glyphs():  # type: ignore[arg-type]
        figure.savefig(path, format=format_, facecolor="white", metadata=dates[format_])


def _write(findings: rnnbench.Findings, folder: Path, style: FigureStyle) -> list[Path]:
    cells = cells_of(findings)._replace(width=style.width, wide=style.wide)
    written: list[Path] = []
    for drawn in draw(findings, cells):
        for panel in _fitting(drawn, style):
            for format_ in style.formats:
                written.append(write_panel(drawn, panel, folder, written, format_))
    return written


def _fitting(drawn: Drawn, style: FigureStyle) -> Sequence[Panel]:
    """Return the panels that are not wider than a style, or all where none fits: a forest plot is
    drawn twice, for the width of a screen and for that of a column."""
    fitting = [panel for panel in drawn.panels if panel.figure.get_figwidth() <= style.wide]
    return fitting or drawn.panels


def _is_of_cell(artist: Artist) -> bool:
    return (artist.get_gid() or "").startswith(OF_CELL)


def _name(drawn: Drawn, panel: Panel) -> str:
    """Return the name of the file of a panel; where its title is long, its place is used."""
    own = panel.name.removeprefix(drawn.task).lstrip(", ")
    if not own or len(drawn.panels) == 1:
        return drawn.name
    place = 1 + drawn.panels.index(panel)
    return f"{drawn.name}-{own if len(own) <= LONGEST_TITLE else place}"


def file_name(name: str) -> str:
    """Return a safe file name for a name that a plugin or a suite gives."""
    return re.sub(r"[^A-Za-z0-9_.+=-]+", "-", name)
