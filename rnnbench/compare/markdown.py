"""A ruling as Markdown, for the summary of a run on a server."""

import re
from collections.abc import Iterator, Sequence

from rnnbench.compare.records import Change, Comparison, Ruling
from rnnbench.compare.summary import blocks, counted

MOST_ROWS = 50
RENEW = "Keep it: renew the baseline, or it may be lost again unseen."
VERDICTS = {
    "passed": "passed",
    "regression": "REGRESSION",
    "undecided": "undecided",
    "nothing to compare": "nothing to compare",
}


def markdown(ruling: Ruling, comparison: Comparison) -> str:
    """A page that begins with the ruling."""
    return "\n".join(_lines(ruling, comparison)) + "\n"


def _lines(ruling: Ruling, comparison: Comparison) -> Iterator[str]:
    yield f"## rnnbench gate: {VERDICTS[ruling.standing]}"
    yield ""
    yield _safe(ruling.sentence)
    yield ""
    yield f"BASE {_safe(comparison.base.folder)}, HEAD {_safe(comparison.head.folder)}."
    for caveat in ruling.caveats:
        yield from ("", f"- {_safe(caveat)}.")
    yield from _table("Worse", ruling.worse)
    yield from _table("Undecided", ruling.undecided)
    yield from _table("Better", ruling.better, RENEW if ruling.standing == "passed" else "")
    yield from _table("Left out, not comparable here", ruling.left_out)
    yield from _table("New, not judged", ruling.new)
    yield from _circumstances(comparison)


def _table(title: str, changes: Sequence[Change], advice: str = "") -> Iterator[str]:
    if not changes:
        return
    yield from ("", f"### {title}: {counted(changes)}", "")
    if advice:
        yield from (advice, "")
    yield from ("| trial | figure | BASE | HEAD | by | why |", "|---|---|---|---|---|---|")
    rows = [
        (block.heading, line.figure, line.base, line.head, line.by, block.reason)
        for block in blocks(changes)
        for line in block.lines
    ]
    rows += [
        (block.heading, block.what, "", "", "", block.reason)
        for block in blocks(changes)
        if not block.lines
    ]
    for row in rows[:MOST_ROWS]:
        yield f"| {' | '.join(map(_safe, row))} |"
    if len(rows) > MOST_ROWS:
        yield from ("", f"And {len(rows) - MOST_ROWS} more.")


def _circumstances(comparison: Comparison) -> Iterator[str]:
    if comparison.circumstances:
        yield from ("", "### What differs around them", "", "| | BASE | HEAD |", "|---|---|---|")
        for one in comparison.circumstances:
            yield f"| {' | '.join(map(_safe, (one.name, one.base, one.head)))} |"


def _safe(text: str) -> str:
    """A text letter by letter: it ends no cell of a table, and opens no tag, link, formula or
    emphasis."""
    line = " ".join(text.split())
    escaped = re.sub(r"[\\`*\[\]|$]", r"\\\g<0>", line)
    escaped = re.sub(r"(?<!\w)_|_(?!\w)", r"\_", escaped)  # within a word it opens no emphasis
    return escaped.replace("&", "&amp;").replace("<", "&lt;")
