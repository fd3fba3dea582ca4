"""Figures as PNG files, on white."""

from collections.abc import Collection
from pathlib import Path

from matplotlib.artist import Artist
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from rnnbench_reports.panel import OF_CELL, SEPARATOR
from rnnbench_reports.style import without_missing_glyphs

BEHIND = to_rgba("#b8bec7")


def write_png(figure: Figure, path: Path, featured: Collection[str]) -> None:
    """Write a figure to a PNG file; cells that are not featured are grey."""
    for artist in figure.findobj(_is_of_cell):
        row = (artist.get_gid() or "").split(SEPARATOR)[1]
        if row not in featured and isinstance(artist, Line2D):
            artist.set_color(BEHIND)
    with without_missing_glyphs():
        figure.savefig(path, format="png", facecolor="white")


def _is_of_cell(artist: Artist) -> bool:
    return (artist.get_gid() or "").startswith(OF_CELL)
