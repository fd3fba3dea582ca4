"""The page of runs: one HTML file without script, which fetches nothing."""

import os
from functools import cache
from importlib.resources import files
from pathlib import Path
from urllib.parse import quote

import jinja2

from rnnbench import text
from rnnbench.errors import RnnbenchError
from rnnbench.overview.reading import RunSummary
from rnnbench.store import write_atomically

PAGE = "index.html"


def write_overview(runs: list[RunSummary], title: str, folder: Path) -> Path:
    """Write `index.html` into a folder. Raises RnnbenchError where that fails.

    title: the folder of the runs as the page calls it.
    """
    page = folder / PAGE
    content = _template().render(
        runs=runs,
        title=title,
        links={run.folder: _link(run.page, folder) for run in runs if run.page},
        statuses=_statuses,
        counted=text.counted,
    )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_atomically(page, content.encode("utf-8", "backslashreplace"))
    except OSError as error:
        raise RnnbenchError(f"{page}: cannot be written: {error.strerror or error}") from error
    return page


def _link(page: Path, folder: Path) -> str:
    """Return the address of a report from the page, so that both may be moved together."""
    relative = os.path.relpath(page.resolve(), folder.resolve())
    return quote(Path(relative).as_posix().encode("utf-8", "surrogateescape"))


def _statuses(run: RunSummary) -> str:
    counts = [f"{count:,} {status}" for status, count in run.statuses.items()]
    if run.unreadable:
        counts.append(f"{run.unreadable:,} unreadable")
    if run.older:
        counts.append(f"{run.older:,} of older versions")
    return ", ".join(counts)


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string((files(__package__) / "overview.html.j2").read_text("utf-8"))
