"""Shortens names of cells and conditions by `…` in the middle, as their ends tell them apart."""

from collections import Counter
from collections.abc import Sequence

LENGTHS = (48, 40, 32, 28, 24, 20, 16, 12, 10)
"""Characters of names that are tried one after the other, where longer ones do not fit."""
READABLE = 20
"""Names are shortened further only where that lets everything fit."""
GAP = "…"


def shortened(names: Sequence[str], most: int) -> list[str]:
    """The names, those of more characters than `most` without their middle.

    Names that would then read alike stay whole. 0 shortens none.
    """
    if not most:
        return list(names)
    short = [_shortened(name, most) for name in names]
    count = Counter(short)
    return [brief if count[brief] == 1 else name for name, brief in zip(names, short, strict=True)]


def _shortened(name: str, most: int) -> str:
    if len(name) <= most:
        return name
    head = most // 2
    return f"{name[:head]}{GAP}{name[len(name) - (most - 1 - head) :]}"
