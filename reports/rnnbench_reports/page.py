"""The HTML report: one file, figures inside, no script, nothing fetched."""

import re
from base64 import b64encode
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

import rnnbench
from rnnbench_reports import claim_words, cost_tables
from rnnbench_reports.figures import draw
from rnnbench_reports.style import looks, number, spread, without_missing_glyphs

PAGE = "index.html"
BUDGET_SHOWN = 0.02
SCREEN_DOTS_PER_INCH = 100


def render(findings: rnnbench.Findings, folder: Path) -> list[Path]:
    """Write `index.html` and a PNG for each figure into the folder."""
    figures: list[dict[str, Any]] = []
    written: list[Path] = []
    for drawn in draw(findings):
        buffer = BytesIO()
        with without_missing_glyphs():
            drawn.figure.savefig(buffer, format="png")
        path = folder / f"{_file_name(drawn.name)}.png"
        if path in written:  # a diagnostic may have the name of another figure
            path = path.with_stem(f"{path.stem}-{len(written)}")
        path.write_bytes(buffer.getvalue())
        written.append(path)
        data = b64encode(buffer.getvalue()).decode()
        figures.append(
            {
                "drawn": drawn,
                "data": data,
                "width": int(drawn.figure.get_figwidth() * SCREEN_DOTS_PER_INCH),
            }
        )
    page = folder / PAGE
    page.write_text(
        _template().render(findings=findings, figures=figures, looks=looks(findings)),
        encoding="utf-8",
    )
    return [page, *written]


def _file_name(name: str) -> str:
    """A name that plugins and suites give, as one of a file in this folder."""
    return re.sub(r"[^A-Za-z0-9_.+=-]+", "-", name)


def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters.update(
        spread=spread,
        number=number,
        difference=_difference,
        budget=_budget,
        search=_search,
        mebibytes=_mebibytes,
        timed=cost_tables.timed,
        capitalise=_capitalise,
    )
    environment.filters.update(ratio=_ratio, rung=_rung, interval=_interval)
    environment.filters.update(
        reference=cost_tables.reference,
        asked_for=cost_tables.asked_for,
        over_reference=cost_tables.over_reference,
        ratios=cost_tables.ratios,
        beside=cost_tables.beside,
        one_kind=cost_tables.one_kind,
        hold_at_once=cost_tables.hold_at_once,
        on_one_kernel=cost_tables.on_one_kernel,
    )
    environment.globals.update(shown_open=cost_tables.SHOWN_OPEN)
    environment.globals.update(claim_words=claim_words)
    environment.globals.update(css=Markup(_packaged("report.css")))  # noqa: S704  our own file
    return environment.from_string(_packaged("report.html.j2"))


def _packaged(name: str) -> str:
    return (files(__package__) / name).read_text(encoding="utf-8")


def _difference(arm: rnnbench.Arm, what: str, condition: rnnbench.Condition) -> str:
    """How far what is matched is from its budget, where that is over 2 %."""
    if (
        condition.recipe.match != what
        or arm.off_budget is None
        or abs(arm.off_budget) <= BUDGET_SHOWN
    ):
        return ""
    return f" (budget {100 * arm.off_budget:+.1f} %)"


def _search(recipe: Any) -> str:
    """How the rates below were searched, in a sentence."""
    if recipe.search == "tuning-seeds":
        seeds = f"{rnnbench.text.counted(recipe.tuning_seeds, 'seed')} of its own"
        return (
            f"Every rate was trained on {seeds}, evaluated nowhere; the best one on all seeds."
            " Comparisons do not know how lucky that choice was."
        )
    return (
        f"Every rate was trained on the first {recipe.race_from} seeds; those that were found worse"
        " than the best, by a paired test at 5 %, were given up there, and after each half as many"
        " seeds again; the others were trained on all seeds. A cell is called better in the"
        " typical seed where its best rate beats each one that is left of the other, with the"
        " choice of its own counted in, so that the luck of the search is inside the stated error."
    )


def _budget(recipe: Any) -> str:
    """What is equal between cells, in words."""
    return {
        "parameters": f"Equal parameters: {recipe.parameters:,}.",
        "state": f"Equal states: {recipe.state_floats:,} numbers.",
        "hidden": f"Equal hidden size: {recipe.hidden_size}.",
    }[recipe.match]


def _ratio(condition: rnnbench.Condition, row: str, share: float) -> str:
    """Epochs of a cell over those of the quickest, at one threshold."""
    found = [
        at.ratio
        for pair in condition.ratios
        if pair.row == row
        for at in pair.ratios
        if at.share == share
    ]
    return spread(found[0]) if found else "-"


def _rung(span: rnnbench.Span, horizon: int) -> str:
    """What a cell did at a horizon."""
    found = next((rung for rung in span.rungs if rung.horizon == horizon), None)
    return (
        "-" if found is None else f"{found.solved} of {found.all}" if found.tried else "not climbed"
    )


def _interval(span: rnnbench.Span, far: rnnbench.HorizonFinding) -> str:
    """Where a memory span lies."""
    if span.interval is None:
        return "-"
    below = f"below {far.horizons[0]}"
    high = (
        f"beyond {far.horizons[-1]}"
        if span.interval.high is None
        else str(span.interval.high or below)
    )
    return f"{span.interval.low or below} to {high}"


def _capitalise(sentence: str) -> str:
    """The first letter alone; names of cells stay as they are."""
    return sentence[:1].upper() + sentence[1:]


def _mebibytes(figure: rnnbench.Range | None) -> str:
    return spread(figure, 1 / rnnbench.text.MEBIBYTE)
