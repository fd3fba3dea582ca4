"""Changes in lines of plain text, as a reader of test results finds them."""

from collections.abc import Iterable

from rnnbench.compare.records import Change
from rnnbench.compare.summary import blocks


def in_words(changes: Iterable[Change]) -> str:
    """Return a line for each figure with both values, then the reason and what measures it again.

    Changes without two values have only a reason.
    """
    lines = []
    for block in blocks(changes):
        for line in block.lines:
            values = f"{line.base} -> {line.head} {line.by}".rstrip()
            lines.append(f"{line.figure} ({line.kind}): {values}")
        if block.reason:
            lines.append(block.reason)
        if block.command:
            lines.append(f"again: {block.command}")
    return "\n".join(lines)
