"""Figures as SVG inside a page: colours follow the page's, and each part names its cell."""

import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from functools import cache
from io import BytesIO
from itertools import chain
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree

import matplotlib as mpl
from markupsafe import Markup
from matplotlib.figure import Figure

from rnnbench_reports import claim_panels
from rnnbench_reports.looks import HUES
from rnnbench_reports.panel import OF_CELL, ONLY_SAYS, SEPARATOR
from rnnbench_reports.style import GRID, REFERENCE, without_missing_glyphs
from rnnbench_reports.svg_axes import axes_of, without_axes

SVG = "{http://www.w3.org/2000/svg}"
HREF = "{http://www.w3.org/1999/xlink}href"
RC: dict[Any, Any] = {"svg.fonttype": "none", "path.simplify": False}
PIXELS_A_POINT = 96 / 72
WIDE_POINTS = 400
"""Wider figures have the width of the page, and are scrolled on a narrow screen."""
LEFT_OUT = ("metadata",)
OF_ID = "url(#"
REFERRING = ("clip-path", "style")
"""Attributes that name other parts of a figure by their id: clips, and patterns of hatches."""
DEFAULTS = {
    "text-anchor:start",
    "stroke-linecap:square",
    "stroke-linecap:butt",
    "stroke-linejoin:miter",
}
LINE_BREAKS = re.compile(r"\s*\n\s*|(?<=[MLCQz]) | +(?=[MLCQz])")
WHOLE_NUMBERS = re.compile(r"\.0(?!\d)")
LONG_NUMBERS = re.compile(r"(\d\.\d)\d+")
LONG_NUMBERS_OF_MARKERS = re.compile(r"(\d\.\d\d)\d+")


@contextmanager
def drawn_for_a_page() -> Iterator[None]:
    """Have figures drawn so that `inline` can take them: texts as texts, and the same bytes each
    time. To enter it for each figure takes a twentieth of the time of drawing one."""
    with mpl.rc_context({**RC, "svg.hashsalt": "rnnbench"}), without_missing_glyphs():
        yield


def inline(figure: Figure, prefix: str, title: str, featured: Collection[str]) -> Markup:
    """Return a figure as an SVG element for a page, within `drawn_for_a_page`.

    prefix:   begins all ids, which are unique on a page.
    title:    what a reader hears who does not see it.
    featured: the cells that are shown in their colours; others have the class `rest`.
    """
    has_axes = len(figure.axes) == 1
    buffer = BytesIO()
    with without_axes(figure.axes[0]) if has_axes else nullcontext():
        figure.savefig(buffer, format="svg", transparent=True, metadata={"Date": None})
    root = ElementTree.fromstring(buffer.getvalue())  # noqa: S314  written by matplotlib just now
    _tidy(root, prefix, featured)
    width, height = (
        float(root.attrib.pop(side).removesuffix("pt")) for side in ("width", "height")
    )
    if has_axes:
        root.insert(0, axes_of(figure.axes[0], width, height))
    root.set("class", "wide" if width > WIDE_POINTS else "narrow")
    root.set("role", "img")
    root.set("aria-label", title)
    root.set("style", f"width:{PIXELS_A_POINT * width:.0f}px;aspect-ratio:{width:.0f}/{height:.0f}")
    text = ElementTree.tostring(root, encoding="unicode", short_empty_elements=True)
    return Markup(text)  # noqa: S704  the texts in it are escaped by ElementTree


def _tidy(root: ElementTree.Element, prefix: str, featured: Collection[str]) -> None:
    for parent in root.iter():
        for child in list(parent):
            name = child.tag.removeprefix(SVG)
            if name in LEFT_OUT or (name == "defs" and child.find(f"{SVG}style") is not None):
                parent.remove(child)
    definitions = chain.from_iterable(defs.iter() for defs in root.iter(f"{SVG}defs"))
    in_defs = set(map(id, definitions))
    _remove_invisible(root)
    for part in root.iter():
        part.tag = part.tag.removeprefix(SVG)
        part.text = part.text.strip() or None if part.text and part.tag != "text" else part.text
        part.tail = None
        _shorten(part, LONG_NUMBERS_OF_MARKERS if id(part) in in_defs else LONG_NUMBERS)
        _name(part, prefix, featured)
    for part in root.iter("g"):
        _plain_if_behind(part)
        _share_style(part)


