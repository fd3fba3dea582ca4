"""The HTML report: one file that contains its figures, runs no script and fetches nothing."""

import re
from base64 import b64encode
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from io import BytesIO
from pathlib import Path

import jinja2
from markupsafe import Markup

import rnnbench
from rnnbench_reports import claim_words, cost_tables, device_words, page_words
from rnnbench_reports.figures import draw
from rnnbench_reports.style import Drawn, looks, number, spread, without_missing_glyphs

PAGE = "index.html"
SCREEN_DOTS_PER_INCH = 100


@dataclass(frozen=True)
class PageFigure:
    """A figure of the page: its PNG file in base64, and its width on a screen in pixels."""

    drawn: Drawn
    data: str
    width: int


def render(findings: rnnbench.Findings, folder: Path) -> list[Path]:
    """Write `index.html`, and a PNG file for each figure, into the folder."""
    figures: list[PageFigure] = []
    written: list[Path] = []
    for drawn in draw(findings):
        png = _png(drawn)
        path = _free_path(folder, drawn.name, written)
        path.write_bytes(png)
        written.append(path)
        width = int(drawn.figure.get_figwidth() * SCREEN_DOTS_PER_INCH)
        figures.append(PageFigure(drawn, b64encode(png).decode(), width))
    page = folder / PAGE
    text = _template().render(findings=findings, figures=figures, looks=looks(findings))
    page.write_text(text, encoding="utf-8")
    return [page, *written]


def _png(drawn: Drawn) -> bytes:
    buffer = BytesIO()
    with without_missing_glyphs():
        drawn.figure.savefig(buffer, format="png")
    return buffer.getvalue()


def _free_path(folder: Path, name: str, written: Collection[Path]) -> Path:
    """Return a path that no earlier figure has; a diagnostic may share a name with a figure."""
    path = folder / f"{_file_name(name)}.png"
    return path.with_stem(f"{path.stem}-{len(written)}") if path in written else path


def _file_name(name: str) -> str:
    """Return a safe file name for a name that a plugin or a suite gives."""
    return re.sub(r"[^A-Za-z0-9_.+=-]+", "-", name)


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters.update(
        spread=spread,
        number=number,
        off_budget=page_words.off_budget,
        budget=page_words.budget,
        search=page_words.search,
        epochs_ratio=page_words.epochs_ratio,
        solved_at=page_words.solved_at,
        span_interval=page_words.span_interval,
        capitalise=page_words.capitalise,
        mebibytes=page_words.mebibytes,
    )
    environment.filters.update(
        timed=cost_tables.timed,
        reference=cost_tables.reference,
        missing_reference=cost_tables.missing_reference,
        over_reference=cost_tables.over_reference,
        ratios=cost_tables.ratios,
        beside=cost_tables.beside,
        one_kind=cost_tables.one_kind,
        hold_at_once=cost_tables.hold_at_once,
        on_one_kernel=cost_tables.on_one_kernel,
    )
    css = Markup(_packaged("report.css"))  # noqa: S704  our own file
    environment.globals.update(
        MEBIBYTE=rnnbench.text.MEBIBYTE,
        css=css,
        claim_words=claim_words,
        device_words=device_words,
        most_pairs_unfolded=cost_tables.MOST_PAIRS_UNFOLDED,
    )
    return environment.from_string(_packaged("report.html.j2"))


def _packaged(name: str) -> str:
    return (files(__package__) / name).read_text(encoding="utf-8")
