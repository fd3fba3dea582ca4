"""The export `github`: a summary of a run for the page of a step, and annotations for its log."""

from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path

import jinja2

import rnnbench
from rnnbench_reports.cost_words import over_reference, reference, timed
from rnnbench_reports.trial_words import failed

SUMMARY = "github-summary.md"
ANNOTATIONS = "github-annotations.txt"
MOST_BYTES = 1_000_000
"""Of a summary, of which GitHub takes 1 MiB a step."""
MOST_ANNOTATIONS = 10
"""Errors, and notices, that GitHub shows of a step."""
CUT = "\n\nThis summary is cut here, since GitHub takes no longer one. The report has the rest.\n"


def render(findings: rnnbench.Findings, folder: Path) -> list[Path]:
    """Write the summary in Markdown, and the annotations as workflow commands to be printed.

    A trial that failed is an error, and a caveat a notice: hardly a run has none.
    """
    summary = folder / SUMMARY
    annotations = folder / ANNOTATIONS
    summary.write_text(_cut(_summary(findings)), encoding="utf-8")
    lines = [*_annotations("error", failed(findings)), *_annotations("notice", _caveats(findings))]
    annotations.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return [summary, annotations]


def _summary(findings: rnnbench.Findings) -> str:
    return _template().render(
        findings=findings,
        counts=", ".join(f"{count} {status}" for status, count in findings.counts.items()),
        failed=list(failed(findings)),
        timed=timed,
        reference=reference,
        over_reference=over_reference,
    )


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(  # noqa: S701 (`text.markdown` escapes what Markdown reads as HTML)
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["plain"] = rnnbench.text.markdown
    environment.filters["mebibytes"] = rnnbench.text.mebibytes
    return environment.from_string((files(__package__) / "github.md.j2").read_text("utf-8"))


def _cut(page: str) -> str:
    """Leave out the last lines of a page that is too long."""
    encoded = page.encode()
    if len(encoded) <= MOST_BYTES:
        return page
    kept = encoded[: MOST_BYTES - len(CUT.encode())]
    return kept[: kept.rfind(b"\n") + 1].decode(errors="ignore") + CUT


def _caveats(findings: rnnbench.Findings) -> Iterator[tuple[str, str]]:
    for caveat in findings.caveats:
        yield "rnnbench", caveat


def _annotations(kind: str, problems: Iterator[tuple[str, str]]) -> Iterator[str]:
    """Yield a workflow command for each problem; the last one counts those that are not shown.

    Titles are ids of trials, which hold nothing that ends a property.
    """
    found = list(problems)
    shown = found if len(found) <= MOST_ANNOTATIONS else found[: MOST_ANNOTATIONS - 1]
    for title, message in shown:
        yield f"::{kind} title={title}::{_data(message)}"
    if len(shown) < len(found):
        more = rnnbench.text.counted(len(found) - len(shown), f"more {kind}")
        yield f"::{kind} title=rnnbench::{more}; the summary has all."


def _data(text: str) -> str:
    """Escape the message of a workflow command."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