def _remove_invisible(root: ElementTree.Element) -> None:
    """Remove the background of the figure and of its axes, which have no colour, and what holds
    nothing then."""
    for parent in root.iter(f"{SVG}g"):
        for child in list(parent):
            if child.get("style") == "fill: none" and child.tag == f"{SVG}path":
                parent.remove(child)
    for parent in root.iter():
        for child in list(parent):
            if child.tag == f"{SVG}g" and not len(child):
                parent.remove(child)


def _plain_if_behind(part: ElementTree.Element) -> None:
    """Leave the look of a line of a cell behind to the style of the page."""
    if part.get("class") != "cell rest":
        return
    for child in part.iter("path"):
        if child.get("style", "").startswith("fill:none;"):
            del child.attrib["style"]


def _share_style(group: ElementTree.Element) -> None:
    """Say once, of a group of markers that look alike, how they look."""
    styles = {marker.get("style", "") if marker.tag == "use" else "" for marker in group}
    if len(group) < 2 or len(styles) > 1 or "style" in group.attrib:
        return
    for style in styles - {""}:
        group.set("style", style)
        for marker in group:
            del marker.attrib["style"]


def _name(part: ElementTree.Element, prefix: str, featured: Collection[str]) -> None:
    """Give a part the cell that it shows, or an id that is unique on the page, or none."""
    identity = part.attrib.pop("id", "")
    if identity.startswith(OF_CELL):
        _, quoted, says = identity.split(SEPARATOR, 2)
        row = unquote(quoted)
        part.set("class", "cell" if row in featured else "cell rest")
        part.set("data-cell", row)
        if says and row in featured:
            part.set("data-says", says)
    elif identity.startswith(ONLY_SAYS):
        part.set("data-says", identity.removeprefix(ONLY_SAYS))
    elif identity and part.tag != "g":
        part.set("id", f"{prefix}-{identity}")
    target = part.attrib.pop(HREF, "")
    if target:
        part.set("href", f"#{prefix}-{target[1:]}")
    for key in REFERRING:
        value = part.get(key, "")
        if OF_ID in value:
            part.set(key, value.replace(OF_ID, f"{OF_ID}{prefix}-"))


def _shorten(part: ElementTree.Element, long_numbers: re.Pattern[str]) -> None:
    path = part.get("d")
    if path:
        shorter = long_numbers.sub(r"\1", LINE_BREAKS.sub("", path))
        part.set("d", WHOLE_NUMBERS.sub("", shorter).strip())
    for key in ("x", "y", "transform", "points"):
        value = part.get(key)
        if value:
            part.set(key, long_numbers.sub(r"\1", value))
    if part.get("transform", "").startswith("rotate(-0 "):
        del part.attrib["transform"]
    style = part.get("style")
    if style:
        part.set("style", _style(style))


@cache
def _style(style: str) -> str:
    """Return a style with the colours of the page, without fonts and without defaults."""
    kept = []
    for declaration in style.split(";"):
        key, _, value = (word.strip() for word in declaration.partition(":"))
        shown = f"{key}:{_page_colours().get(value, value)}"
        if key != "font-family" and shown not in DEFAULTS:
            kept.append(shown)
    return ";".join(kept)


@cache
def _page_colours() -> Mapping[str, str]:
    """Return the variable of the page for each colour of a figure."""
    return {
        **{hue.light: f"var(--{hue.name})" for hue in HUES},
        "#000000": "currentColor",
        "#ffffff": "var(--card)",
        GRID: "var(--line)",
        REFERENCE: "var(--soft)",
        claim_panels.COLOURS["holds"]: "var(--good)",
        claim_panels.COLOURS["fails"]: "var(--bad)",
        claim_panels.COLOURS["open"]: "var(--soft)",
        claim_panels.MIXED: "var(--mixed)",
        claim_panels.SHADE: "var(--shade)",
        claim_panels.GRID: "var(--line)",
        claim_panels.RULE: "var(--soft)",
    }
