"""What the page of a user's own file opens with: the recommendation, and a tile."""

import rnnbench
from rnnbench_reports.page.page_records import Tile


def headline(findings: rnnbench.Findings) -> str:
    """Return the sentence that the page opens with."""
    return findings.tryout.answer[0] if findings.tryout else findings.headline


def title(findings: rnnbench.Findings) -> str:
    """Return the title of the page, which a tab of a browser shows."""
    if findings.tryout is not None:
        return f"{name_of(findings.tryout)}: {headline(findings)}"
    return f"{findings.suite} {findings.suite_version}: {headline(findings)}"


def name_of(tryout: rnnbench.Tryout) -> str:
    """Return the name of a user's file, without its folder."""
    return tryout.file.rsplit("/", 1)[-1]


def tryout_tile(tryout: rnnbench.Tryout) -> Tile:
    """Return whether a cell is worth it on a user's file."""
    title = name_of(tryout)
    answers = {cell.answer for cell in tryout.cells}
    if "better" in answers:
        return Tile("#your-file", title, "is worth it", "better", tryout.drawn_cell)
    if answers == {"too few seeds"}:
        return Tile("#your-file", title, "too few seeds", "open")
    is_shown = answers == {"worse"}
    words = "no cell is worth it" if is_shown else "none is shown to be worth it"
    return Tile("#your-file", title, words, "open")
