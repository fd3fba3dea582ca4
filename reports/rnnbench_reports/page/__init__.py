"""The HTML report: one file that contains its figures, fetches nothing, and needs no script."""

from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

import rnnbench
from rnnbench_reports.figure_files import write_panel
from rnnbench_reports.figures import cells_of, draw
from rnnbench_reports.looks import HUES
from rnnbench_reports.page import caveats, front, links, terms, ways
from rnnbench_reports.page.claims_section import claims_sections
from rnnbench_reports.page.page_records import Page
from rnnbench_reports.page.provenance import lead, provenance
from rnnbench_reports.page.records import Plot, Plots
from rnnbench_reports.page.sections import sections
from rnnbench_reports.page.tables import slug
from rnnbench_reports.page.tryout_front import headline, title
from rnnbench_reports.page.tryout_section import tryout_section
from rnnbench_reports.panel import Cells, Drawn, in_words
from rnnbench_reports.svg import drawn_for_a_page, inline

PAGE = "index.html"
MOST_FILES = 60
"""With more panels than this, the page alone is written: `rnnbench export --format png` writes the
files."""

LONGEST_SHOWN = 40
"""Letters of a title that the contents show whole."""


def render(findings: rnnbench.Findings, folder: Path) -> list[Path]:
    """Write `index.html` into the folder, and a PNG file for each panel of a figure, if there are
    not too many."""
    cells = cells_of(findings)
    plots: dict[tuple[str, str], list[Plot]] = defaultdict(list)
    written: list[Path] = []
    figures = list(draw(findings, cells))
    has_files = sum(len(drawn.panels) for drawn in figures) <= MOST_FILES
    with drawn_for_a_page():
        for place, drawn in enumerate(figures):
            plots[drawn.section, drawn.task].append(_plot(drawn, f"f{place}"))
    if has_files:
        for drawn in figures:
            for panel in drawn.panels:
                written.append(write_panel(drawn, panel, folder, written, "png"))
    page = folder / PAGE
    shown = _page(findings, plots, cells)
    text = _template().render(page=shown, hues=HUES)
    page.write_text(text, encoding="utf-8")
    return [page, *written]


def _page(findings: rnnbench.Findings, plots: Plots, cells: Cells) -> Page:
    made = [
        *tryout_section(findings, plots),
        *claims_sections(findings, plots),
        *sections(findings, plots, links.by_row(findings)),
    ]
    heat = list(front.heat_maps(findings))
    grouped = caveats.groups(findings)
    failed = links.failed(findings)
    tiles, others = ways.folded(list(front.tiles(findings)), findings)
    return Page(
        title=title(findings),
        contents=ways.contents(heat, grouped, made, failed),
        headline=headline(findings),
        lead=lead(findings),
        tiles=tiles,
        folded_tiles=others,
        heat=heat,
        caveats=grouped,
        sections=[ways.linked(section) for section in made],
        failed=failed,
        command=links.COMMAND.format("ID"),
        provenance=provenance(findings),
        words=list(terms.meanings().items()),
        cells=[(row, look.hue.name, _swatch(look.dash)) for row, look in cells.looks.items()],
    )


def _swatch(dash: Iterable[float]) -> str:
    """Return the dashes of a line for SVG."""
    return " ".join(f"{2 * length:g}" for length in dash)


def _plot(drawn: Drawn, prefix: str) -> Plot:
    panels = []
    for place, panel in enumerate(drawn.panels):
        heading = f"{drawn.title}: {panel.title}" if panel.title else drawn.title
        says = f"{heading}. {in_words(panel)}"
        title = "" if panel.title == drawn.task else panel.title
        panels.append((title, inline(panel.figure, f"{prefix}-{place}", says, panel.featured)))
    return Plot(slug(drawn.name), drawn.title, drawn.caption, panels)


def _given(value: Any) -> list[Any]:
    """Return a list of the value, which is empty where there is nothing to show."""
    return [value] if value else []


def _hint(title: str) -> dict[str, str]:
    """Return the attribute that shows the whole of a title in the contents, which cut long ones."""
    return {"title": title} if len(title) > LONGEST_SHOWN else {}


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        loader=jinja2.PackageLoader(__package__, "templates"),
    )
    environment.filters.update(
        given=_given,
        hint=_hint,
        explained=terms.explained,
        tied=terms.tied,
        whole=terms.whole,
        word_id=terms.identity,
    )
    for name in ("report.css", "report.js"):
        text = (files(__package__) / name).read_text(encoding="utf-8")
        environment.globals[name.replace(".", "_")] = Markup(text)  # noqa: S704  our own file
    return environment.get_template("page.html.j2")
