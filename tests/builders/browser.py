"""A browser without a screen, for tests of pages."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
VIEWS: dict[str, dict[str, Any]] = {
    "desktop": {"viewport": {"width": 1280, "height": 800}},
    "phone": {"viewport": {"width": 390, "height": 844}},
    "dark": {"viewport": {"width": 1280, "height": 800}, "color_scheme": "dark"},
}


@contextmanager
def browser() -> Iterator[Any]:
    """Playwright's browser, on Debian's Chromium; the test is skipped where there is none."""
    playwright = pytest.importorskip("playwright.sync_api", reason="needs Playwright")
    if CHROMIUM is None:
        pytest.skip("needs Chromium")
    with playwright.sync_playwright() as started:
        flags = ["--no-sandbox", "--disable-gpu"]
        opened = started.chromium.launch(executable_path=CHROMIUM, args=flags)
        try:
            yield opened
        finally:
            opened.close()


class Seen:
    """A page as a browser shows it, with what went wrong and what it asked for.

    state: what stands in the address behind the file, such as `#cells=gru`.
    """

    def __init__(self, opened: Any, file: Path, state: str = "", **view: Any) -> None:
        self.context = opened.new_context(**view)
        self.page = self.context.new_page()
        self.problems: list[str] = []
        self.requests: list[str] = []
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.on("console", self._note)
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.goto(file.as_uri() + state)

    def __enter__(self) -> "Seen":
        return self

    def __exit__(self, *_: object) -> None:
        self.context.close()

    def _note(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.problems.append(message.text)

    def unfold(self, which: str = "") -> None:
        """Open all that is folded, or what a selector names."""
        self.page.eval_on_selector_all(
            f"details{which}", "all => all.forEach(part => part.open = true)"
        )

    def too_wide(self, what: str = "table") -> list[str]:
        """The sections and figures of which a table or a figure does not fit in."""
        return list(
            self.page.eval_on_selector_all(
                f".scroll:has({what})",
                "all => all.filter(box => box.scrollWidth > box.clientWidth + 1)"
                ".map(box => box.closest('section[id], figure').id)",
            )
        )

    @property
    def width(self) -> int:
        """How wide all of it is, in pixels."""
        return int(self.page.evaluate("document.documentElement.scrollWidth"))
