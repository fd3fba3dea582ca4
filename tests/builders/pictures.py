"""Makes the pictures of README and docs from the published report of `quick`, in Chromium."""

from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image

from tests.builders.browser import browser
from tests.builders.published import PUBLISHED

IMAGES = Path(__file__).parents[2] / "docs" / "images"
REPORT = PUBLISHED / "quick" / "index.html"
MARKS = {
    1: "header h1",
    2: ".tiles > *:nth-child(1)",
    3: "section.heat tbody tr:nth-child(1) td:nth-of-type(1)",
    4: "#caveats h2",
    5: "nav [data-cell], .cells li",
}
"""What docs/read-a-report.md explains, by its number: the element that bears the mark."""
PLAIN = """
section.heat table { width: auto !important }
section.heat thead a { color: inherit; text-decoration: none }
"""
"""Style of the map where it is a picture, in which no link can be followed."""
BROKEN = (
    """all => all.forEach(link => { link.innerHTML = link.innerHTML.replace(", ", ",<br>") })"""
)
MARK = """([number, selector]) => {
    const place = document.querySelector(selector).getBoundingClientRect();
    const mark = document.createElement("b");
    mark.textContent = number;
    mark.style = `position:absolute; left:${Math.max(4, place.left + scrollX - 29)}px; top:${place.top + scrollY + 1}px;
        width:26px; height:26px; border-radius:50%; background:#c2410c; color:#fff; z-index:9;
        font:bold 15px/26px sans-serif; text-align:center; box-shadow:0 0 0 2px #fff`;
    document.body.append(mark);
}"""


def heat_map(shown: Any, scheme: str, path: Path) -> None:
    """The map of cells by conditions, without its note, at twice the pixels."""
    page = shown.new_page(
        color_scheme=scheme, device_scale_factor=2, viewport={"width": 1100, "height": 800}
    )
    page.goto(REPORT.as_uri())
    page.add_style_tag(content=PLAIN)
    page.eval_on_selector_all("section.heat thead a", BROKEN)
    stored(page.locator("section.heat table").first.screenshot(), path)
    page.close()


def annotated(shown: Any, path: Path) -> None:
    """The top of the page, with numbers on what there is to read."""
    page = shown.new_page(viewport={"width": 1180, "height": 860}, color_scheme="light")
    page.goto(REPORT.as_uri())
    for number, selector in MARKS.items():
        page.evaluate(MARK, [number, selector])
    stored(page.screenshot(), path)
    page.close()


def stored(picture: bytes, path: Path) -> None:
    """Write a picture with at most 128 colours, which is enough for text and a scale."""
    Image.open(BytesIO(picture)).convert("RGB").quantize(128).save(path, optimize=True)


if __name__ == "__main__":
    with browser() as chromium:
        heat_map(chromium, "light", IMAGES / "heat-map.png")
        heat_map(chromium, "dark", IMAGES / "heat-map-dark.png")
        annotated(chromium, IMAGES / "report-annotated.png")
